import { type Bytes, hash, Refusal, toHex } from '@parley/protocol/bytes';
import { writeNew } from '../files.ts';
import { requestCertificate } from '../identity/files.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

/** How an issuing key is called where it is asked for and where it is certified: of the request, 16 hex digits. */
export const keyName = (request: Bytes): string => toHex(hash('issuing-request', request)).slice(0, 16);

export default command({
  usage: `request --out REQUEST [--config FILE]
    asks for a certificate for a new issuing key, where the root is kept elsewhere; the old key works on meanwhile`,
  options: { ...CONFIG_OPTION, out: { type: 'string' } },
  run: async ({ values }, { say, env }) => {
    if (!values.out) return new Refusal('command.usage', '--out is needed');
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const request = await requestCertificate(config.identity);
    if (request instanceof Refusal) return request;
    const refusal = writeNew(values.out, request);
    if (refusal) return refusal;
    say(
      `${values.out}: for the issuing key ${keyName(request)}. Carry it to the root, then there: parley root certify ${values.out} --root FILE --out CERTIFIED`,
    );
    return EXIT.done;
  },
});

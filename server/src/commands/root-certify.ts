import { Refusal, toHex } from '@parley/protocol/bytes';
import { fingerprint, openRequest, packCertified } from '@parley/protocol/identity';
import { readBytes, writeNew } from '../files.ts';
import { certifyFor } from '../identity/files.ts';
import { readRoot } from '../identity/root-file.ts';
import { command, EXIT } from './command.ts';
import { keyName } from './request.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;

export default command({
  usage: `root certify REQUEST --root FILE --out CERTIFIED [--days N]
    certifies the issuing key of a node by the root in FILE, for 30 days unless told; where the root is kept`,
  files: { least: 1, most: 1 },
  options: { root: { type: 'string' }, out: { type: 'string' }, days: { type: 'string', default: '30' } },
  run: async ({ values, files: [path = ''] }, { say, now }) => {
    if (!values.root || !values.out) return new Refusal('command.usage', '--root and --out are needed');
    const days = Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
      return new Refusal('command.usage', `--days is a number from 1 to ${MOST_DAYS}`);
    const root = readRoot(values.root);
    if (root instanceof Refusal) return root;
    const request = readBytes(path, 4_096);
    if (request instanceof Refusal) return request;
    const key = await openRequest(request);
    if (key instanceof Refusal) return key;
    const certificate = await certifyFor(root, key, now(), days * DAY_MS);
    const refusal = writeNew(values.out, packCertified(root.keys, certificate));
    if (refusal) return refusal;
    say(`${values.out}: the issuing key ${keyName(request)} is certified for ${days} days`);
    say(`by the root ${toHex(fingerprint(root.keys))}. The node showed the same number when it asked.`);
    say(`Carry it to the node, then there: parley certificate ${values.out}`);
    return EXIT.done;
  },
});

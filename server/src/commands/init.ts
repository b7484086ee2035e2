import { existsSync, mkdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Refusal, toHex } from '@parley/protocol/bytes';
import { readConfig } from '../config/config.ts';
import { isPeerOrigin } from '../config/origin.ts';
import { sampleConfig } from '../config/sample.ts';
import { writeNew } from '../files.ts';
import { openIdentity, requestCertificate, rootPath } from '../identity/files.ts';
import { command, EXIT } from './command.ts';
import { keyName } from './request.ts';

/** An address of this machine that others may reach, or loopback. */
const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';

export default command({
  usage: `init FOLDER --name NAME --seats ORIGIN --peer ORIGIN [--sfu ADDRESS] [--root-elsewhere] [--plain]
    begins a delegation's node (--plain: over plain HTTP, to try it on one machine): writes FOLDER/parley.jsonc, commented, and its keys. ORIGIN as in
    https://parley.example.org:8443: one for your own people, one for counterparts. With --root-elsewhere, writes a
    request for the root instead of making one`,
  files: { least: 1, most: 1 },
  options: {
    name: { type: 'string' },
    seats: { type: 'string' },
    peer: { type: 'string' },
    sfu: { type: 'string' },
    plain: { type: 'boolean', default: false },
    'root-elsewhere': { type: 'boolean', default: false },
  },
  run: async ({ values, files: [folder = ''] }, { say, now }) => {
    const { name, seats, peer, plain } = values;
    const missing = Object.entries({ name, seats, peer }).flatMap(([option, value]) => (value ? [] : [`--${option}`]));
    if (!name || !seats || !peer) return new Refusal('command.usage', `this is missing: ${missing.join(', ')}`);
    for (const origin of [seats, peer])
      if (!isPeerOrigin(origin, plain))
        return new Refusal(
          'command.usage',
          `${origin} is no origin: https, a host, a port where it is not 443, and no slash at the end (http for trying out, with --plain)`,
        );
    if (seats === peer) return new Refusal('command.usage', '--seats and --peer need a port each');
    const path = join(folder, 'parley.jsonc');
    // Looked for first: nothing of an identity is made beside a configuration that is another's.
    if (existsSync(path)) return new Refusal('file.exists', path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const sfu = values.sfu ?? (plain ? '127.0.0.1' : ownAddress());
    const refusal = writeNew(path, sampleConfig({ name, seats, peer, sfu, plain }));
    if (refusal) return refusal;
    const config = readConfig(path);
    if (config instanceof Refusal) return config;
    say(`${path}: the configuration of ${name}. Look it through: addresses, ports and TLS are yours to set.`);
    if (values['root-elsewhere']) {
      const request = await requestCertificate(config.identity);
      if (request instanceof Refusal) return request;
      const out = join(folder, 'request.parley');
      const kept = writeNew(out, request);
      if (kept) return kept;
      say(`${out}: for the issuing key ${keyName(request)}. Carry it to the machine of the root, then there:`);
      say(`  parley root certify ${out} --root FILE --out certified.parley`);
      say(`and back here: parley certificate certified.parley --config ${path}`);
      return EXIT.done;
    }
    const identity = await openIdentity(config.identity, now());
    say(`${rootPath(config.identity)}: the root ${toHex(identity.root)}.`);
    say(
      'Whoever has this file is your delegation. It is needed to renew the issuing key, every 23 days; kept elsewhere',
    );
    say('(--root-elsewhere), a stolen node cannot be you for longer than its certificate.');
    say(
      plain
        ? `Next: parley start --config ${path}`
        : `Next: certificate chain and key where "tls" says, then: parley start --config ${path}`,
    );
    return EXIT.done;
  },
});

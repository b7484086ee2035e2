import { createPrivateKey, X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { type DoorConfig, databaseOf, type NodeConfig } from '../config/config.ts';
import { keptIdentity, rootPath } from '../identity/files.ts';
import { type Probed, probeRelay } from '../relay/probe.ts';
import { readRelay, relayAccess } from '../relay/relay.ts';
import { lastFailure } from '../sfu/livekit/child.ts';
import { isFreePort } from '../sfu/livekit/settings.ts';
import { bad, type Finding, good, inDays, isWithin, poor, skipped } from './finding.ts';

const SOON_DAYS = 7;
const TLS_SOON_DAYS = 14;
const GIGABYTE = 2 ** 30;

/** The issuing key: there, certified, for long enough, and nobody else's to read. */
export const judgeIdentity = async ({ identity: folder }: NodeConfig, now: number): Promise<Finding> => {
  const of = 'issuing key';
  const kept = await keptIdentity(folder, now);
  if (kept instanceof Refusal) {
    const ended = kept.code === 'identity.certificate-expired';
    return bad(
      of,
      ended ? 'Its certificate has ended: nobody believes this node.' : `There is none that works (${kept.code}).`,
      existsSync(rootPath(folder)) ? 'Start the node: it renews it.' : 'parley request, and have the root certify it.',
    );
  }
  if ((statSync(folder).mode & 0o077) !== 0)
    return bad(of, `Others on this machine can look into ${folder}.`, `chmod 700 ${folder}`);
  const ends = `Certified until ${new Date(kept.until).toISOString().slice(0, 10)}, ${inDays(kept.until, now)}.`;
  if (!isWithin(kept.until, now, SOON_DAYS)) return good(of, ends);
  const todo = existsSync(rootPath(folder)) ? 'Start the node anew: it renews it.' : 'parley request, now.';
  return poor(of, ends, todo);
};

/** The folder: there, writable, with room. */
export const judgeFolder = ({ folder }: NodeConfig): Finding => {
  const of = 'disk';
  if (!existsSync(folder)) return poor(of, `${folder} is not there yet.`, 'Nothing: it is made at the first start.');
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return bad(of, `This user may not write in ${folder}.`, 'Run parley as the user whom the folder belongs to.');
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / GIGABYTE;
  const says = `${free.toFixed(1)} GiB are free for ${folder}.`;
  if (free < 0.1) return bad(of, says, 'Make room: a node that cannot store accepts nothing.');
  return free < 1 ? poor(of, says, 'Make room before long talks.') : good(of, says);
};

/** TLS: certificate and key belong together, name both doors, and are valid. */
export const judgeTls = ({ tls, seats, peer, plain }: NodeConfig, now: number): Finding => {
  const of = 'tls';
  if (!tls) return skipped(of, plain ? 'Plain HTTP is allowed here.' : 'Something in front of this node speaks TLS.');
  try {
    const certificate = new X509Certificate(readFileSync(tls.certificate));
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(tls.key))))
      return bad(of, `${tls.key} is not the key of ${tls.certificate}.`, 'Put the two that belong together in place.');
    for (const { origin } of [seats, peer]) {
      const { hostname } = new URL(origin);
      if (!certificate.checkHost(hostname))
        return bad(of, `${tls.certificate} is not for ${hostname}.`, 'Have a certificate made for both origins.');
    }
    const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    if (now < from) return bad(of, `It is valid only from ${certificate.validFrom}.`, 'Is this machine’s clock right?');
    if (now >= until) return bad(of, `It ended on ${certificate.validTo}.`, 'Renew it, and start the node anew.');
    const says = `Valid until ${new Date(until).toISOString().slice(0, 10)}, ${inDays(until, now)}.`;
    return isWithin(until, now, TLS_SOON_DAYS) ? poor(of, says, 'Renew it soon.') : good(of, says);
  } catch (error) {
    return bad(of, error instanceof Error ? error.message : 'unreadable', 'Look at the files that "tls" names.');
  }
};

type Bound = 'free' | 'taken' | 'forbidden' | 'elsewhere';

const bind = (address: string, port: number): Promise<Bound> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'taken' : error.code === 'EACCES' ? 'forbidden' : 'elsewhere'),
    );
    server.listen(port, address, () => server.close(() => resolve('free')));
  });

/** Why this node does not answer at one of its doors; null where it does. */
export type Fault = (origin: string) => Promise<string | null>;

/** A door: its name is known to the system, and its port is free, or this node's own. */
export const judgeDoor = async (of: string, door: DoorConfig, fault: Fault): Promise<Finding> => {
  const { hostname } = new URL(door.origin);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (!local && !(await lookup(hostname).catch(() => null)))
    return bad(of, `The name ${hostname} has no address.`, 'Enter it in DNS, or mend the origin.');
  switch (await bind(door.address, door.port)) {
    case 'free':
      return poor(of, `Nothing listens at ${door.address} port ${door.port}.`, 'Start the node: parley start');
    case 'forbidden':
      return bad(of, `Port ${door.port} needs more rights.`, 'Take one above 1023 behind a proxy, or give the right.');
    case 'elsewhere':
      return bad(of, `${door.address} is no address of this machine.`, 'Mend "address"; :: is all of them.');
    case 'taken': {
      const why = await fault(door.origin);
      return why === null
        ? good(of, `The node answers at ${door.origin}.`)
        : bad(
            of,
            `Something listens at port ${door.port}, but no node answers at ${door.origin}: ${why}.`,
            'Another program has the port, or the way there (proxy, firewall) is broken, or its TLS certificate is of an authority that is not known here (NODE_EXTRA_CA_CERTS).',
          );
    }
  }
};

/** Whether this folder's node runs, and whether it is ready; `unheard`: it runs, and its door for seats is not reached. */
export type NodeState = 'up' | 'down' | 'off' | 'unheard';

/** The SFU's place: an address of this machine, and ports that are free or in use by this node. */
export const judgeSfu = async ({ sfu, folder }: NodeConfig, node: NodeState): Promise<Finding> => {
  const of = 'sfu';
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  if (!own.includes(sfu.address))
    return bad(of, `${sfu.address} is no address of this machine.`, 'Set sfu.address to one that devices reach.');
  if (node === 'down')
    return bad(
      of,
      `The node runs and is not ready: ${lastFailure(join(folder, 'sfu'))}.`,
      'Does another SFU have its ports? Set others, or end that one.',
    );
  if (sfu.address.startsWith('127.'))
    return poor(
      of,
      'It listens on loopback: only devices on this machine reach it.',
      'Set sfu.address, but for trying out.',
    );
  if (node === 'unheard') return skipped(of, 'The node can be asked of it once its door for seats answers.');
  if (node === 'up') return good(of, `At ${sfu.address}, started by the node.`);
  for (const port of [sfu.port, sfu.mediaPort])
    if (port !== null && !(await isFreePort(port, sfu.address)))
      return bad(
        of,
        `Port ${port} of ${sfu.address} is taken.`,
        'Another SFU runs there: end it, or set another port.',
      );
  return good(of, `Its ports at ${sfu.address} are free.`);
};

const RELAY_WITHIN_MS = 3_000;

/** One's own relay: it gives devices what this node tells them to ask for, at each of its addresses. */
export const judgeRelay = async ({ relay }: NodeConfig, now: number): Promise<readonly Finding[]> => {
  if (!relay)
    return [
      poor(
        'relay',
        'None: counterparts’ media servers see the addresses of your devices.',
        'Set up coturn, and "relay".',
      ),
    ];
  const read = readRelay(relay);
  if (read instanceof Refusal)
    return [bad('relay', `${read.detail}.`, 'Put the secret of the relay there, on one line.')];
  const judge = async (url: string): Promise<Finding> => {
    const of = `relay ${url}`;
    const probed = await probeRelay(url, relayAccess(read, now), RELAY_WITHIN_MS).catch(
      (error: unknown): Probed => ({ kind: 'silent', why: error instanceof Error ? error.message : '' }),
    );
    if (probed.kind === 'allocated') return good(of, 'It gives your devices a way out.');
    if (probed.kind === 'silent')
      return bad(of, `It does not answer (${probed.why}).`, 'Does it run? Is the way open?');
    if (probed.code === 401)
      return bad(of, 'It does not know the secret.', 'Is it the same here and there, and are both clocks right?');
    return bad(of, `It gives no way out (STUN error ${probed.code}).`, 'Its log says why.');
  };
  return Promise.all(relay.urls.map(judge));
};

/** What the node keeps is whole. */
export const judgeStore = (config: NodeConfig, quickCheck: (path: string) => string | null): Finding => {
  const path = databaseOf(config);
  if (!existsSync(path)) return skipped('store', 'Nothing is kept yet.');
  const fault = quickCheck(path);
  return fault === null
    ? good('store', 'What is kept is whole.')
    : bad('store', `${path} is damaged: ${fault}`, 'Stop the node, keep the file, and restore the newest backup.');
};

import { get as plainGet } from 'node:http';
import { get as tlsGet } from 'node:https';
import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '@parley/protocol/bytes';
import type { Clock } from '../clock.ts';
import type { NodeConfig } from '../config/config.ts';
import { keptPins, keptUnconfirmed } from '../counterparts/kept.ts';
import { addressGuard } from '../doors/peer/address.ts';
import { keptIdentity } from '../identity/files.ts';
import { isHeld } from '../store/hold.ts';
import { judgeCounterparts } from './counterpart.ts';
import { type Finding, poor, skipped } from './finding.ts';
import { judgeDoor, judgeFolder, judgeIdentity, judgeRelay, judgeSfu, judgeStore, judgeTls } from './own.ts';

const ANSWER_WITHIN_MS = 5_000;

// One's own doors may be private: only names under .localhost need our own lookup.
const { lookup } = addressGuard(['0.0.0.0/0', '::/0']);

/** Why nothing answers with 200 there; null where something does. */
const faultAt = (origin: string, path: '/health' | '/ready'): Promise<string | null> =>
  new Promise((resolve) => {
    const url = new URL(path, origin);
    const get = url.protocol === 'https:' ? tlsGet : plainGet;
    const asking = get(url, { lookup, timeout: ANSWER_WITHIN_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? null : `it answers ${response.statusCode}`);
    });
    asking.once('timeout', () => asking.destroy(new Error('no answer')));
    asking.once('error', ({ message }) => resolve(message));
  });

const quickCheck = (path: string): string | null => {
  try {
    const database = new DatabaseSync(path, { timeout: ANSWER_WITHIN_MS });
    const found = database.prepare('pragma quick_check(1)').get()?.quick_check;
    database.close();
    return found === 'ok' ? null : String(found);
  } catch (error) {
    return error instanceof Error ? error.message : 'unreadable';
  }
};

/** Looks at all that a node needs, on this machine and at its counterparts; changes nothing. */
export const examine = async (config: NodeConfig, clock: Clock): Promise<readonly Finding[]> => {
  const now = clock.now();
  const doors = await Promise.all([
    judgeDoor('seats', config.seats, (origin) => faultAt(origin, '/health')),
    judgeDoor('peer', config.peer, (origin) => faultAt(origin, '/health')),
  ]);
  const [{ how: seats }] = doors;
  const ready = async () => ((await faultAt(config.seats.origin, '/ready')) ? 'down' : 'up');
  const node = !isHeld(config.folder) ? 'off' : seats === 'good' ? await ready() : 'unheard';
  const store = judgeStore(config, quickCheck);
  const here = [
    await judgeIdentity(config, now),
    judgeFolder(config),
    store,
    judgeTls(config, now),
    ...doors,
    await judgeSfu(config, node),
    ...(await judgeRelay(config, now)),
  ];
  const own = await keptIdentity(config.identity, now);
  if (own instanceof Refusal || store.how === 'bad')
    return [...here, skipped('counterparts', 'They cannot be asked before that is mended.')];
  const pinned = await keptPins(config);
  const waiting = (await keptUnconfirmed(config)).map(({ name }) =>
    poor(
      `introduction ${name}`,
      'It was read in; nobody has said yet that its words were the same.',
      'Compare them with theirs, then: parley introduce FILE --with … --by …',
    ),
  );
  if (pinned.length === 0)
    return [...here, ...waiting, skipped('counterparts', 'Nobody is introduced yet: parley introduce')];
  return [...here, ...waiting, ...(await judgeCounterparts(config, own, pinned, clock))];
};

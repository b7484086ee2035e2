import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import type { Clock } from '../../clock.ts';
import type { Sfu, SfuState } from '../sfu.ts';
import { answers, end, lastFailure, launch, type Running, watch } from './child.ts';
import { isOurs, readRecord, removeRecord, type SfuRecord, settingsPath, writePrivate, writeRecord } from './record.ts';
import { freePort, settings } from './settings.ts';
import { administer, token } from './tokens.ts';

export type LiveKitOptions = {
  /** Folder of this SFU's files. */
  readonly folder: string;
  /** Finds livekit-server; called only when one has to be started. */
  readonly binary: () => Promise<string | Refusal>;
  /** Address that it binds. */
  readonly address: string;
  /** Fixed ports, or null for free ones. */
  readonly port: number | null;
  readonly mediaPort: number | null;
  /** Address of the signalling in place of the SFU's own, for a proxy between. */
  readonly url: string | null;
  readonly clock: Clock;
};

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** An SFU that lived this long did not die of its start. */
const SETTLED_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
const STOP_GRACE_MS = 300;

/** LiveKit as a child process of the node, or adopted from an earlier life of it. */
export const liveKit = (options: LiveKitOptions): Sfu => {
  const { folder, clock } = options;
  const listeners = new Set<(state: SfuState) => void>();
  let state: SfuState = { kind: 'stopped' };
  let running: Running | null = null;
  let record: SfuRecord | null = null;
  let route = options.url;
  let ended = false;
  let failures = 0;

  const become = (next: SfuState) => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  const address = (of: SfuRecord) => `http://${options.address}:${of.port}`;

  const answering = async (of: SfuRecord, child: Running): Promise<boolean> => {
    let alive = true;
    void child.gone.then(() => {
      alive = false;
    });
    const until = Date.now() + ANSWER_WITHIN_MS;
    while (alive && !ended && Date.now() < until) {
      if (await answers(address(of))) return alive;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  };

  const began = (child: Running, of: SfuRecord, adopted: boolean) => {
    running = child;
    record = of;
    const at = clock.elapsed();
    become({ kind: 'running', pid: child.pid, adopted });
    void child.gone.then(() => {
      if (running !== child || ended) return;
      running = null;
      if (clock.elapsed() - at > SETTLED_MS) failures = 0;
      again();
    });
  };

  const again = () => {
    become({ kind: 'down', failures, why: lastFailure(folder) });
    const wait = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LONGEST_BACKOFF_MS);
    failures += 1;
    setTimeout(() => {
      if (ended) return;
      void begin().then((refusal) => {
        if (refusal && !ended) again();
      });
    }, wait);
  };

  const begin = async (): Promise<undefined | Refusal> => {
    const binary = await options.binary();
    if (binary instanceof Refusal) return binary;
    const earlier = record ?? readRecord(folder);
    const port = options.port ?? earlier?.port ?? (await freePort(options.address));
    let mediaPort = options.mediaPort ?? earlier?.mediaPort ?? (await freePort(options.address));
    // The ports of an earlier start are taken again where they can be; after two failures others are tried.
    const fresh = failures > 1 && options.port === null;
    if (fresh) mediaPort = await freePort(options.address);
    const place = {
      port: fresh ? await freePort(options.address) : port,
      mediaPort,
      key: earlier?.key ?? `parley-${randomBytes(6).toString('hex')}`,
      secret: earlier?.secret ?? randomBytes(32).toString('hex'),
    };
    writePrivate(settingsPath(folder), settings({ address: options.address, ...place }));
    const child = launch(binary, folder);
    if (!child) return new Refusal('sfu.not-started', 'the program could not be run');
    const next = { pid: child.pid, ...place };
    writeRecord(folder, next);
    running = child;
    if (!(await answering(next, child))) {
      running = null;
      await end(child, 0);
      return new Refusal('sfu.not-started', `it ended or did not answer: ${lastFailure(folder)}`);
    }
    if (ended) return undefined;
    began(child, next, false);
    return undefined;
  };

  const adopt = async (): Promise<boolean> => {
    const left = readRecord(folder);
    if (!left || !isOurs(folder, left.pid)) return false;
    const known = watch(left.pid, () => isOurs(folder, left.pid));
    if (await administer(address(left), left, clock.now(), 'ListRooms', {})) {
      process.kill(left.pid, 'SIGKILL'); // ours, and hung
      await known.gone;
      return false;
    }
    began(known, left, true);
    return true;
  };

  return {
    state: () => state,
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: async () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      become({ kind: 'starting' });
      if (await adopt()) return undefined;
      if (!(await begin())) return undefined;
      failures = 2; // the ports may be taken: once more, on others
      const refusal = await begin();
      failures = 0;
      if (refusal) become({ kind: 'down', failures: 2, why: refusal.detail });
      return refusal;
    },
    ticket: async (room, permission, identity = randomBytes(16).toString('hex')) => {
      if (!record || state.kind !== 'running') return new Refusal('sfu.down');
      return { url: route ?? address(record), token: token(record, clock.now(), room, identity, permission), identity };
    },
    evict: async (room, identity) => {
      if (!record || state.kind !== 'running') return;
      await administer(address(record), record, clock.now(), 'RemoveParticipant', { room, identity }); // or it is gone
    },
    reroute: (url) => {
      route = url ?? options.url;
    },
    stop: async (how) => {
      ended = true;
      const child = running;
      running = null;
      become({ kind: 'stopped' });
      if (how === 'leave' || !child) return;
      await end(child, STOP_GRACE_MS);
      removeRecord(folder);
    },
  };
};

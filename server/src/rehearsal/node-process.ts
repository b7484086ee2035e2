import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { cacheFolder } from '../sfu/acquire/cache.ts';
import { endLeftBehind } from '../sfu/livekit/record.ts';
import type { Prepared } from './prepare.ts';
import type { FromNode, ToNode } from './words.ts';

type Question = ToNode extends infer W ? (W extends { readonly id: number } ? Omit<W, 'id'> : never) : never;

/** A node in a process of its own, started again when it dies. */
export type NodeProcess = {
  readonly prepared: Prepared;
  /** Resolves once it works for the first time, or with why it does not. */
  readonly ready: Promise<Refusal | null>;
  readonly pid: () => number | null;
  readonly occupied: () => readonly string[];
  /** Whether the meeting has ended, as this node holds its log. */
  readonly closed: () => boolean;
  /** Asks it something; refused with `node.away` while it does not run. */
  readonly ask: (question: Question) => Promise<string | null | Refusal>;
  /** Ends it, and its SFU, whatever state they are in. */
  readonly stop: () => Promise<void>;
};

const MAIN = join(import.meta.dirname, '..', 'main.ts');
/** A node mostly waits: it keeps little room for what is young, and cleans up once it has started. */
const SMALL = ['--max-semi-space-size=1', '--expose-gc'];
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
const STOP_WITHIN_MS = 3_000;
const MOST_FAILED_STARTS = 2;

/** Starts a node. `changed` hears of every start, end and change of who sits; `say` tells whoever started it. */
export const nodeProcess = (
  prepared: Prepared,
  changed: () => void,
  say: (line: string) => void = () => {},
): NodeProcess => {
  const { folder } = prepared.config;
  const waiting = new Map<number, (answer: string | null | Refusal) => void>();
  let child: ChildProcess | null = null;
  let occupied: readonly string[] = [];
  let closed = false;
  let stopping = false;
  let failures = 0;
  let worked = false;
  let count = 0;
  let settle: (outcome: Refusal | null) => void = () => {};
  const ready = new Promise<Refusal | null>((resolve) => {
    settle = resolve;
  });

  const hear = (word: FromNode) => {
    switch (word.kind) {
      case 'ready':
        failures = 0;
        if (worked) say(`The node of ${prepared.cast.name} works again.`);
        worked = true;
        return settle(null);
      case 'failed':
        return settle(new Refusal(word.code, word.detail));
      case 'occupied':
        occupied = word.seats;
        closed = word.closed;
        return changed();
      case 'answer':
        waiting.get(word.id)?.(word.code === null ? word.text : new Refusal(word.code));
        waiting.delete(word.id);
    }
  };
  const start = () => {
    const log = openSync(join(folder, 'node.log'), 'a', 0o600);
    const started = spawn(process.execPath, [...SMALL, MAIN, 'start', '--config', prepared.configPath], {
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        ...process.env,
        // Compiled once, kept for the next start: quicker, and without the compiler's own memory.
        NODE_COMPILE_CACHE: join(cacheFolder(process.env, process.platform), 'compiled'),
        MALLOC_ARENA_MAX: '1', // glibc would keep a heap for each thread
      },
    });
    closeSync(log);
    child = started;
    started.on('message', (word: FromNode) => hear(word)); // our own program, on a channel of its own
    started.once('exit', () => {
      if (child !== started) return;
      child = null;
      for (const answer of waiting.values()) answer(new Refusal('node.away'));
      waiting.clear();
      changed();
      if (stopping) return;
      if (worked)
        say(`The node of ${prepared.cast.name} ended, and is started again. What it said: ${join(folder, 'node.log')}`);
      if (!worked && failures >= MOST_FAILED_STARTS) {
        settle(new Refusal('node.not-started', `see ${join(folder, 'node.log')}`));
        return;
      }
      setTimeout(() => stopping || start(), Math.min(FIRST_BACKOFF_MS * 2 ** failures, LONGEST_BACKOFF_MS));
      failures += 1;
    });
    changed();
  };
  start();

  return {
    prepared,
    ready,
    pid: () => child?.pid ?? null,
    occupied: () => occupied,
    closed: () => closed,
    ask: (question) =>
      new Promise((resolve) => {
        if (!child?.connected) return resolve(new Refusal('node.away'));
        count += 1;
        waiting.set(count, resolve);
        child.send({ ...question, id: count }, (error) => error && resolve(new Refusal('node.away')));
      }),
    stop: async () => {
      stopping = true;
      const ending = child;
      if (ending) {
        const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
        if (ending.connected) ending.send({ kind: 'stop' } satisfies ToNode, () => {});
        const timer = setTimeout(() => ending.kill('SIGKILL'), STOP_WITHIN_MS);
        await gone;
        clearTimeout(timer);
      }
      endLeftBehind(join(folder, 'sfu')); // a node that was killed could not end it
    },
  };
};

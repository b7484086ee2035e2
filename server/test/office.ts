import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { openIntroduction } from '@parley/protocol/identity';
import { databaseOf, type NodeConfig, readConfig } from '../src/config/config.ts';
import type { DelegationNode } from '../src/node.ts';
import { freePort } from '../src/sfu/livekit/settings.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import { startOne, testBinary } from './pair.ts';
import { type Ended, parley } from './parley.ts';

/** An office of a delegation: its node's configuration, and the introduction that it wrote. */
export type Office = {
  readonly name: string;
  readonly config: string;
  readonly card: string;
  readonly read: () => NodeConfig;
  /** Runs a command for this node; throws where it refuses. */
  readonly parley: (...words: readonly string[]) => Promise<string>;
  /** The same, and how it ended. */
  readonly tries: (...words: readonly string[]) => Promise<Ended>;
  /** Starts its node in this process; `binary`: which livekit-server. */
  readonly start: (binary?: string) => Promise<DelegationNode>;
};

/** A town of offices in one folder. */
export type Town = {
  readonly at: (...names: readonly string[]) => string;
  /** Sets up an office as docs/run-a-node.md says, with plain HTTP on loopback. */
  readonly office: (name: string, id?: string) => Promise<Office>;
  /** Both have read in the other's introduction and said that the words were the same: without the words, which take long. */
  readonly introduce: (one: Office, other: Office) => Promise<void>;
  readonly leave: () => Promise<void>;
};

export const COMPARED = ['--with', 'Mira Osei', '--by', 'telephone'] as const;

export const openTown = (): Town => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-town-'));
  const at = (...names: readonly string[]) => join(folder, ...names);
  const running = new Set<DelegationNode>();

  const office = async (name: string, id = name.toLowerCase()): Promise<Office> => {
    const origin = async () => `http://${id}.localhost:${await freePort('127.0.0.1')}`;
    const config = at(id, 'parley.jsonc');
    const card = at(`${id}.introduction`);
    const tries = (...words: readonly string[]) => parley(...words, '--config', config);
    const must = async (...words: readonly string[]): Promise<string> => {
      const ended = await tries(...words);
      if (ended.status !== 0) throw new Error(`parley ${words.join(' ')}: ${ended.erred}`);
      return ended.said;
    };
    const made = await parley(
      ...['init', at(id), '--name', name, '--seats', await origin(), '--peer', await origin(), '--plain'],
    );
    if (made.status !== 0) throw new Error(made.erred);
    await must('introduce', '--out', card);
    const read = (): NodeConfig => {
      const found = readConfig(config);
      if (found instanceof Refusal) throw new Error(found.detail);
      return found;
    };
    const start = async (binary?: string): Promise<DelegationNode> => {
      const own = read();
      const web = join(own.folder, 'web');
      mkdirSync(join(web, 'assets'), { recursive: true });
      const node = await startOne({ ...own, web, sfu: { ...own.sfu, binary: binary ?? (await testBinary()) } });
      running.add(node);
      return { ...node, stop: () => (running.delete(node) ? node.stop() : Promise.resolve()) };
    };
    return { name, config, card, read, parley: must, tries, start };
  };

  return {
    at,
    office,
    introduce: async (one, other) => {
      for (const [reader, card] of [
        [one, other.card],
        [other, one.card],
      ] as const) {
        const bytes = new Uint8Array(readFileSync(card));
        const opened = await openIntroduction(bytes, Date.now());
        if (opened instanceof Refusal) throw new Error(opened.code);
        const store = await openSqlite(databaseOf(reader.read()));
        await store.putIntroduction(opened.root, bytes, Date.now());
        await store.confirm(opened.root, { who: 'Mira Osei', channel: 'telephone', at: Date.now() });
        await store.close();
      }
    },
    leave: async () => {
      await Promise.all(Array.from(running, (node) => node.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

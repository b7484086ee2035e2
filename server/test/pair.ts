import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { type Clock, systemClock } from '../src/clock.ts';
import type { NodeConfig } from '../src/config/config.ts';
import { nodeLogger } from '../src/log.ts';
import { type DelegationNode, startNode } from '../src/node.ts';
import { castOf } from '../src/rehearsal/plan.ts';
import { keptPorts } from '../src/rehearsal/ports.ts';
import { type Prepared, prepare } from '../src/rehearsal/prepare.ts';
import { acquireSfu } from '../src/sfu/acquire/index.ts';

/** Alba (which hosts) and Borland, as nodes in this process, each with a real SFU. */
export type Pair = {
  readonly data: string;
  readonly prepared: readonly [Prepared, Prepared];
  readonly alba: DelegationNode;
  readonly borland: DelegationNode;
  readonly link: (node: DelegationNode, seat: string) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** The livekit-server that tests use. */
export const testBinary = async (): Promise<string> => {
  const found = await acquireSfu({ configured: process.env.PARLEY_LIVEKIT, say: () => {} });
  if (found instanceof Refusal) throw new Error(found.lines.join('\n'));
  return found.path;
};

/** Starts one node; throws where it refuses. */
export const startOne = async (config: NodeConfig, clock: Clock = systemClock): Promise<DelegationNode> => {
  const binary = async () => new Refusal('sfu.unavailable', 'tests name it');
  const started = await startNode(config, { clock, logger: nodeLogger(config.name, 'silent'), binary });
  if (started instanceof Refusal) throw new Error(`${started.code}: ${started.detail}`);
  return started;
};

/** A folder with a page in it, in place of the built ones. */
const somePages = (data: string): string => {
  const web = join(data, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  for (const name of ['index.html', 'rehearsal.html'])
    writeFileSync(join(web, name), '<!doctype html><title>x</title>');
  writeFileSync(join(web, 'assets', 'a.js'), 'export {};');
  return web;
};

/** Prepares two delegations in a folder of their own. */
export const preparePair = async (): Promise<{ data: string; prepared: readonly [Prepared, Prepared] }> => {
  const { data, prepared } = await prepareTable(2);
  const [alba, borland] = prepared;
  if (!alba || !borland) throw new Error('two delegations');
  return { data, prepared: [alba, borland] };
};

/** Prepares so many delegations in a folder of their own, for one meeting. */
export const prepareTable = async (delegations: number) => {
  const data = mkdtempSync(join(tmpdir(), 'parley-table-'));
  const prepared = await prepare({
    cast: castOf(delegations),
    data,
    web: somePages(data),
    binary: await testBinary(),
    sfuUrls: {},
    portOf: keptPorts(data, '127.0.0.1'),
    ports: {},
  });
  return { data, prepared, remove: () => rmSync(data, { recursive: true, force: true }) };
};

/** Starts both. `change` alters a configuration before. */
export const startPair = async (change: (config: NodeConfig) => NodeConfig = (config) => config): Promise<Pair> => {
  const { data, prepared } = await preparePair();
  const [alba, borland] = await Promise.all([
    startOne(change(prepared[0].config)),
    startOne(change(prepared[1].config)),
  ]);
  await Promise.all([...alba.meetings(), ...borland.meetings()].map((meeting) => meeting.synced()));
  return {
    data,
    prepared,
    alba,
    borland,
    link: async (node, seat) => {
      const link = await node.link(seat);
      if (link instanceof Refusal) throw new Error(link.code);
      return link;
    },
    stop: async () => {
      await Promise.all([alba.stop(), borland.stop()]);
      rmSync(data, { recursive: true, force: true });
    },
  };
};

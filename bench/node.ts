import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Row, spread } from './table.ts';

const ROUNDS = 10;
/** A node has come to rest when its size, looked at this often, has not grown any more. */
const LOOK_MS = 1_000;
const KB_A_MB = 1_000;

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a node costs that nobody uses, start by start. */
export type NodeCost = {
  /** Resident memory of each node at rest, in MB; its SFU is a process of its own and not in it. */
  readonly restMb: readonly number[];
  /** From the command to the printed links, in seconds. */
  readonly startS: readonly number[];
};

const linksPrinted = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes('Ctrl-C ends it')) resolve(performance.now());
    });
    child.once('exit', (code) => reject(new Error(`the rehearsal ended with ${code}:\n${said}`)));
  });

const residentMb = async (pid: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', `${pid}`]);
  return (Number(stdout) * 1_024) / KB_A_MB / 1_000;
};

const atRest = async (pids: readonly number[]): Promise<readonly number[]> => {
  let before = [Number.NEGATIVE_INFINITY];
  for (;;) {
    const now = await Promise.all(pids.map(residentMb));
    if (now.every((size, n) => Math.abs(size - (before[n] ?? 0)) < 1)) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

const nodesOf = async (data: string): Promise<readonly number[]> => {
  const file: unknown = JSON.parse(await readFile(join(data, 'rehearsal.json'), 'utf8'));
  const nodes: unknown = typeof file === 'object' && file !== null ? Reflect.get(file, 'nodes') : null;
  return Array.isArray(nodes) ? nodes.filter((pid) => typeof pid === 'number') : [];
};

/** Starts a rehearsal again and again, each time with a new data folder. The first start fills caches: not counted. */
export const measureNode = async (rounds = ROUNDS): Promise<NodeCost> => {
  const restMb: number[] = [];
  const startS: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const data = await mkdtemp(join(tmpdir(), 'parley-bench-'));
    const began = performance.now();
    const child = spawn(process.execPath, [join(root, 'server/bin/parley.js'), 'rehearse'], {
      cwd: root,
      env: { ...process.env, PARLEY_DATA: data },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      const printed = await linksPrinted(child);
      if (round > 0) {
        startS.push((printed - began) / 1_000);
        restMb.push(...(await atRest(await nodesOf(data))));
      }
    } finally {
      child.kill('SIGINT');
      await ended;
      await rm(data, { recursive: true, force: true });
    }
  }
  return { restMb, startS };
};

/** Rows of the bench's table. */
export const nodeRows = ({ restMb, startS }: NodeCost): readonly Row[] => [
  {
    measure: 'node at rest',
    value: median(restMb),
    bar: 120,
    unit: 'MB',
    digits: 0,
    of: `${spread(restMb)}, n ${restMb.length}`,
  },
  {
    measure: 'start until links are printed (SFU cached, pages built)',
    value: median(startS),
    bar: 3,
    unit: 's',
    digits: 2,
    of: `two nodes: ${spread(startS, 2)}, n ${startS.length}`,
  },
];

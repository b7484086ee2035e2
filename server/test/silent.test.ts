import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NodeProcess, nodeProcess } from '../src/rehearsal/node-process.ts';
import { openDevice } from './device.ts';
import { prepareTable } from './pair.ts';

const EACH = 2_500;

let table: Awaited<ReturnType<typeof prepareTable>>;
let nodes: readonly NodeProcess[];
const sockets: Socket[] = [];
beforeEach(async () => {
  table = await prepareTable(2);
  nodes = table.prepared.map((prepared) => nodeProcess(prepared, () => {}));
  for (const node of nodes) expect(await node.ready).toBeNull();
}, 60_000);
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(nodes.map((node) => node.stop()));
  table.remove();
});

const silent = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket));
    socket.once('error', reject);
  });

const deviceOf = async (n: number) => {
  const seat = table.prepared[n]?.cast.seats[0]?.id ?? '';
  const link = await nodes[n]?.ask({ kind: 'link', seat });
  if (typeof link !== 'string') throw new Error('no link');
  return openDevice(link);
};

test('[NODE18] ten thousand connections that never speak keep nobody out, and are closed', async ({ skip }) => {
  let closed = 0;
  for (const { config } of table.prepared)
    for (const { port } of [config.seats, config.peer])
      for (let n = 0; n < EACH; n += 100) {
        const some = await Promise.allSettled(Array.from({ length: 100 }, () => silent(port)));
        for (const one of some) {
          if (one.status === 'rejected') return skip('this machine gives no process so many connections');
          one.value.on('close', () => (closed += 1)).on('error', () => {});
          sockets.push(one.value);
        }
      }
  expect(sockets).toHaveLength(10_000);
  // Both doors of both nodes: people sit, and each entry is countersigned over the peer doors.
  const [one, other] = [await deviceOf(0), await deviceOf(1)];
  await one.sit();
  await other.sit();
  await one.until(({ settled }) => settled.seatings.size === 2);
  await expect.poll(() => closed, { timeout: 20_000, interval: 500 }).toBe(10_000);
}, 120_000);

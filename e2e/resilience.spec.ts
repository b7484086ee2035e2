import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { closeSeats, openSeat, type Rehearsal, type Seat, startRehearsal } from './rehearsal/index.ts';

let rehearsal: Rehearsal;
test.beforeEach(async () => {
  rehearsal = await startRehearsal();
});
test.afterEach(async ({ browser }) => {
  await closeSeats(browser);
  await rehearsal.stop();
});

const written = async (file: string): Promise<object> =>
  JSON.parse(await readFile(join(rehearsal.data, file), 'utf8')) as object; // what the product wrote itself

const sfuOf = async (delegation: string): Promise<number> =>
  Number(Reflect.get(await written(`${delegation}/sfu/sfu.json`), 'pid'));

/** Process number of the node of Alba, which hosts. */
const hostsNode = async (): Promise<number> => {
  const nodes: unknown = Reflect.get(await written('rehearsal.json'), 'nodes');
  return Number(Array.isArray(nodes) ? nodes[0] : Number.NaN);
};

/** The one picture that a seat sees moves on by so many frames, and is verified whenever one looks. */
const neverStops = async (seat: Seat, frames: number): Promise<void> => {
  const states = new Set<string>();
  const look = async (): Promise<number> => {
    const [tile] = await seat.tiles();
    states.add(tile?.state ?? 'none');
    return tile?.frames ?? 0;
  };
  const before = await look();
  await expect.poll(look, { timeout: 30_000 }).toBeGreaterThan(before + frames);
  expect([...states]).toEqual(['verified']);
};

/** … moves on by so many frames, over however many connections. */
const goesOn = async (seat: Seat, frames: number): Promise<void> => {
  let [last, all] = [Number.POSITIVE_INFINITY, 0];
  const look = async (): Promise<number> => {
    const [now = 0] = (await seat.tiles()).map((tile) => tile.frames);
    all += Math.max(0, now - last);
    last = now;
    return all;
  };
  await expect.poll(look, { timeout: 30_000 }).toBeGreaterThan(frames);
};

test('an SFU killed with -9: the picture comes back by itself', async ({ browser }) => {
  test.setTimeout(120_000);
  const host = await openSeat(browser, rehearsal, 'alba-principal', { standIn: true });
  await openSeat(browser, rehearsal, 'borland-principal', { standIn: true });
  await host.sees('Anders Holm');
  const before = await sfuOf('borland');
  process.kill(before, 'SIGKILL');
  await expect.poll(() => sfuOf('borland')).not.toBe(before);
  await host.sees('Anders Holm');
});

test('an SFU that hangs: within seconds nobody is told any more that they are heard, and all comes back', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const host = await openSeat(browser, rehearsal, 'alba-principal', { standIn: true });
  const guest = await openSeat(browser, rehearsal, 'borland-principal', { standIn: true });
  await host.sees('Anders Holm');
  await guest.sees('Ilaria Conti');
  await goesOn(guest, 30);
  const sfu = await sfuOf('borland');
  process.kill(sfu, 'SIGSTOP');
  try {
    // The connection itself says so after ten seconds and more.
    await expect(guest.page.getByText('Not heard: no line')).toBeVisible({ timeout: 8_000 });
    await expect(
      host.page.locator('[data-seating][data-state="nothing"], [data-seating][data-state="mending"]'),
    ).toBeVisible();
  } finally {
    process.kill(sfu, 'SIGCONT');
  }
  await host.sees('Anders Holm');
  await guest.sees('Ilaria Conti');
  await expect(guest.page.getByText('Not heard: no line')).toBeHidden();
});

test('a host that hangs, then dies: the talk goes on, leaving works, and sitting works again', async ({ browser }) => {
  test.setTimeout(120_000);
  const guest = await openSeat(browser, rehearsal, 'borland-principal', { standIn: true });
  const adviser = await openSeat(browser, rehearsal, 'borland-adviser', { standIn: true });
  await guest.sees('Mira Osei');
  const node = await hostsNode();
  const sfu = await sfuOf('alba');
  process.kill(node, 'SIGSTOP');
  await expect(guest.page.getByText('The talk goes on; nobody new can sit.').first()).toBeVisible({ timeout: 30_000 });
  await guest.sees('Mira Osei');
  await adviser.leave();
  await expect.poll(async () => (await guest.tiles()).length).toBe(0);

  process.kill(node, 'SIGKILL');
  await expect.poll(hostsNode).not.toBe(node);
  expect(await sfuOf('alba'), 'the SFU outlives its node').toBe(sfu);
  await openSeat(browser, rehearsal, 'alba-principal', { standIn: true });
  await guest.sees('Ilaria Conti');
});

test('one’s own node is gone: the talk goes on, the person reads it, and all comes back with it by itself', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const host = await openSeat(browser, rehearsal, 'alba-principal', { standIn: true });
  const guest = await openSeat(browser, rehearsal, 'borland-principal', { standIn: true });
  await host.sees('Anders Holm');
  await guest.sees('Ilaria Conti');
  // What anybody is told from now on, however short it stands.
  for (const { page } of [host, guest])
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      new MutationObserver(() => told.push(document.querySelector('aside')?.textContent ?? '')).observe(document.body, {
        subtree: true,
        childList: true,
      });
    });
  // Nobody starts the node again while its supervisor stands still.
  const [node, supervisor] = [await hostsNode(), Number(Reflect.get(await written('rehearsal.json'), 'pid'))];
  const says = host.page.getByText('Your own node does not answer.').first();
  process.kill(node, 'SIGSTOP');
  await expect(says, 'a node that hangs says nothing itself').toBeVisible();
  process.kill(node, 'SIGCONT');
  await expect(says).toBeHidden();

  process.kill(supervisor, 'SIGSTOP');
  try {
    process.kill(node, 'SIGKILL');
    await expect(says).toBeVisible();
    await Promise.all([neverStops(host, 90), neverStops(guest, 90)]);
    await expect(says).toBeVisible();
  } finally {
    process.kill(supervisor, 'SIGCONT');
  }
  await expect(says).toBeHidden({ timeout: 30_000 });
  await host.sees('Anders Holm');
  await guest.sees('Ilaria Conti');
  // The SFU shows the connections that ended with the node for some time yet; nobody takes them for strangers.
  await Promise.all([goesOn(host, 70), goesOn(guest, 70)]);
  for (const { page } of [host, guest]) {
    const told = await page.evaluate((): readonly string[] => Reflect.get(globalThis, 'told'));
    expect(told.filter((text) => text.includes('that nobody admitted'))).toEqual([]);
  }
});

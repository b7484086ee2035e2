import { Encryption_Type, type SignalResponse } from '@livekit/protocol';
import { expect, test } from '@playwright/test';
import { hueOf } from '../web/src/platform/stand-in/script.ts';
import { installEars, listen, refuses } from './attackers/ears.ts';
import { standBetween, truth } from './attackers/middle.ts';
import type { Manipulation } from './attackers/pages/relay.ts';
import { type GhostPage, openDouble, openGhost, servePages } from './attackers/pages.ts';
import { participantsOf, type Rewrite } from './attackers/sfu-proxy.ts';
import { openStage, type Stage } from './attackers/stage.ts';
import { closeSeats, openSeat, type Seat } from './rehearsal/index.ts';

/** The SFU is hostile: it rewrites its signalling, mints tokens for ghosts, and keeps and changes what passes. */
test.describe.configure({ mode: 'serial', timeout: 180_000 });

const OTHER = 'Borland principal';
const within = { timeout: 45_000 };

let pages: Awaited<ReturnType<typeof servePages>>;
let stage: Stage;
let victim: Seat;
let observer: GhostPage;

const rightPicture = async (): Promise<void> => {
  const [tile, ...more] = await victim.tiles();
  expect(more).toEqual([]);
  expect(tile?.name).toBe(OTHER);
  // No picture is right, too; somebody else's is not.
  if (tile?.hue !== null) expect(Math.abs((tile?.hue ?? -99) - hueOf('borland-principal'))).toBeLessThan(12);
};
/** The tile is verified, its picture moves, and it is the right one. */
const allIsWell = async (): Promise<void> => {
  await expect(async () => victim.sees(OTHER)).toPass(within);
  await rightPicture();
};
/** One sound plays: the other's hum. The ghost's is much higher. */
const hearsTheRightOne = () => expect.poll(() => victim.pitches(), within).toEqual([expect.closeTo(440, -1.5)]);
const reads = (text: string | RegExp) => expect(victim.page.getByText(text).first()).toBeVisible(within);
const nothingInClear = async (): Promise<void> =>
  expect(await observer.page.evaluate(() => window.ghost.observed())).toMatchObject({
    bare: 0,
    bares: [],
    framesDecoded: 0,
  });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  [pages, stage] = await Promise.all([servePages(), openStage()]);
  await openSeat(browser, stage, 'borland-principal', { standIn: true, tone: 440 });
  victim = await openSeat(browser, stage, 'alba-principal', { before: installEars });
  await victim.takeSeat();
  await allIsWell();
  observer = await openGhost(browser, pages, stage.borland);
});
test.afterAll(async ({ browser }) => {
  await closeSeats(browser);
  await pages?.close();
  await stage?.stop();
});

// Turns red without `frame.data = data;` in pass (web/src/platform/frames/pipes.ts).
test('what an SFU gets: a client with its own token decodes nothing, and every frame is sealed', async () => {
  await expect
    .poll(async () => {
      const { audio, video } = await observer.page.evaluate(() => window.ghost.observed());
      return Math.min(audio, video);
    }, within)
    .toBeGreaterThan(30);
  expect(await observer.page.evaluate(() => window.ghost.observed())).toMatchObject({
    bare: 0,
    repeated: 0,
    framesDecoded: 0,
  });
  await allIsWell();
});

/** Tells everybody that nothing is encrypted, and each device that it is somebody else. */
const noEncryption: Rewrite = (response: SignalResponse) => {
  for (const participant of participantsOf(response))
    for (const track of participant.tracks) track.encryption = Encryption_Type.NONE;
  const { message } = response;
  if (message.case === 'trackPublished' && message.value.track) message.value.track.encryption = Encryption_Type.NONE;
  if (message.case === 'join' && message.value.participant) message.value.participant.identity = 'mallory';
  return response;
};

// Turns red without `frame.data = data;` in pass (web/src/platform/frames/pipes.ts), and, for what the person reads,
// without `.filter(({ delegation, name, publishes }) => …)` in compare (web/src/session/presence.ts).
test('“no encryption” is declared and everybody is renamed when they come back: nothing leaves in clear', async () => {
  for (const side of [stage.alba, stage.borland]) {
    side.proxy.rewrite = noEncryption;
    const before = side.proxy.lies();
    for (const passage of side.proxy.passages) passage.cut();
    await expect.poll(() => side.proxy.lies(), within).toBeGreaterThan(before + 1);
  }
  await allIsWell();
  await reads('A device that nobody admitted');
  await nothingInClear();
  for (const side of [stage.alba, stage.borland]) {
    side.proxy.rewrite = truth;
    for (const passage of side.proxy.passages) passage.cut();
  }
  await allIsWell();
});

// What has no SFrame header is not there to be shown; that the person reads of the ghost turns red without
// `publishes && !named.has(…)` in compare (web/src/session/presence.ts).
test('a ghost sends its own picture and sound in clear: nothing of it is seen or heard, and the person reads it', async ({
  browser,
}) => {
  const ghost = await openGhost(browser, pages, stage.borland, { publishes: true });
  const before = await listen(victim.page);
  await ghost.page.evaluate(() => window.ghost.publishPlain());
  await reads('A device that nobody admitted');
  await expect.poll(async () => (await listen(victim.page)).in, within).toBeGreaterThan(before.in + 100);
  await expect
    .poll(async () => {
      const { audio, video } = await ghost.page.evaluate(() => window.ghost.sent());
      return Math.min(audio, video);
    }, within)
    .toBeGreaterThan(20);
  await allIsWell();
  await hearsTheRightOne();
  await ghost.context.close();
});

// Turns red without `room.on(RoomEvent.Disconnected, …)` (web/src/session/media/leg.ts): nobody comes back.
test('a ghost takes the name of somebody who sits: they come back under another, and nobody sees the ghost', async ({
  browser,
}) => {
  const [taken] = [...stage.borland.proxy.passages].filter(({ publishes }) => publishes);
  if (!taken) throw new Error('nobody publishes');
  const double = await openDouble(browser, pages, stage.borland, taken.identity);
  await expect
    .poll(
      () => [...stage.borland.proxy.passages].some((one) => one.publishes && one.identity !== taken.identity),
      within,
    )
    .toBe(true);
  await allIsWell();
  await hearsTheRightOne();
  await double.context.close();
});

test.describe('a relay in the middle', () => {
  let relay: GhostPage;
  let stepOut = () => {};
  const manipulate = (manipulation: Manipulation) =>
    relay.page.evaluate((given) => window.ghost.manipulate(given), manipulation);
  const drops = (codes: readonly string[], count: number) => refuses(victim.page, codes, count, within);
  const tileSays = (...states: readonly string[]) =>
    expect.poll(async () => (await victim.tiles())[0]?.state, within).toMatch(new RegExp(`^(${states.join('|')})$`));
  /** The relay does nothing, and those who only listen come anew: what it passes on is seen again. */
  const honest = async () => {
    await manipulate({ kind: 'none' });
    for (const passage of stage.borland.proxy.passages) if (!passage.publishes) passage.cut();
    await allIsWell();
  };

  test.beforeAll(async ({ browser }) => {
    relay = await openGhost(browser, pages, stage.borland, { publishes: true });
    stepOut = await standBetween(stage.borland, relay);
    await honest();
  });
  test.afterAll(() => stepOut());

  // What GCM refuses is not there to be shown, whatever is removed here; that the person reads so turns red without the
  // lines of `unproven`, `still` and `nothing` in tileState (web/src/session/tile.ts).
  for (const kind of ['flip', 'cut'] as const)
    test(`frames that it changes (${kind}) are not shown, and the tile says so`, async () => {
      await manipulate({ kind });
      await drops(['sframe.unauthentic', 'frames.codec', 'frames.layout', 'frames.short'], 20);
      await tileSays('unproven', 'still', 'nothing');
      await rightPicture();
      await reads(/Unproven|Standing still for|No picture for|Mending|Connecting/);
      await honest();
    });

  // Turns red without `return slots[counter % SPAN] === counter ? 'sframe.replay' : undefined` in check
  // (protocol/src/frames/window.ts).
  test('frames that it sends twice are taken once', async () => {
    await manipulate({ kind: 'duplicate' });
    await drops(['sframe.replay', 'sframe.old'], 20);
    await rightPicture();
    await honest();
  });

  test('frames that it reorders do no harm', async () => {
    const before = await listen(victim.page);
    await manipulate({ kind: 'reorder' });
    await expect.poll(async () => (await listen(victim.page)).out, within).toBeGreaterThan(before.out + 100);
    await rightPicture();
    await honest();
  });

  // The window refuses what is old, and nothing proves it: without the one the other holds. That the person reads so turns
  // red without the lines of `unproven`, `still` and `nothing` in tileState (web/src/session/tile.ts).
  test('what it recorded and plays again is not shown: the tile says that nothing is proven', async () => {
    await manipulate({ kind: 'replay' });
    await drops(['sframe.replay', 'sframe.old'], 50);
    await tileSays('unproven', 'still', 'nothing');
    await rightPicture();
    await honest();
  });

  // Turns red without `if (lateMs > 0) return { state: 'late', sinceMs: lateMs };` in judge (protocol/src/frames/judge.ts).
  test('what it delays by ten seconds is said to be late', async () => {
    await manipulate({ kind: 'delay', ms: 10_000 });
    await tileSays('late');
    await reads(/Late by \d+ s/);
    await honest();
  });
});

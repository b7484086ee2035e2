import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Refusal } from '@parley/protocol/bytes';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { acquireSfu } from '../server/src/sfu/acquire/index.ts';
import { servePages, startSfu, type TestSfu } from './link-fixed-key.stage.ts';
import type { Carried, FixedEpoch, Link } from './pages/link-fixed-key.ts';
import type { Observer } from './pages/observer.ts';

declare global {
  interface Window {
    readonly link: Link;
    readonly observer: Observer;
  }
}

/** Two delegations' roots, and three seats that share one fixed key. */
const roots = { alba: 'aa'.repeat(32), borland: 'bb'.repeat(32) } as const;
type Side = keyof typeof roots;
const other = (side: Side): Side => (side === 'alba' ? 'borland' : 'alba');
const seats = {
  alba: { side: 'alba', leaf: 0, seating: 3, hue: 210, hertz: 440 },
  borland: { side: 'borland', leaf: 1, seating: 5, hue: 30, hertz: 700 },
  adviser: { side: 'alba', leaf: 2, seating: 6, hue: 120, hertz: 560 },
} as const;
type Seat = keyof typeof seats;
const everyone = ['alba', 'borland', 'adviser'] as const;

const numbers = (bytes: Uint8Array) => [...bytes];
const part = (jwk: { d?: string; x?: string }, name: 'd' | 'x') => numbers(Buffer.from(jwk[name] ?? '', 'base64url'));

let pages: Awaited<ReturnType<typeof servePages>>;
let sfus: { readonly [side in Side]: TestSfu };
let epochOf: (seat: Seat) => FixedEpoch;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  const sfu = await acquireSfu({ configured: process.env.PARLEY_LIVEKIT, say: (line) => console.log(line) });
  if (sfu instanceof Refusal) throw new Error(sfu.lines.join('\n'));
  pages = await servePages();
  sfus = { alba: await startSfu(sfu.path), borland: await startSfu(sfu.path) };
  const key = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const keys = { alba: key(), borland: key(), adviser: key() };
  const [meeting, authenticator, baseKey] = [16, 32, 32].map((length) => numbers(randomBytes(length)));
  epochOf = (seat) => ({
    meeting: meeting!,
    authenticator: authenticator!,
    baseKey: baseKey!,
    ownLeaf: seats[seat].leaf,
    frameSeed: part(keys[seat], 'd'),
    leaves: everyone.map((of) => ({
      leaf: seats[of].leaf,
      seating: seats[of].seating,
      delegation: roots[seats[of].side],
      frameKey: part(keys[of], 'x'),
    })),
  });
});
test.afterAll(async () => {
  await Promise.all([sfus?.alba.kill(), sfus?.borland.kill(), pages?.close()]);
});

let turn = 0;
async function prepare(
  context: BrowserContext,
  seat: Seat,
  before: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<Page> {
  const { side, hue, hertz } = seats[seat];
  const page = await context.newPage();
  await before(page);
  page.on('pageerror', (error) => console.log(seat, error.message));
  await page.goto(`${pages.url}/link-fixed-key.html`);
  const leg = (of: Side) => ({
    delegation: roots[of],
    url: sfus[of].url,
    token: sfus[of].token(`${seat}-${++turn}`, of === side),
  });
  const figure = { name: seat, line: 'Stand-in', hue };
  await page.evaluate((config) => window.link.start(config), {
    own: leg(side),
    counterpart: leg(other(side)),
    epoch: epochOf(seat),
    standIn: {
      figure,
      width: 640,
      height: 360,
      framesPerSecond: 15,
      locale: 'en-GB',
      voice: { kind: 'tone', hertz },
    } as const,
  });
  await expect
    .poll(() => page.evaluate(async () => (await window.link.facts()).legs.map(({ state }) => state)))
    .toEqual(['ready', 'ready']);
  return page;
}

/** Frames of the other seat that were decoded here until now. */
const decoded = (page: Page) =>
  page.evaluate(async () =>
    (await window.link.facts()).pipes
      .filter(({ direction, media }) => direction === 'receive' && media === 'video')
      .reduce((sum, { frames }) => sum + frames, 0),
  );

async function growing(page: Page, by = 20): Promise<void> {
  const before = await decoded(page);
  await expect.poll(() => decoded(page), { timeout: 30_000 }).toBeGreaterThan(before + by);
}

async function hears(page: Page, seat: Seat): Promise<void> {
  const { seating, hue, hertz } = seats[seat];
  await expect.poll(() => page.evaluate((of) => window.link.hueOf(of), seating)).toBeGreaterThan(hue - 12);
  expect(await page.evaluate((of) => window.link.hueOf(of), seating)).toBeLessThan(hue + 12);
  await expect.poll(() => page.evaluate((of) => window.link.pitchOf(of), seating)).toBeGreaterThan(hertz - 12);
  expect(await page.evaluate((of) => window.link.pitchOf(of), seating)).toBeLessThan(hertz + 12);
}

const proofs = (carried: readonly Carried[]) =>
  carried.map(({ seating, media, proof }) => `${seating} ${media} ${proof}`);

test('two pages, two SFUs, one key: each sees and hears the other; whoever has no key gets sealed frames only', async ({
  context,
}) => {
  const one = await prepare(context, 'alba');
  const two = await prepare(context, 'borland');

  // Prepared, nobody has published, and nothing has left.
  for (const page of [one, two]) {
    const facts = await page.evaluate(() => window.link.facts());
    expect(facts.legs.flatMap(({ present }) => present).filter(({ audio, video }) => audio || video)).toEqual([]);
    expect(facts.pipes.filter(({ bytes }) => bytes > 0)).toEqual([]);
  }

  const observer = await context.newPage();
  await observer.goto(`${pages.url}/observer.html`);
  for (const side of ['alba', 'borland'] as const) {
    await observer.evaluate(([url, token]) => window.observer.join(url, token, [0, 1, 2], 1), [
      sfus[side].url,
      sfus[side].token('observer', false),
    ] as const);
  }

  for (const page of [one, two]) await page.evaluate(() => window.link.takeSeat());
  for (const [page, side] of [
    [one, 'borland'],
    [two, 'alba'],
  ] as const) {
    await growing(page);
    await hears(page, side);
    await expect
      .poll(async () => proofs(await page.evaluate(() => window.link.carried())).sort())
      .toEqual([`${seats[side].seating} audio proven`, `${seats[side].seating} video proven`]);
    expect(await page.evaluate(() => window.link.events())).toEqual([]);
    test.info().annotations.push({
      type: 'click to first picture',
      description: `${await page.evaluate(() => window.link.firstPictureMs())} ms`,
    });
  }

  await expect
    .poll(async () => {
      const { audio, video } = await observer.evaluate(() => window.observer.observed());
      return Math.min(audio, video);
    })
    .toBeGreaterThan(30);
  const observed = await observer.evaluate(() => window.observer.observed());
  expect(observed).toMatchObject({ bare: 0, repeated: 0, framesDecoded: 0 });
});

test('a colleague comes over our own SFU, and everybody stands at the right place', async ({ context }) => {
  const pages = new Map<Seat, Page>();
  for (const seat of everyone) pages.set(seat, await prepare(context, seat));
  for (const page of pages.values()) await page.evaluate(() => window.link.takeSeat());
  for (const [seat, page] of pages) {
    for (const seen of everyone.filter((of) => of !== seat)) await hears(page, seen);
    expect(await page.evaluate((own) => window.link.hueOf(own), seats[seat].seating)).toBe(null);
    expect(await page.evaluate(() => window.link.events())).toEqual([]);
  }
});

test('keys that come late cost nobody the picture: it begins with the next key frame', async ({ context }) => {
  const one = await prepare(context, 'alba');
  await one.evaluate(() => window.link.takeSeat());
  const two = await prepare(context, 'borland');
  await two.evaluate(() => window.link.takeSeat(400));
  // Frames arrive and are dropped, since no key stands.
  const dropped = () =>
    two.evaluate(async () => {
      const { pipes } = await window.link.facts();
      return pipes.flatMap((pipe) => Object.values(pipe.dropped)).reduce((sum, count) => sum + count, 0);
    });
  await expect.poll(dropped).toBeGreaterThan(0);
  await expect
    .poll(() => two.evaluate(async () => (await window.link.facts()).pipes.some((pipe) => pipe.sealedOut > 0)))
    .toBe(true);
  await one.evaluate(() => window.link.keyFrame());
  await growing(two);
  await hears(two, 'alba');
  // Asked for, the encoder makes one within a few frames.
  const made = () =>
    one.evaluate(async () => {
      const { pipes } = await window.link.facts();
      const [picture] = pipes.filter(({ direction, media }) => direction === 'send' && media === 'video');
      return { frames: picture?.frames ?? 0, keyFrames: picture?.keyFrames ?? 0 };
    });
  const before = await made();
  await one.evaluate(() => window.link.keyFrame());
  await expect.poll(async () => (await made()).keyFrames, { intervals: [50] }).toBe(before.keyFrames + 1);
  expect((await made()).frames - before.frames).toBeLessThan(30);
});

test('while keys are awaited nothing leaves; afterwards the picture is back', async ({ context }) => {
  const one = await prepare(context, 'alba');
  const two = await prepare(context, 'borland');
  for (const page of [one, two]) await page.evaluate(() => window.link.takeSeat());
  await growing(one);
  await two.evaluate(() => window.link.halt());
  const sent = () =>
    two.evaluate(async () => {
      const { pipes } = await window.link.facts();
      return pipes.filter(({ direction }) => direction === 'send').reduce((sum, { bytes }) => sum + bytes, 0);
    });
  let last = -1;
  await expect
    .poll(async () => {
      const now = await sent();
      const still = now === last;
      last = now;
      return still;
    })
    .toBe(true);
  const before = await decoded(one);
  await two.evaluate(() => window.link.resume());
  await expect.poll(() => decoded(one)).toBeGreaterThan(before + 20);
});

test('a dead frame worker ends all sending', async ({ context }) => {
  const one = await prepare(context, 'alba');
  const two = await prepare(context, 'borland');
  for (const page of [one, two]) await page.evaluate(() => window.link.takeSeat());
  await growing(two);
  await one.evaluate(() => window.link.killWorker());
  const sent = () =>
    one.evaluate(async () => {
      const { pipes } = await window.link.facts();
      return pipes.filter(({ direction }) => direction === 'send').map(({ bytes }) => bytes);
    });
  let last: readonly number[] = [];
  await expect
    .poll(async () => {
      const now = await sent();
      const still = now.length > 0 && now.join() === last.join();
      last = now;
      return still;
    })
    .toBe(true);
  // Room for a connection without the hook there is none.
  expect(
    await one.evaluate(() => {
      try {
        new RTCPeerConnection();
        return 'made';
      } catch {
        return 'refused';
      }
    }),
  ).toBe('refused');
});

test('an SFU is killed: a new Room brings media back by itself', async ({ context }) => {
  const one = await prepare(context, 'alba');
  const two = await prepare(context, 'borland');
  for (const page of [one, two]) await page.evaluate(() => window.link.takeSeat());
  await growing(one);
  await growing(two);
  await sfus.alba.restart();
  for (const page of [one, two]) {
    await growing(page);
    expect((await page.evaluate(() => window.link.events())).filter(({ kind }) => kind === 'alarm')).toEqual([]);
  }
  await hears(two, 'alba');
  await hears(one, 'borland');
});

// Turns red without the disconnect() of nextRetryDelayInMs (web/src/session/media/leg.ts).
test('signalling that ends while a Room is being made costs one try, not the time of one', async ({ context }) => {
  let tries = 0;
  const page = await prepare(context, 'alba', (fresh) =>
    fresh.routeWebSocket(`${sfus.alba.url.replace(/^http/, 'ws')}/**`, (socket) => {
      const sfu = socket.connectToServer();
      if (++tries > 3) return;
      // The Room is told who is there; what would connect it never comes.
      sfu.onMessage((message) => {
        socket.send(message);
        void socket.close();
      });
    }),
  );
  expect(tries).toBe(4);
  await page.evaluate(() => window.link.takeSeat());
});

test('what arrives and cannot be shown is mended by the watchdog, which says so', async ({ context }) => {
  const one = await prepare(context, 'alba');
  const two = await prepare(context, 'borland');
  await one.evaluate(() => window.link.takeSeat());
  await two.evaluate(() => window.link.takeSeatWithoutKeys());
  const whys = () => two.evaluate(() => window.link.events().flatMap((event) => ('why' in event ? [event.why] : [])));
  await expect.poll(whys, { timeout: 20_000 }).toContain('a picture or sound stands still');
  await expect.poll(whys, { timeout: 20_000 }).toContain('nothing that arrives can be shown');
  await two.evaluate(() => window.link.giveKeys());
  await growing(two);
});

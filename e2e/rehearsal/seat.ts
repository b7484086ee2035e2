import { type Browser, type BrowserContext, type BrowserContextOptions, expect, type Page } from '@playwright/test';
import type { Rehearsal } from './start.ts';

/** A tile as a person finds it on the screen. */
export type SeenTile = {
  readonly seating: number;
  readonly state: string;
  readonly name: string;
  /** Frames that its picture showed until now; 0 without one. */
  readonly frames: number;
  /** Hue of the picture's ground, 0 to 359; null without one. */
  readonly hue: number | null;
};

/** A person, or a stand-in, at a seat's page. */
export type Seat = {
  readonly id: string;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly takeSeat: () => Promise<void>;
  readonly tiles: () => Promise<readonly SeenTile[]>;
  /** The loudest pitch in each sound that plays, in hertz. */
  readonly pitches: () => Promise<readonly number[]>;
  /** Waits until every seat named is there, verified and moving, and nobody else is. */
  readonly sees: (...names: readonly string[]) => Promise<void>;
  /** Leaves the table, as a person does. */
  readonly leave: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens a seat by a fresh link, up to the holding screen (a stand-in sits down by itself). */
export const openSeat = async (
  browser: Browser,
  rehearsal: Pick<Rehearsal, 'link'>,
  id: string,
  how: {
    readonly standIn?: boolean;
    readonly tone?: number;
    /** What its browser is told beside the usual. */
    readonly context?: BrowserContextOptions;
    /** Prepares the page before it opens the link. */
    readonly before?: (page: Page) => Promise<void>;
  } = {},
): Promise<Seat> => {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], locale: 'en-GB', ...how.context });
  const page = await context.newPage();
  await how.before?.(page);
  const seat = await seatAt(id, context, page);
  await page.goto(await rehearsal.link(id, how));
  if (!how.standIn) {
    await page.getByRole('button', { name: 'Open my seat' }).click();
    await expect(page.getByRole('button', { name: /^(Take your seat|Knock)$/ })).toBeVisible();
  }
  return seat;
};

/** Closes every page that a test opened: one left open goes on drawing and sending beside the next test. */
export const closeSeats = async (browser: Browser): Promise<void> => {
  await Promise.all(browser.contexts().map((context) => context.close()));
};

const seatAt = async (id: string, context: BrowserContext, page: Page): Promise<Seat> => {
  await page.addInitScript(installEyes);
  const tiles = () => page.evaluate(() => globalThis.parleyEyes.tiles());
  return {
    id,
    page,
    context,
    tiles,
    takeSeat: async () => {
      await page.getByRole('button', { name: 'Take your seat' }).click();
      await expect(page.getByRole('button', { name: 'Leave the table' })).toBeVisible();
    },
    pitches: () => page.evaluate(() => globalThis.parleyEyes.pitches()),
    sees: async (...names) => {
      let before = new Map<string, number>();
      const look = async () => {
        const now = await tiles();
        const seen = now.map(({ name, state, frames }) => ({ name, state, moves: frames !== (before.get(name) ?? 0) }));
        before = new Map(now.map(({ name, frames }) => [name, frames]));
        return seen.sort(byName);
      };
      const expected = names.map((name) => ({ name, state: 'verified', moves: true })).sort(byName);
      await expect.poll(look, { intervals: [500], timeout: 30_000 }).toEqual(expected);
    },
    leave: async () => {
      await page.getByRole('button', { name: 'Leave the table' }).click();
      await page.getByRole('button', { name: 'Leave now' }).click();
      await expect(page.getByRole('button', { name: 'Leave the table' })).toBeHidden();
    },
    close: () => context.close(),
  };
};

const byName = (a: { readonly name: string }, b: { readonly name: string }) => a.name.localeCompare(b.name);

type Eyes = { tiles(): Promise<readonly SeenTile[]>; pitches(): Promise<readonly number[]> };

declare global {
  var parleyEyes: Eyes;
}

/** Runs in the page: looks at what is shown and listens to what is played, as a person could. */
const installEyes = () => {
  const hueOfPicture = (video: HTMLVideoElement): number | null => {
    const canvas = new OffscreenCanvas(16, 9);
    const context = canvas.getContext('2d');
    if (!context || video.videoWidth === 0) return null;
    context.drawImage(video, 0, 0, 16, 9);
    // The corners are ground, whoever is drawn before it.
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    const most = Math.max(r, g, b);
    const span = most - Math.min(r, g, b);
    if (span === 0) return null;
    const sixth = most === r ? ((g - b) / span + 6) % 6 : most === g ? (b - r) / span + 2 : (r - g) / span + 4;
    return Math.round(sixth * 60);
  };
  const listeners = new WeakMap<MediaStreamTrack, AnalyserNode>();
  let context: AudioContext | undefined;
  const listenTo = (track: MediaStreamTrack): AnalyserNode => {
    const known = listeners.get(track);
    if (known) return known;
    context ??= new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    listeners.set(track, analyser);
    return analyser;
  };
  const pitchOf = (analyser: AnalyserNode): number => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let loudest = 0;
    for (const [n, level] of bins.entries()) if (level > (bins[loudest] ?? 0)) loudest = n;
    return (bins[loudest] ?? -200) < -70 ? 0 : Math.round((loudest * analyser.context.sampleRate) / analyser.fftSize);
  };
  globalThis.parleyEyes = {
    tiles: async () =>
      [...document.querySelectorAll<HTMLElement>('[data-seating]')].map((tile) => {
        const video = tile.querySelector('video');
        return {
          seating: Number(tile.dataset.seating),
          state: tile.dataset.state ?? '',
          name: tile.querySelector('p span')?.textContent ?? '',
          frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
          hue: video ? hueOfPicture(video) : null,
        };
      }),
    pitches: async () =>
      [...document.querySelectorAll('audio')].flatMap((audio) => {
        const stream = audio.srcObject instanceof MediaStream ? audio.srcObject.getAudioTracks() : [];
        return stream.map((track) => pitchOf(listenTo(track)));
      }),
  };
};

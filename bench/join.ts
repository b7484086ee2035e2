import { type Browser, expect, type Page } from '@playwright/test';
import { openSeat, type Rehearsal, type Seat } from '../e2e/rehearsal/index.ts';
import { firstPicture, watchFirstPicture } from './join/first-picture.ts';
import { besidePlainPages } from './plain/beside.ts';
import { openPlainPage, type PlainPage } from './plain/open.ts';
import type { PlainPages } from './plain/pages.ts';
import { median, type Row, spread } from './table.ts';

const ROUNDS = 10;
const PROVEN = '[data-seating][data-state="verified"] video';

/** From the click to the counterpart's first picture on screen, in ms, round by round. */
export type JoinTimes = {
  /** *Take your seat*, until a frame is shown in a tile that is verified. */
  readonly ours: readonly number[];
  /** A plain livekit-client page: token, connection, subscription, first frame. */
  readonly cold: readonly number[];
  /** One that was connected before. */
  readonly prepared: readonly number[];
};

/** One seat taken, seen, and left again. */
const ourRound = async (browser: Browser, rehearsal: Rehearsal, counterpart: Seat): Promise<number> => {
  const seat = await openSeat(browser, rehearsal, 'borland-principal', {
    before: async (page) => void (await watchFirstPicture(page, PROVEN)),
  });
  try {
    // As prepared as the plain page that is: connected to both SFUs, and waiting for the click.
    await expect(seat.page.locator('li[data-state=working]')).toHaveCount(0, { timeout: 20_000 });
    await seat.page.getByRole('button', { name: 'Take your seat' }).click();
    const took = await firstPicture(seat.page);
    await counterpart.sees('Anders Holm');
    await seat.leave();
    await counterpart.sees();
    return took;
  } finally {
    await seat.close();
  }
};

/** Any picture of a plain page counts. */
const picture = (page: Page) => watchFirstPicture(page, 'video');

const plainRound = async (
  browser: Browser,
  pages: PlainPages,
  part: keyof Omit<JoinTimes, 'ours'>,
  stays: PlainPage,
): Promise<number> => {
  const page = await openPlainPage(browser, pages, part, picture);
  try {
    await page.join();
    const took = await firstPicture(page.page);
    await expect(stays.page.locator('video')).toHaveCount(1, { timeout: 20_000 });
    await page.leave();
    await expect(stays.page.locator('video')).toHaveCount(0, { timeout: 20_000 });
    return took;
  } finally {
    await page.close();
  }
};

/**
 * Measures a join beside two plain ones, in turns: the same counterpart's picture, the same codec, the same camera, the
 * same SFU process. The first round warms up and is not counted.
 */
export const measureJoinTimes = (rounds = ROUNDS): Promise<JoinTimes> =>
  besidePlainPages(async ({ rehearsal, pages, browser }) => {
    const counterpart = await openSeat(browser, rehearsal, 'alba-principal', { standIn: true });
    await counterpart.page.getByRole('button', { name: 'Leave the table' }).waitFor();
    const stays = await openPlainPage(browser, pages, 'stay', picture);
    const lanes = [
      ['ours', () => ourRound(browser, rehearsal, counterpart)],
      ['cold', () => plainRound(browser, pages, 'cold', stays)],
      ['prepared', () => plainRound(browser, pages, 'prepared', stays)],
    ] as const;
    const times = { ours: [] as number[], cold: [] as number[], prepared: [] as number[] };
    for (let round = 0; round <= rounds; round += 1)
      for (const at of lanes.keys()) {
        const lane = lanes[(at + round) % lanes.length];
        const took = await lane?.[1]();
        if (lane && took !== undefined && round > 0) times[lane[0]].push(took);
      }
    return times;
  });

/** Rows of the bench's table: our join beside each plain one. */
export const joinTimeRows = ({ ours, cold, prepared }: JoinTimes): readonly Row[] => {
  const row = (measure: string, other: readonly number[], bar: number): Row => ({
    measure: `Take your seat → first proven frame ÷ ${measure}`,
    value: median(ours) / median(other),
    bar,
    unit: '',
    digits: 2,
    of: `${spread(ours)} ÷ ${spread(other)} ms, n ${ours.length}`,
  });
  return [row('a plain page', cold, 0.6), row('a plain page equally prepared', prepared, 1.25)];
};

import { type Browser, expect, type Page } from '@playwright/test';
import { openSeat, type Rehearsal, type Seat } from '../e2e/rehearsal/index.ts';
import { watchPictures } from './gap/pictures.ts';
import { besidePlainPages } from './plain/beside.ts';
import { openPlainPage } from './plain/open.ts';
import type { PlainPages } from './plain/pages.ts';
import { median, type Row, spread } from './table.ts';

/** A join and a leave in each: ten pairs. */
const ROUNDS = 5;
const WINDOW_MS = 4_000;
const LOOKS = 40;
const [STAYS, SEEN] = ['Ilaria Conti', 'Anders Holm'];

/** The longest time without a new picture, in ms, as somebody sees it who stays; pair by pair. */
export type Gaps = {
  readonly around: readonly number[];
  readonly without: readonly number[];
  /** The same two of plain livekit-client pages on this machine. */
  readonly plain: { readonly around: readonly number[]; readonly without: readonly number[] };
  /** Pictures that those present sent to one another and that did not arrive, over all joins and leaves. */
  readonly lost: number;
  readonly sent: number;
};

const now = (page: Page) => page.evaluate(() => performance.now());

const gapSince = async (page: Page, name: string, from: number): Promise<number> => {
  const to = from + WINDOW_MS;
  await page.waitForFunction((until) => performance.now() >= until, to);
  return page.evaluate(([of, since, until]) => parleyPictures.longestGap(of, since, until), [name, from, to] as const);
};

/** Windows around a join and a leave, and as many in which nobody comes or goes, in turns. */
const gapsAround = async (
  page: Page,
  name: string,
  guest: { readonly join: () => Promise<void>; readonly leave: () => Promise<void> },
  round: number,
) => {
  const quiet = async () => gapSince(page, name, await now(page));
  const acting = async (act: () => Promise<void>) => {
    const from = await now(page);
    await act();
    return gapSince(page, name, from);
  };
  const first = round % 2 === 0 ? [await quiet()] : [];
  const join = await acting(guest.join);
  const between = await quiet();
  const leave = await acting(guest.leave);
  const last = round % 2 === 1 ? [await quiet()] : [];
  return { around: [join, leave], without: [...first, between, ...last] };
};

/** Pictures on their way from one to the other: what was encoded and has not arrived, the least of some looks. */
const underWay = async (sender: Seat, receiver: Seat, name: string) => {
  let [least, sent] = [Number.POSITIVE_INFINITY, 0];
  for (let look = 0; look < LOOKS; look += 1) {
    // What has arrived is asked afterwards: it can only be too much, never a loss that was none.
    const { encoded } = await sender.page.evaluate((of) => parleyPictures.counted(of), name);
    const { received } = await receiver.page.evaluate((of) => parleyPictures.counted(of), name);
    least = Math.min(least, encoded - received);
    sent = encoded;
  }
  return { least, sent };
};

const together = (rounds: readonly { readonly around: readonly number[]; readonly without: readonly number[] }[]) => ({
  around: rounds.flatMap(({ around }) => around),
  without: rounds.flatMap(({ without }) => without),
});

const ours = async (browser: Browser, rehearsal: Rehearsal, rounds: number): Promise<Omit<Gaps, 'plain'>> => {
  const before = async (page: Page) => void (await watchPictures(page));
  const stays = await openSeat(browser, rehearsal, 'alba-principal', { standIn: true, before });
  const seen = await openSeat(browser, rehearsal, 'borland-principal', { standIn: true, before });
  await stays.sees(SEEN);
  await seen.sees(STAYS);
  const first = await underWay(seen, stays, SEEN);
  const gaps = [];
  for (let round = 0; round < rounds; round += 1) {
    const guest = await openSeat(browser, rehearsal, 'borland-adviser');
    const press = (name: string) => guest.page.getByRole('button', { name }).click();
    const join = () => press('Take your seat');
    const leave = async () => {
      await press('Leave the table');
      await press('Leave now');
    };
    gaps.push(await gapsAround(stays.page, SEEN, { join, leave }, round));
    await stays.sees(SEEN);
    await guest.close();
  }
  const last = await underWay(seen, stays, SEEN);
  for (const seat of [stays, seen]) await seat.close();
  return { ...together(gaps), lost: Math.max(0, last.least - first.least), sent: last.sent - first.sent };
};

const plain = async (browser: Browser, pages: PlainPages, rounds: number): Promise<Gaps['plain']> => {
  const stays = await openPlainPage(browser, pages, 'stay', watchPictures);
  const seen = await openPlainPage(browser, pages, 'stay', watchPictures);
  const pictures = stays.page.locator('video');
  await expect(pictures).toHaveCount(1, { timeout: 20_000 });
  const name = await pictures.getAttribute('data-of');
  const gaps = [];
  for (let round = 0; round < rounds; round += 1) {
    const guest = await openPlainPage(browser, pages, 'prepared', watchPictures);
    gaps.push(await gapsAround(stays.page, name ?? '', guest, round));
    await expect(pictures).toHaveCount(1, { timeout: 20_000 });
    await guest.close();
  }
  for (const page of [stays, seen]) await page.close();
  return together(gaps);
};

/** Two stay and look at one another; a third joins and leaves, in turns with windows in which nobody does. */
export const measureGaps = (rounds = ROUNDS): Promise<Gaps> =>
  besidePlainPages(async ({ rehearsal, pages, browser }) => {
    const gaps = await ours(browser, rehearsal, rounds);
    return { ...gaps, plain: await plain(browser, pages, rounds) };
  });

const ratio = ({ around, without }: Gaps['plain']): number => median(around) / median(without);
const parts = ({ around, without }: Gaps['plain']): string =>
  `${spread(around)} ÷ ${spread(without)} ms, ${around.length} pairs`;

/** Rows of the bench's table. */
export const gapRows = (gaps: Gaps): readonly Row[] => [
  {
    measure: 'longest picture gap around a join or leave ÷ longest without one',
    value: ratio(gaps),
    bar: 1.1,
    unit: '',
    digits: 2,
    of: `${parts(gaps)}; plain pages here ${ratio(gaps.plain).toFixed(2)} (${parts(gaps.plain)})`,
  },
  {
    measure: 'pictures lost by those present, over all these joins and leaves',
    value: gaps.lost,
    bar: 0,
    unit: '',
    digits: 0,
    of: `of ${gaps.sent}`,
  },
];

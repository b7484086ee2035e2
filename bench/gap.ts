import { openSeat, type Seat, startRehearsal } from '../e2e/rehearsal/index.ts';
import { openBrowser } from './browser.ts';
import { watchPictures } from './gap/pictures.ts';
import { median, type Row, spread } from './table.ts';

/** A join and a leave in each: ten pairs. */
const ROUNDS = 5;
const WINDOW_MS = 4_000;
const PICTURES_A_SECOND = 10;
const LOOKS = 40;
const [STAYS, SEEN, GUEST] = ['Ilaria Conti', 'Anders Holm', 'Mira Osei'];

/** The longest time without a new picture, in ms, as somebody sees it who stays; pair by pair. */
export type Gaps = {
  readonly around: readonly number[];
  readonly without: readonly number[];
  /** Pictures that those present sent to one another and that did not arrive, over all joins and leaves. */
  readonly lost: number;
  readonly sent: number;
};

const now = (seat: Seat) => seat.page.evaluate(() => performance.now());

const gapSince = async (seat: Seat, from: number): Promise<number> => {
  const to = from + WINDOW_MS;
  await seat.page.waitForFunction((until) => performance.now() >= until, to);
  return seat.page.evaluate(([name, since, until]) => parleyPictures.longestGap(name, since, until), [
    SEEN,
    from,
    to,
  ] as const);
};

const quiet = async (seat: Seat): Promise<number> => gapSince(seat, await now(seat));

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

/** Two stay and look at one another; a third joins and leaves, in turns with windows in which nobody does. */
export const measureGaps = async (rounds = ROUNDS): Promise<Gaps> => {
  const rehearsal = await startRehearsal();
  const browser = await openBrowser(PICTURES_A_SECOND);
  const before = async (page: Seat['page']) => void (await watchPictures(page));
  try {
    const stays = await openSeat(browser, rehearsal, 'alba-principal', { standIn: true, before });
    const seen = await openSeat(browser, rehearsal, 'borland-principal', { standIn: true, before });
    await stays.sees(SEEN);
    await seen.sees(STAYS);
    const first = await underWay(seen, stays, SEEN);
    const around: number[] = [];
    const without: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const guest = await openSeat(browser, rehearsal, 'borland-adviser');
      if (round % 2 === 0) without.push(await quiet(stays));
      let from = await now(stays);
      await guest.page.getByRole('button', { name: 'Take your seat' }).click();
      around.push(await gapSince(stays, from));
      await stays.sees(SEEN, GUEST);
      without.push(await quiet(stays));
      from = await now(stays);
      await guest.page.getByRole('button', { name: 'Leave the table' }).click();
      await guest.page.getByRole('button', { name: 'Leave now' }).click();
      around.push(await gapSince(stays, from));
      await stays.sees(SEEN);
      if (round % 2 === 1) without.push(await quiet(stays));
      await guest.close();
    }
    const last = await underWay(seen, stays, SEEN);
    return { around, without, lost: Math.max(0, last.least - first.least), sent: last.sent - first.sent };
  } finally {
    await browser.close();
    await rehearsal.stop();
  }
};

/** Rows of the bench's table. */
export const gapRows = ({ around, without, lost, sent }: Gaps): readonly Row[] => [
  {
    measure: 'longest picture gap around a join or leave ÷ longest without one',
    value: median(around) / median(without),
    bar: 1.1,
    unit: '',
    digits: 2,
    of: `${spread(around)} ÷ ${spread(without)} ms, ${around.length} pairs`,
  },
  {
    measure: 'pictures lost by those present, over all these joins and leaves',
    value: lost,
    bar: 0,
    unit: '',
    digits: 0,
    of: `of ${sent}`,
  },
];

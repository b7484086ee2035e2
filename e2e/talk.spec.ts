import { expect, test } from '@playwright/test';
import { hueOf } from '../web/src/platform/stand-in/script.ts';
import { openSeat, type Rehearsal, startRehearsal } from './rehearsal/index.ts';

let rehearsal: Rehearsal;
test.beforeAll(async () => {
  rehearsal = await startRehearsal();
});
test.afterAll(() => rehearsal.stop());

test('one person and a stand-in of the other side see each other, verified', async ({ browser }) => {
  const person = await openSeat(browser, rehearsal, 'alba-principal');
  await openSeat(browser, rehearsal, 'borland-principal', { standIn: true, tone: 440 });
  await person.takeSeat();
  await person.sees('Anders Holm');
  const [tile] = await person.tiles();
  expect(Math.abs((tile?.hue ?? -99) - hueOf('borland-principal'))).toBeLessThan(12);
  await expect.poll(() => person.pitches()).toEqual([expect.closeTo(440, -1)]);
});

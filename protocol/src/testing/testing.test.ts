import { expect, test } from 'vitest';
import { due } from '../meeting/index.ts';
import { seatedLog, testDelegate, testMeeting } from './index.ts';

test('the builders make a meeting whose sheet verifies and a log that settles', async () => {
  const meeting = await testMeeting();
  const people = await Promise.all(['alba-principal', 'borland-principal'].map((id) => testDelegate(meeting, id)));
  const { log } = await seatedLog(meeting, people);
  expect(log.ledger.settled.seatings.size).toBe(2);
  expect(due(log.ledger)).toMatchObject({ kind: 'found', generation: 1, turn: [1, 2] });
});

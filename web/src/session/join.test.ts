import { expect, test } from 'vitest';
import { type Join, type JoinEvent, opened, step } from './join.ts';

const walk = (...events: readonly JoinEvent[]): readonly Join['kind'][] => {
  let join = opened;
  return events.map((event) => {
    join = step(join, event);
    return join.kind;
  });
};

const refusal = { code: 'admit.seat-taken', detail: '' };

test('One join, as it flows: each state only after the one before it', () => {
  const events: readonly JoinEvent[] = [
    { kind: 'clicked' },
    { kind: 'device-stands' },
    { kind: 'agreed' },
    { kind: 'took-seat' },
    { kind: 'settled', seating: 7 },
    { kind: 'keyed' },
  ];
  expect(walk(...events)).toEqual(['opened', 'proving', 'holding', 'asked', 'admitted', 'seated']);
});

test('No step can be skipped: keys, settlement and admission mean nothing before their turn', () => {
  const early: readonly JoinEvent[] = [
    { kind: 'keyed' },
    { kind: 'settled', seating: 7 },
    { kind: 'took-seat' },
    { kind: 'agreed' },
  ];
  for (const event of early) expect(step(opened, event)).toBe(opened);
  const asked = step(step(step(step(opened, { kind: 'device-stands' }), { kind: 'agreed' }), { kind: 'took-seat' }), {
    kind: 'keyed',
  });
  expect(asked.kind).toBe('asked');
});

test('A refused request goes back to the holding screen with its reason, and can be made again', () => {
  const kinds = walk(
    { kind: 'device-stands' },
    { kind: 'agreed' },
    { kind: 'took-seat' },
    { kind: 'refused', refusal },
    { kind: 'took-seat' },
  );
  expect(kinds.slice(-2)).toEqual(['holding', 'asked']);
});

test('A browser whose device key the node does not know is told so where the link would have been', () => {
  const proving = step(opened, { kind: 'device-stands' });
  expect(step(proving, { kind: 'link-refused', refusal })).toEqual({ kind: 'opened', redeeming: false, refusal });
});

test('Who cannot follow the keys asks to sit anew, from the stage as well as on the way to it', () => {
  const seated: Join = { kind: 'seated', seating: 7 };
  expect(step(seated, { kind: 'lost-keys' })).toEqual({ kind: 'asked' });
  expect(step({ kind: 'admitted', seating: 7 }, { kind: 'lost-keys' })).toEqual({ kind: 'asked' });
});

test('Nothing leads out of a stop, whatever comes after it', () => {
  const stopped = step({ kind: 'seated', seating: 7 }, { kind: 'broke', refusal });
  expect(stopped).toEqual({ kind: 'stopped', refusal });
  expect(step(stopped, { kind: 'keyed' })).toBe(stopped);
  expect(step(stopped, { kind: 'ended', why: 'self' })).toBe(stopped);
});

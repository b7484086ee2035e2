import { expect, test } from 'vitest';
import { levelOf } from './meter.ts';
import { afterPlugging, choicesOf, stateOfFailure } from './state.ts';

test('a failed request for a device is refused, missing or busy', () => {
  expect(stateOfFailure('NotAllowedError')).toBe('refused');
  expect(stateOfFailure('NotFoundError')).toBe('missing');
  expect(stateOfFailure('OverconstrainedError')).toBe('missing');
  expect(stateOfFailure('NotReadableError')).toBe('busy');
});

test('only devices that can be chosen are listed', () => {
  const listed = choicesOf([
    { kind: 'videoinput', deviceId: 'c1', label: 'Camera' },
    { kind: 'audioinput', deviceId: '', label: '' },
    { kind: 'audioinput', deviceId: 'communications', label: 'Communications' },
    { kind: 'audiooutput', deviceId: 'default', label: 'Default' },
  ]);
  expect(listed).toEqual({
    cameras: [{ id: 'c1', label: 'Camera' }],
    microphones: [],
    speakers: [{ id: 'default', label: 'Default' }],
  });
});

test('after plugging, a lost device is replaced, a missing one is opened when there is one', () => {
  const one = [{ id: 'a', label: 'A' }];
  expect(afterPlugging(one, { id: 'a', state: 'live' })).toBe('keep');
  expect(afterPlugging(one, { id: 'gone', state: 'live' })).toBe('reopen');
  expect(afterPlugging([], { id: 'gone', state: 'live' })).toBe('lost');
  expect(afterPlugging([], { id: null, state: 'missing' })).toBe('keep');
  expect(afterPlugging(one, { id: null, state: 'missing' })).toBe('reopen');
  expect(afterPlugging(one, { id: null, state: 'off' })).toBe('keep');
  expect(afterPlugging(one, { id: null, state: 'drawn' })).toBe('keep');
});

test('the level runs from silence to full scale', () => {
  expect(levelOf(new Float32Array(64))).toBe(0);
  expect(levelOf(new Float32Array(64).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(64).fill(0.0316))).toBeCloseTo(0.5, 2);
});

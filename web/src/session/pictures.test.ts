import { expect, test } from 'vitest';
import { boundPipe, hearWorker } from './pictures.ts';

const bind = (binding: number, seating: number) =>
  ({ kind: 'bind', pipe: 1, binding, seating, stream: 0, media: 'video' }) as const;

test('a track that is moved once more meanwhile is bound by the newer word only', () => {
  const twice = hearWorker(hearWorker(new Map(), bind(1, 1)), bind(2, 2));
  expect(boundPipe(twice, 1, 1).get(1)).toMatchObject({ seating: 2, bound: false });
  expect(boundPipe(twice, 1, 2).get(1)).toMatchObject({ seating: 2, bound: true });
});

import { expect, test } from 'vitest';
import { arrange, columns } from './arrangement.ts';
import { adviser, delegation, principal, tile } from './testing.ts';

const alba = delegation('Alba', true);
const borland = delegation('Borland', false);
const corvina = delegation('Corvina', false);

test('nobody else: empty', () => {
  expect(arrange([])).toEqual({ kind: 'empty' });
});

test("one counterpart: its principal is large, its others come before one's own", () => {
  const own = tile(2, adviser(alba));
  const other = tile(3, adviser(borland));
  const large = tile(9, principal(borland));
  expect(arrange([own, other, large])).toEqual({ kind: 'principal', large, strip: [other, own] });
});

test('without a principal the counterpart who sat first is large; without a counterpart, a colleague', () => {
  const own = tile(2, principal(alba));
  const first = tile(3, adviser(borland));
  const second = tile(4, adviser(borland));
  expect(arrange([second, own, first])).toEqual({ kind: 'principal', large: first, strip: [second, own] });
  expect(arrange([own])).toEqual({ kind: 'principal', large: own, strip: [] });
});

test('more counterparts: equal tiles, by delegation, whatever order they are given in', () => {
  const [a, b, c, d] = [
    tile(1, adviser(alba)),
    tile(2, principal(corvina)),
    tile(3, principal(borland)),
    tile(5, adviser(corvina)),
  ];
  const expected = { kind: 'equal', tiles: [b, d, c, a] };
  expect(arrange([a, b, c, d])).toEqual(expected);
  expect(arrange([d, c, b, a])).toEqual(expected);
});

test('columns of one to eight tiles', () => {
  const counts = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(counts.map((count) => columns(count, 'wide'))).toEqual([1, 2, 2, 2, 3, 3, 3, 3]);
  expect(counts.map((count) => columns(count, 'high'))).toEqual([1, 1, 2, 2, 2, 2, 2, 2]);
});

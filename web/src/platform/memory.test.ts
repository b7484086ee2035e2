import { afterEach, expect, test, vi } from 'vitest';
import { keep, recall } from './memory.ts';

afterEach(() => vi.unstubAllGlobals());

test('what is kept is recalled, per span, until it is let go', () => {
  for (const name of ['sessionStorage', 'localStorage']) {
    const kept = new Map<string, string>();
    vi.stubGlobal(name, {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    });
  }
  keep('tab', 'name', 'here');
  expect([recall('tab', 'name'), recall('browser', 'name')]).toEqual(['here', null]);
  keep('tab', 'name', null);
  expect(recall('tab', 'name')).toBeNull();
});

test('a browser that is told to keep nothing keeps nobody from the page', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  keep('browser', 'name', 'text');
  expect(recall('browser', 'name')).toBeNull();
});

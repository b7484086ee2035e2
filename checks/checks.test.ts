import { expect, test } from 'vitest';
import { runChecks } from './all.ts';
import { differences } from './catalogues.ts';
import { codesOf } from './codes.ts';
import { withoutComments } from './files.ts';
import { forbidden, importsOf } from './imports.ts';
import { headingsOf, linksOf } from './links.ts';
import { impurities } from './purity.ts';
import { citationsOf, rulesOf } from './rules.ts';
import { weigh } from './sizes.ts';

test('imports: what the house forbids is found, however it is written', () => {
  const source = `import a from '../a.ts';\nimport type { B } from "b";\nexport * from './c.ts';\nawait import('d');\nimport 'e';`;
  expect(importsOf(source)).toEqual(['../a.ts', 'b', './c.ts', 'd', 'e']);
  expect(forbidden('web/src/a.ts', '@parley/server/store')).toBe('web never imports server');
  expect(forbidden('server/src/a.ts', '../../web/src/b.ts')).toBe('server never imports web');
  expect(forbidden('protocol/src/log/a.ts', '@parley/web')).toBe('protocol never imports web');
  expect(forbidden('protocol/src/bytes/a.ts', '../log/index.ts')).toBe('bytes stands below log');
  expect(forbidden('protocol/src/log/a.ts', '../keys/index.ts')).toBe('log stands below keys');
  expect(forbidden('protocol/src/wire/a.ts', '../meeting/index.ts')).toBeNull();
  expect(forbidden('protocol/src/log/a.ts', './trial/table.ts')).toBe('it is test code');
  expect(forbidden('server/src/a.ts', '@parley/protocol/testing')).toBe('it is test code');
  expect(forbidden('server/src/a.test.ts', '@parley/protocol/testing')).toBeNull();
  expect(forbidden('protocol/src/log/a.test.ts', './trial/table.ts')).toBeNull();
  expect(forbidden('web/src/session/a.ts', 'react')).toBe('session knows no React');
  expect(forbidden('web/src/ui/a.tsx', '../session/view.ts')).toBe('ui knows no meeting');
  expect(forbidden('web/src/stage/a.tsx', '../session/view.ts')).toBeNull();
  expect(forbidden('web/src/session/a.ts', '@parley/protocol/bytes')).toBeNull();
});

test('purity: a clock and randomness are found, in code only', () => {
  const source = [
    'const a = Date.now();',
    '// Date.now()',
    'const b = new Date(time);',
    'crypto.getRandomValues(x);',
    "say('//'); Math.random();",
    'Temporal.Now.instant();',
    'new Date()',
  ];
  expect(impurities(source.join('\n')).map(([line]) => line)).toEqual([1, 4, 5, 6, 7]);
});

test('comments are blanked, text that looks like one is not', () => {
  expect(withoutComments("a('//b'); // c\n/* d\n */ e")).toBe("a('//b');     \n    \n    e");
});

test('rules and citations', () => {
  expect(rulesOf('**FRAME1.** A frame.\n**Bold.** No rule.\n**LOG2a.** An entry.')).toEqual(['FRAME1', 'LOG2a']);
  const source = `test('[FRAME1] a', () => [X9]);\nit.each([1])("[LOG2, LOG3] b", () => {});\ntest.skipIf(no)(\`[A1] c\`);`;
  expect(citationsOf(source)).toEqual(['FRAME1', 'LOG2', 'LOG3', 'A1']);
  expect(codesOf("return new Refusal('sframe.replay', 'x'); new Refusal(code)")).toEqual(['sframe.replay']);
});

test('links: prose counts, code does not', () => {
  const text =
    'See [a](a.md#one "t"), ![p](p.png), <img src="i.svg">, [w](https://x.y), `[c](c.md)`\n```\n[d](d.md)\n```\n[e]: e.md';
  expect(linksOf(text)).toEqual(['a.md#one', 'p.png', 'i.svg', 'e.md']);
  expect([...headingsOf('# One, and *two*\n## `npm ci`')]).toEqual(['one-and-two', 'npm-ci']);
});

test('catalogues: missing, surplus, empty and other placeholders', () => {
  const english = new Map([
    ['a', 'A {name}'],
    ['b', 'B'],
    ['c', '{n, plural, one {# seat} other {# seats}}'],
    ['d', 'D'],
  ]);
  const dutch = new Map([
    ['a', 'A {naam}'],
    ['b', ' '],
    ['c', '{n, plural, one {# stoel} other {# stoelen}}'],
    ['e', 'E'],
  ]);
  expect(differences('nl', english, dutch)).toEqual([
    'nl: a has other placeholders than English',
    'nl: b is empty',
    'nl lacks d',
    'nl has e, which English lacks',
  ]);
});

test('sizes: holding is what loads at once, a call all but the rehearsal page, each with one language', () => {
  const manifest = {
    'index.html': {
      file: 'seat.js',
      imports: ['_react.js'],
      dynamicImports: ['stage', 'src/messages/en.json', 'src/messages/nl.json'],
    },
    'rehearsal.html': { file: 'rehearsal.js', imports: ['_react.js'] },
    '_react.js': { file: 'react.js', css: ['a.css'] },
    stage: { file: 'stage.js' },
    'src/messages/en.json': { file: 'en.js' },
    'src/messages/nl.json': { file: 'nl.js' },
  };
  const names = ['seat.js', 'rehearsal.js', 'react.js', 'a.css', 'stage.js', 'en.js', 'nl.js', 'worker.js'];
  const weight = new Map(names.map((name, at) => [name, 2 ** at]));
  expect(weigh(manifest, weight)).toEqual({ holding: 1 + 4 + 8 + 64, call: 1 + 4 + 8 + 16 + 64 + 128 });
});

test('a check that fails, or breaks, is named with its reason', async () => {
  const lines: string[] = [];
  const checks = [
    { name: 'fine', find: async () => ({ wrong: [], note: 'all of it' }) },
    { name: 'wrong', find: async () => ({ wrong: ['because'] }) },
    { name: 'broken', find: () => Promise.reject(new Error('torn')) },
  ];
  expect((await runChecks(checks, (line) => lines.push(line))).sort()).toEqual(['broken', 'wrong']);
  expect(lines.join('\n')).toMatch(/ok {3}fine .* all of it/);
  expect(lines.join('\n')).toMatch(/FAIL wrong .*\n {7}because/);
  expect(lines.join('\n')).toMatch(/FAIL broken .*\n {7}Error: torn/);
});

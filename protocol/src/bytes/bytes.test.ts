import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { encode as cbor } from 'cborg';
import { expect, test } from 'vitest';
import { codeOf, seedOf, signerOf, testKey } from '../testing/index.ts';
import {
  bool,
  bound,
  bytes,
  bytesUpTo,
  type Codec,
  concat,
  decode,
  encode,
  equal,
  exactly,
  fromHex,
  hash,
  isWeak,
  list,
  nullable,
  oneOf,
  Refusal,
  record,
  sign,
  text,
  toHex,
  toUtf8,
  uint,
  variant,
  verify,
  within,
} from './index.ts';

const read = <T>(codec: Codec<T>, hex: string, limit?: number) => {
  const value = decode(codec, fromHex(hex), limit);
  return value instanceof Refusal ? value.code : value;
};
const MALFORMED = 'bytes.malformed';

test('[BYTES1] encodes deterministically: shortest heads, keys bytewise', () => {
  expect(toHex(encode([0, 255, 256, 65_536, 4_294_967_296]))).toBe('850018ff1901001a000100001b0000000100000000');
  expect(toHex(encode([true, false, null, 'é', new Uint8Array([1, 2])]))).toBe('85f5f4f662c3a9420102');
});

test('[BYTES1] one encoding: what encode writes is what the codecs read', () => {
  const shape = record({
    n: uint(),
    list: list(nullable(bool), 3),
    name: text(5),
    raw: bytes(2),
    kind: oneOf('a', 'b'),
  });
  const value = {
    n: 9_007_199_254_740_991,
    list: [true, null, false],
    name: 'ab',
    raw: new Uint8Array([7, 8]),
    kind: 'b',
  };
  expect(decode(shape, encode(value))).toEqual(value);
});

test.each([
  ['a longer head for a number', uint(), '1817'],
  ['two bytes where one does', uint(), '190017'],
  ['eight bytes where four do', uint(), '1b0000000000000001'],
  ['past 2^53 − 1', uint(), '1b0020000000000000'],
  ['all ones', uint(), '1bffffffffffffffff'],
  ['a negative number', uint(), '20'],
  ['a float that is a whole number', uint(), 'f93c00'],
  ['a number over its limit', uint(5), '06'],
  ['nothing at all', uint(), ''],
  ['a cut head', uint(), '19'],
  ['reserved additional information', uint(), '1c'],
  ['a trailing byte', uint(), '0000'],
  ['a tag', uint(), 'c100'],
  ['an indefinite byte string', bytesUpTo(4), '5f4101ff'],
  ['a byte string of another length', bytes(2), '4101'],
  ['a byte string over its limit', bytesUpTo(1), '420102'],
  ['a cut byte string', bytesUpTo(4), '4201'],
  ['an embedded part over its limit', within(1), '420102'],
  ['an embedded part cut off', within(4), '4201'],
  ['a byte string of 2^53 − 1 bytes', bytesUpTo(4), '5b001fffffffffffff'],
  ['a text as bytes', bytesUpTo(4), '6161'],
  ['bytes as a text', text(4), '4161'],
  ['invalid UTF-8', text(4), '61ff'],
  ['a surrogate in UTF-8', text(4), '63eda080'],
  ['an overlong form in UTF-8', text(4), '62c080'],
  ['a list with too many', list(uint(), 1), '820000'],
  ['a list with too few', list(uint(), 2, 1), '80'],
  ['an indefinite list', list(uint(), 2), '9f00ff'],
  ['a list of 2^32', list(uint(), 2), '9b0000000100000000'],
  ['undefined for null', nullable(uint()), 'f7'],
  ['a number for a boolean', bool, '01'],
  ['a simple value in two bytes', bool, 'f815'],
  ['a text that is none of those named', oneOf('ab', 'c'), '6164'],
  ['another version', exactly(1), '02'],
  ['another version, longer', exactly(1), '1801'],
])('[BYTES2] refuses %s', (_, codec, hex) => {
  expect(read(codec as Codec<unknown>, hex)).toBe(MALFORMED);
});

const pair = record({ a: uint(), b: uint() });
test.each([
  ['keys in another order', 'a2616201616100'],
  ['a key twice', 'a3616100616100616201'],
  ['a key twice in place of another', 'a2616100616100'],
  ['a field missing', 'a1616100'],
  ['a field unknown', 'a3616100616201616302'],
  ['an unknown field in place of another', 'a2616100616301'],
  ['a key with a longer head', 'a278016100616201'],
  ['an indefinite map', 'bf616100616201ff'],
  ['a key that is no text', 'a2416100616201'],
  ['a head that counts more than it holds', 'a3616100616201'],
  ['a head that counts less than it holds', 'a1616100616201'],
  ['a list for a map', '8400010001'],
])('[BYTES2] refuses a map with %s', (_, hex) => {
  expect(read(pair, 'a2616100616201')).toEqual({ a: 0, b: 1 });
  expect(read(pair, hex)).toBe(MALFORMED);
});

test('[BYTES2] refuses more than the limit before it reads', () => {
  expect(read(bytesUpTo(9), '420102', 3)).toEqual(new Uint8Array([1, 2]));
  expect(read(bytesUpTo(9), '43010203', 3)).toBe('bytes.too-long');
  expect(codeOf(decode(bytesUpTo(70_000), new Uint8Array(65_537)))).toBe('bytes.too-long');
});

test('[BYTES1] what is encoded is a plain array of its own', () => {
  const made = encode([1]);
  expect(Object.getPrototypeOf(made)).toBe(Uint8Array.prototype);
  expect(made.buffer.byteLength).toBe(made.length);
});

test('[BYTES2] what is read shares no memory with what the caller holds, but for parts', () => {
  const given = encode({ a: new Uint8Array([1]), b: new Uint8Array([2]) });
  const value = decode(record({ a: bytes(1), b: within(1) }), given);
  if (value instanceof Refusal) throw new Error(value.code);
  given.fill(0xff);
  expect(value.a).toEqual(new Uint8Array([1]));
  expect(value.b).toEqual(new Uint8Array([0xff]));
});

const shapes = variant({ one: { a: uint() }, other: { aa: uint(), zzzzz: list(uint(), 2) }, bare: {} });
test('[BYTES3] a variant is told apart by its kind, wherever that stands', () => {
  for (const value of [{ kind: 'one', a: 1 }, { kind: 'other', aa: 2, zzzzz: [3] }, { kind: 'bare' }])
    expect(decode(shapes, encode(value))).toEqual(value);
});

test.each([
  ['of no kind', { a: 1 }],
  ['of an unknown kind', { kind: 'third', a: 1 }],
  ['with the fields of another kind', { kind: 'other', a: 1 }],
  ['with a further field', { kind: 'bare', a: 1 }],
  ['whose kind is no text', { kind: 1, a: 1 }],
  ['with a missing field', { kind: 'one' }],
])('[BYTES3] refuses a variant %s', (_, value) => {
  expect(codeOf(decode(shapes, encode(value)))).toBe(MALFORMED);
});

test('[BYTES3] refuses what is nested deeply before the kind, however deep', () => {
  const nested = (depth: number) =>
    concat(fromHex('a26161'), fromHex('81'.repeat(depth)), fromHex('00646b696e64636f6e65'));
  expect(codeOf(decode(shapes, nested(3)))).toBe(MALFORMED);
  expect(codeOf(decode(shapes, nested(60_000)))).toBe(MALFORMED);
  expect(codeOf(decode(shapes, fromHex('a2616181')))).toBe(MALFORMED);
});

test('[BYTES4] the version is part of the shape', () => {
  const format = record({ v: exactly(1) });
  expect(decode(format, encode({ v: 1 }))).toEqual({ v: 1 });
  for (const v of [0, 2]) expect(codeOf(decode(format, encode({ v })))).toBe(MALFORMED);
});

test('[BYTES5] a text holds nothing that is not seen or turns the direction of writing', () => {
  const name = text(40);
  for (const good of ['Zoë', '王毅', 'محمد', 'नरेन्द्र', 'e\u0301', 'می\u200cخواهم', '👩\u200d🚀', '\ufffd'])
    expect(decode(name, encode(good))).toBe(good);
  const forbidden =
    '\u0000 \u0009 \u000a \u001f \u007f \u009f \u00ad \u061c \u180e \u200b \u200e \u200f \u2028 \u202e \u2060 \u206f \ufeff \ufff9 \ufffc \ufffe \uffff \u{e0000} \u{e007f}';
  for (const bad of forbidden.split(' ')) expect(codeOf(decode(name, encode(`a${bad}b`))), bad).toBe(MALFORMED);
});

test('[BYTES5] the length of a text counts UTF-16 units', () => {
  expect(decode(text(4), encode('👩👩'))).toBe('👩👩');
  expect(codeOf(decode(text(3), encode('👩👩')))).toBe(MALFORMED);
  expect(codeOf(decode(text(3), encode('')))).toBe(MALFORMED);
  expect(decode(text(3, 0), encode(''))).toBe('');
});

test('[BYTES6] hashes and signatures are bound to their purpose', async () => {
  const message = toUtf8('m');
  expect(bound('act', message)).toEqual(toUtf8('parley/1 act\u0000m'));
  expect(toHex(hash('act', message))).toBe(
    toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bound('act', message)))),
  );
  expect(equal(hash('act', message), hash('entry', message))).toBe(false);
  const key = await testKey('a');
  const signature = await sign(key, 'act', message);
  expect(await verify(key.publicKey, 'act', message, signature)).toBe(true);
  expect(await verify(key.publicKey, 'message', message, signature)).toBe(false);
});

test('[BYTES7] a signature stands for its key and message alone', async () => {
  const [key, other] = [await testKey('a'), await testKey('b')];
  const message = toUtf8('m');
  const signature = await sign(key, 'act', message);
  expect(await verify(other.publicKey, 'act', message, signature)).toBe(false);
  expect(await verify(key.publicKey, 'act', toUtf8('n'), signature)).toBe(false);
  expect(await verify(key.publicKey, 'act', message, signature.slice(1))).toBe(false);
  for (const at of [0, 31, 32, 63]) {
    const turned = signature.slice();
    turned[at] = (turned[at] ?? 0) ^ 1;
    expect(await verify(key.publicKey, 'act', message, turned)).toBe(false);
  }
  // No point of the curve: y = 2.
  expect(await verify(fromHex(`02${'00'.repeat(31)}`), 'act', message, signature)).toBe(false);
});

test('[BYTES7] refuses S that is not below the order of the group', async () => {
  const key = await testKey('a');
  const message = toUtf8('m');
  const signature = await sign(key, 'act', message);
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const s = big(signature.slice(32));
  expect(await verify(key.publicKey, 'act', message, concat(signature.slice(0, 32), little(s)))).toBe(true);
  expect(await verify(key.publicKey, 'act', message, concat(signature.slice(0, 32), little(s + order)))).toBe(false);
});

const little = (n: bigint) => Uint8Array.from({ length: 32 }, (_, at) => Number((n >> BigInt(8 * at)) & 255n));
const big = (bytes: Uint8Array) => bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);

test('[BYTES7] anybody could sign under a point of small order, so nobody does', async () => {
  // Under the neutral element A, every S with R = [S]B satisfies the equation for every message.
  const neutral = fromHex(`01${'00'.repeat(31)}`);
  const forged = concat(ed25519.Point.BASE.multiply(5n).toBytes(), little(5n));
  expect(await verify(neutral, 'act', toUtf8('anything'), forged)).toBe(false);
  const key = await testKey('a');
  expect(isWeak(key.publicKey)).toBe(false);
  for (const y of [`01${'00'.repeat(31)}`, '00'.repeat(32), `ec${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(31)}`])
    expect(isWeak(fromHex(y)), y).toBe(true);
});

test('[BYTES7] the first half of a signature is no point of small order, even from who holds the key', async () => {
  const seed = seedOf('a');
  const key = await signerOf(seed);
  const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
  const message = toUtf8('m');
  const neutral = fromHex(`01${'00'.repeat(31)}`);
  const k = big(sha512(concat(neutral, key.publicKey, bound('act', message))));
  const made = concat(neutral, little((k * scalar) % ed25519.Point.Fn.ORDER));
  expect(ed25519.verify(made, bound('act', message), key.publicKey, { zip215: true })).toBe(true);
  expect(await verify(key.publicKey, 'act', message, made)).toBe(false);
});

test('[BYTES8] every purpose has its own hash', () => {
  const purposes = ['root', 'issuing-certificate', 'mandate', 'sheet', 'act', 'entry', 'key-package', 'blob'] as const;
  expect(new Set(purposes.map((purpose) => toHex(hash(purpose, new Uint8Array())))).size).toBe(purposes.length);
});

test('[BYTES9] a refusal’s detail is a text that travels', () => {
  const { detail } = new Refusal('a.b', `line\nline \u202e${'x'.repeat(500)}`);
  expect(detail.length).toBe(400);
  expect(decode(text(400), encode(detail))).toBe(detail);
  expect(decode(text(400), encode(new Refusal('a.b', `${'x'.repeat(399)}👩`).detail))).toMatch(/^x+\ufffd$/);
});

test('hexadecimal there and back', () => {
  expect(toHex(fromHex('00ff10'))).toBe('00ff10');
  for (const bad of ['0', '0G', 'FF']) expect(() => fromHex(bad)).toThrow();
});

test('[BYTES1] cborg, an encoder not of ours, writes integers as we read them', () => {
  for (const n of [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
    expect(decode(uint(), cbor(n))).toBe(n);
});

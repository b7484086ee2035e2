import { type Bytes, bound, concat, encode, hash, type Plain, type Purpose, sign, toHex, toUtf8, verify } from '../../bytes/index.ts';
import { testKey } from '../keys.ts';
import type { Json } from './json.ts';

/** Values with their encodings, hashes and signatures with their purposes. */
export const bytesVectors = async (): Promise<Json> => {
  const values: readonly [Json, Plain][] = [
    ...[0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER].map(
      (n): [number, number] => [n, n],
    ),
    [true, true],
    [null, null],
    ['Zoë', 'Zoë'],
    [{ bytes: '0102' }, new Uint8Array([1, 2])],
    [
      [1, [2]],
      [1, [2]],
    ],
    [{ map: { bb: 1, a: 2, c: 3, aa: 4 } }, { bb: 1, a: 2, c: 3, aa: 4 }],
  ];
  const key = await testKey('vector');
  const message = toUtf8('message');
  const signature = await sign(key, 'act', message);
  const neutral = Uint8Array.from({ length: 32 }, (_, n) => (n === 0 ? 1 : 0));
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const s = signature.slice(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  const high = Uint8Array.from({ length: 32 }, (_, at) => Number((s >> BigInt(8 * at)) & 255n));
  const signatures: readonly [string, Bytes, Purpose, Bytes][] = [
    ['made by this key', key.publicKey, 'act', signature],
    ['for another purpose', key.publicKey, 'message', signature],
    ['by another key', (await testKey('other')).publicKey, 'act', signature],
    ['S not below the order', key.publicKey, 'act', concat(signature.slice(0, 32), high)],
    ['under the neutral element', neutral, 'act', concat(neutral, new Uint8Array(32))],
  ];
  const judged = signatures.map(async ([what, publicKey, purpose, sig]): Promise<Json> => {
    const stands = await verify(publicKey, purpose, message, sig);
    return { what, key: toHex(publicKey), purpose, message: toHex(message), sig: toHex(sig), stands };
  });
  const purposes: readonly Purpose[] = [
    'root',
    'issuing-certificate',
    'mandate',
    'sheet',
    'act',
    'entry',
    'key-package',
    'blob',
    'circle',
    'roster',
    'epoch-authenticator',
    'link',
  ];
  const refused: readonly [string, string, string][] = [
    ['uint', '1817', 'a longer head'],
    ['uint', '1b0020000000000000', 'past 2^53 − 1'],
    ['uint', '20', 'negative'],
    ['uint', 'f93c00', 'a float'],
    ['uint', '0000', 'an item left over'],
    ['uint', '', 'an end too soon'],
    ['text(8)', '61ff', 'not UTF-8'],
    ['text(8)', '6461e280ae', 'U+202E'],
    ['bytes(8)', '5f4101ff', 'no definite length'],
    ['{a: uint, b: uint}', 'a2616201616100', 'keys not in order'],
    ['{a: uint, b: uint}', 'a2616100616100', 'a key twice'],
    ['{a: uint, b: uint}', 'a3616100616201616302', 'an unknown key'],
  ];
  return {
    encodings: values.map(([value, plain]) => ({ value, hex: toHex(encode(plain)) })),
    refused: refused.map(([shape, hex, what]) => ({ shape, hex, what, code: 'bytes.malformed' })),
    hashes: purposes.map((purpose) => ({
      purpose,
      message: toHex(message),
      bound: toHex(bound(purpose, message)),
      hash: toHex(hash(purpose, message)),
    })),
    signatures: await Promise.all(judged),
  };
};


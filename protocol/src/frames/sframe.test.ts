import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromHex, Refusal, toHex } from '../bytes/index.ts';
import { deriveCipher, importBaseKey, open, type Suite, seal } from './cipher.ts';
import { HEADER_MAX, readHeader, writeHeader } from './header.ts';

type Vectors = {
  header: { kid: number; ctr: number; encoded: string }[];
  sframe: {
    cipher_suite: number;
    kid: number;
    ctr: number;
    base_key: string;
    metadata: string;
    pt: string;
    ct: string;
  }[];
};

const folder = process.env.PARLEY_VECTORS;
const suites: readonly Suite[] = [
  { id: 4, hash: 'SHA-256', keyBits: 128 },
  { id: 5, hash: 'SHA-512', keyBits: 256 },
];

describe.skipIf(!folder)('RFC 9605 vectors (skipped: no outside vectors, where PARLEY_VECTORS is not set)', () => {
  const vectors: Vectors = folder
    ? JSON.parse(readFileSync(join(folder, 'sframe', 'test-vectors.json'), 'utf8'))
    : { header: [], sframe: [] };

  test('[FRAME1] every header within 2^53 is read and written as the vectors say, every larger one refused', () => {
    const out = new Uint8Array(HEADER_MAX);
    let refused = 0;
    for (const { kid, ctr, encoded } of vectors.header) {
      const bytes = fromHex(encoded);
      const read = readHeader(bytes, 0);
      // JSON rounds integers past 2^53: their values are lost, but what was rounded is no longer safe.
      if (!Number.isSafeInteger(kid) || !Number.isSafeInteger(ctr)) {
        expect(read, encoded).toBeInstanceOf(Refusal);
        refused += 1;
        continue;
      }
      expect(read, encoded).toEqual({ kid, counter: ctr, length: bytes.length });
      expect(toHex(out.subarray(0, writeHeader(kid, ctr, out, 0)))).toBe(encoded);
    }
    expect(vectors.header.length).toBe(289);
    expect(refused).toBeLessThan(150);
  });

  test.each(suites)('[FRAME2] suite $id seals and opens as its vector says', async (suite) => {
    const vector = vectors.sframe.find((one) => one.cipher_suite === suite.id);
    if (!vector) throw new Error(`no vector for suite ${suite.id}`);
    const base = await importBaseKey(fromHex(vector.base_key));
    const metadata = fromHex(vector.metadata);
    const ct = fromHex(vector.ct);
    const sealing = await deriveCipher(base, vector.kid, 'encrypt', suite);
    const sealed = await seal(sealing, vector.ctr, metadata, new Uint8Array(0), fromHex(vector.pt));
    expect(toHex(sealed.subarray(metadata.length))).toBe(vector.ct);
    const header = readHeader(ct, 0);
    if (header instanceof Refusal) throw new Error(header.detail);
    const opening = await deriveCipher(base, header.kid, 'decrypt', suite);
    const [head, tail] = [metadata.subarray(0, 5), metadata.subarray(5)];
    const ciphertext = ct.subarray(header.length);
    const opened = await open(opening, header.counter, head, tail, ciphertext);
    if (opened instanceof Refusal) throw new Error(opened.code);
    expect(toHex(new Uint8Array(opened))).toBe(vector.pt);
    expect(await open(opening, header.counter, head, new Uint8Array(1), ciphertext)).toBeInstanceOf(Refusal);
  });
});

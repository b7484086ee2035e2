import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CiphersuiteImpl, getCiphersuiteImpl } from 'ts-mls';
import { getCiphersuiteFromId } from 'ts-mls/crypto/ciphersuite.js';
import { fromHex } from '../../bytes/index.ts';

const folder = process.env.PARLEY_VECTORS;

/** Whether outside vectors are at hand. */
export const present = folder !== undefined && existsSync(join(folder, 'mls'));

/** Title of a group of tests that needs them; where they are missing it says so by name. */
export const title = (what: string): string => (present ? what : `skipped: no outside vectors: ${what}`);

/** Reads one kind of RFC 9420 vectors, shaped as `test-vectors.md` of mls-implementations describes them. */
export const vectors = <T>(kind: string): readonly T[] =>
  present ? (JSON.parse(readFileSync(join(folder ?? '', 'mls', `${kind}.json`), 'utf8')) as readonly T[]) : []; // see above

/** Suites whose primitives the product carries. X-Wing's has a private code point: nobody makes vectors for it. */
export const SUITES = [1, 2, 5, 7] as const;

/** The library's suite by its code point. */
export const suiteBy = (id: number): Promise<CiphersuiteImpl> => {
  const known = SUITES.find((suite) => suite === id);
  if (known === undefined) throw new Error(`suite ${id} is not at hand`);
  return getCiphersuiteImpl(getCiphersuiteFromId(known));
};

/** Only those of these suites. */
export const ours = <T extends { readonly cipher_suite: number }>(
  all: readonly T[],
  suites: readonly number[] = SUITES,
): readonly T[] => all.filter(({ cipher_suite }) => suites.includes(cipher_suite));

export const unhex = fromHex;

/** Decodes all of some bytes. */
export const whole = <T>(decoder: (bytes: Uint8Array, offset: number) => [T, number] | undefined, hex: string): T => {
  const bytes = fromHex(hex);
  const read = decoder(bytes, 0);
  if (!read || read[1] !== bytes.length) throw new Error('the vector does not decode');
  return read[0];
};

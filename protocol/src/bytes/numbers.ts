const BITS = 11;

/** The first bits of some bytes as numbers from 0 to 2,047, eleven bits at a time: places in a list of words. */
export const numbersOf = (bytes: Uint8Array, count: number): readonly number[] => {
  const all = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const length = 8 * bytes.length;
  return Array.from({ length: count }, (_, n) => Number((all >> BigInt(length - BITS * (n + 1))) & 0x7ffn));
};

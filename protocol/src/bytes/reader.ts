import type { Bytes } from './array.ts';

/** Bytes that are no deterministic encoding of the shape asked for. Thrown by codecs, caught by `decode` alone. */
export class Malformed extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Major types of CBOR (RFC 8949 §3.1) that stand in signed bytes. */
export const MAJOR = { uint: 0, bytes: 2, text: 3, list: 4, map: 5 } as const;

/** Deepest nesting that is passed over on the way to a map's `kind`. */
const DEEPEST = 8;

/**
 * A place in bytes that are read strictly forward: every head must be the shortest, so that what was read has no
 * other encoding.
 */
export class Reader {
  readonly bytes: Uint8Array<ArrayBufferLike>;
  at = 0;

  constructor(bytes: Uint8Array) {
    // A plain view: `slice` of a subclass may share memory with what the caller writes to later.
    this.bytes =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A malformation at this place. */
  fault(what: string): Malformed {
    return new Malformed(`at byte ${this.at}: ${what}`);
  }

  /** The next byte, without passing it. */
  peek(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw this.fault('cut off');
    return byte;
  }

  /** The argument of a head of this major type: a number, a length or a count. */
  head(major: number): number {
    const first = this.peek();
    if (first >> 5 !== major) throw this.fault(`major type ${first >> 5} in place of ${major}`);
    const info = first & 31;
    this.at += 1;
    if (info < 24) return info;
    if (info > 27) throw this.fault('no definite length');
    const size = 2 ** (info - 24);
    let value = 0;
    for (let n = 0; n < size; n += 1) {
      value = value * 256 + this.peek();
      this.at += 1;
    }
    const least = info === 24 ? 24 : 2 ** (4 * size);
    if (value < least) throw this.fault('not the shortest head');
    return value;
  }

  /** The next `length` bytes, not copied. */
  view(length: number): Uint8Array<ArrayBufferLike> {
    const end = this.at + length;
    if (end > this.bytes.length) throw this.fault('cut off');
    const view = this.bytes.subarray(this.at, end);
    this.at = end;
    return view;
  }

  /** A copy of the next `length` bytes. */
  copy(length: number): Bytes {
    const end = this.at + length;
    if (end > this.bytes.length) throw this.fault('cut off');
    const copy = this.bytes.slice(this.at, end);
    this.at = end;
    return copy as Bytes; // slicing a plain view allocates
  }

  /** A text string of at most `most` bytes; not UTF-8 is malformed. */
  text(most: number): string {
    const length = this.head(MAJOR.text);
    if (length > most) throw this.fault(`a text of more than ${most} bytes`);
    const view = this.view(length);
    try {
      return utf8.decode(view);
    } catch {
      throw this.fault('not UTF-8');
    }
  }

  /** Whether exactly these bytes come next; passes them if so. */
  take(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    for (let n = 0; n < expected.length; n += 1) if (bytes[at + n] !== expected[n]) return false;
    this.at = at + expected.length;
    return true;
  }

  /** Passes over one item of whatever kind. */
  skip(depth = 0): void {
    if (depth > DEEPEST) throw this.fault('nested too deeply');
    const major = this.peek() >> 5;
    if (major === MAJOR.list || major === MAJOR.map) {
      const items = this.head(major) * (major === MAJOR.map ? 2 : 1);
      for (let n = 0; n < items; n += 1) this.skip(depth + 1);
    } else if (major === MAJOR.bytes || major === MAJOR.text) this.view(this.head(major));
    else if (major === MAJOR.uint) this.head(major);
    else this.view(1);
  }
}

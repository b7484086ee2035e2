import { decodeMlsMessage, encodeMlsMessage, type MLSMessage } from 'ts-mls';
import { type Bytes, equal } from '../bytes/index.ts';

/** Bytes of an MLS message (RFC 9420 §6). */
export const writeMessage = (message: MLSMessage): Bytes => new Uint8Array(encodeMlsMessage(message));

/**
 * Reads an MLS message that somebody else made. Null for more than `limit` bytes, for what does not decode, for
 * trailing bytes, and for every encoding but the one that we would write.
 */
export const readMessage = (bytes: Uint8Array, limit: number): MLSMessage | null => {
  if (bytes.length > limit) return null;
  try {
    // The library's values are windows into what it reads: they get bytes that nobody else holds.
    const own = new Uint8Array(bytes);
    const read = decodeMlsMessage(own, 0);
    return read && equal(encodeMlsMessage(read[0]), own) ? read[0] : null;
  } catch {
    return null;
  }
};

/** Longest KeyPackage read: X-Wing's takes 2.7 kB. */
export const PACKAGE_LIMIT = 8_192;

/** Longest commit read: 49 KeyPackages and a path to 256 leaves that share no parents stay below it. */
export const COMMIT_LIMIT = 1_048_576;

/** Longest Welcome read: a tree of 256 leaves takes about 700 kB. */
export const WELCOME_LIMIT = 2_097_152;

/** Longest application message read: the reveal of a table of 64 takes 930 bytes. */
export const SEALED_LIMIT = 1_024;

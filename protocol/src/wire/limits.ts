import { bytes, bytesUpTo, list } from '../bytes/index.ts';

/** Longest single message at a door, in bytes. */
export const MESSAGE_LIMIT = 2_097_152;

/** A hash, a fingerprint or a nonce. */
export const hash32 = bytes(32);
export const act = bytesUpTo(12_480);
export const entry = bytesUpTo(12_800);
export const countersignature = bytesUpTo(512);
export const message = bytesUpTo(4096);
/** The body of a call sheet. */
export const plan = bytesUpTo(32_768);
export const sheet = bytesUpTo(131_072);
/** A KeyPackage, a commit or a Welcome. */
export const blob = bytesUpTo(524_288);
export const blobs = list(blob, 2);
export const countersignatures = list(countersignature, 8);
/** Most meetings that one question is about. */
export const MEETINGS = 1_024;
/** Part of a log: a longer one comes in several. */
export const entries = list(entry, 64);

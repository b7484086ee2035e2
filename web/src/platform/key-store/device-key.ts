import type { Bytes, Signer } from '@parley/protocol/bytes';
import { read, write } from './database.ts';

const isPair = (value: unknown): value is CryptoKeyPair =>
  typeof value === 'object' &&
  value !== null &&
  'privateKey' in value &&
  value.privateKey instanceof CryptoKey &&
  'publicKey' in value &&
  value.publicKey instanceof CryptoKey;

const signerOf = async (pair: CryptoKeyPair): Promise<Signer> => ({
  publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
  sign: async (message: Bytes) => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message)),
});

/** The device key of a seat, if this browser profile has one. */
export const findDeviceKey = async (seat: string): Promise<Signer | null> => {
  const pair = await read('devices', seat);
  return isPair(pair) ? signerOf(pair) : null;
};

/** The device key of a seat; made now, and on disk before it is used, if there is none. It cannot be extracted. */
export const ensureDeviceKey = async (seat: string): Promise<Signer> => {
  const known = await findDeviceKey(seat);
  if (known) return known;
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  if (!isPair(pair)) throw new Error('the browser made no Ed25519 key pair');
  await write('devices', seat, pair);
  return signerOf(pair);
};

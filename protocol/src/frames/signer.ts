import { type Bytes, concat, fromHex, Refusal, type Signer, sign, verify } from '../bytes/index.ts';

// RFC 8410: an Ed25519 private key in PKCS #8, up to its seed.
const PKCS8_HEAD = fromHex('302e020100300506032b657004220420');

/** The signer of a frame key's 32-byte seed. Refuses (`frames.frame-key`) a seed that is not `publicKey`'s. */
export const frameSigner = async (seed: Bytes, publicKey: Bytes): Promise<Signer | Refusal> => {
  const key = await crypto.subtle.importKey('pkcs8', concat(PKCS8_HEAD, seed), 'Ed25519', false, ['sign']);
  const signer: Signer = {
    publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message)),
  };
  const trial = new Uint8Array(0);
  const matches = await verify(publicKey, 'frame-proof', trial, await sign(signer, 'frame-proof', trial));
  return matches ? signer : new Refusal('frames.frame-key', 'the seed is of another key');
};

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Bytes, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import {
  component,
  createSignature,
  isSignatureError,
  type MessageDescriptor,
  type SignatureComponent,
  type Verifier,
  verifySignature,
} from 'http-message-sig';

/** Who signs between nodes: a root, by its issuing key. */
export type PeerSigner = { readonly root: Bytes; readonly signer: Signer };

/** A signature that stands: whose, when (s) and with which nonce. */
export type PeerSignature = { readonly root: string; readonly nonce: string; readonly created: number };

const LABEL = 'parley';
const TAG = 'parley/1';
/** How old a signature may be, and how far a counterpart's clock may be off, in seconds. */
export const MAX_AGE = 60;
const SKEW = 60;

const REQUEST: readonly SignatureComponent[] = ['@method', '@target-uri', 'content-digest', 'parley-recipient'];
const RESPONSE: readonly SignatureComponent[] = [
  '@status',
  'content-digest',
  'parley-recipient',
  component('signature', { key: LABEL, req: true }),
];

const requestDescriptor = (targetUri: string, fields: Headers): MessageDescriptor & { readonly kind: 'request' } => ({
  kind: 'request',
  method: 'POST',
  targetUri,
  fields: [...fields].map(([name, value]) => ({ name, value })),
});

/** `Content-Digest` of a body (RFC 9530 §2). */
const digest = (body: Uint8Array): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

const signed = async (
  message: MessageDescriptor,
  components: readonly SignatureComponent[],
  by: PeerSigner,
  parameters: { readonly created: number; readonly nonce: string },
): Promise<Headers> => {
  const fields = await createSignature(message, {
    label: LABEL,
    components,
    parameters: { ...parameters, keyid: toHex(by.root), alg: 'ed25519', tag: TAG },
    signer: { algorithm: 'ed25519', sign: (base) => by.signer.sign(new Uint8Array(base)) },
  });
  const headers = new Headers(message.fields.map(({ name, value }) => [name, value]));
  headers.set('signature', fields.signature);
  headers.set('signature-input', fields.signatureInput);
  return headers;
};

const unsigned = (body: Uint8Array, recipient: string): Headers =>
  new Headers({
    'content-type': 'application/cbor',
    'content-digest': digest(body),
    'parley-recipient': recipient,
  });

/** Headers of a request to `recipient` (root in hex), signed by RFC 9421. `created` in seconds. */
export const signRequest = (
  by: PeerSigner,
  to: { readonly targetUri: string; readonly recipient: string },
  body: Uint8Array,
  parameters: { readonly created: number; readonly nonce: string },
): Promise<Headers> => signed(requestDescriptor(to.targetUri, unsigned(body, to.recipient)), REQUEST, by, parameters);

/** Headers of the answer to a request; bound to that request by its signature. */
export const signResponse = (
  by: PeerSigner,
  request: { readonly targetUri: string; readonly headers: Headers; readonly recipient: string },
  body: Uint8Array,
  parameters: { readonly created: number; readonly nonce: string },
): Promise<Headers> => {
  const fields = [...unsigned(body, request.recipient)].map(([name, value]) => ({ name, value }));
  const related = requestDescriptor(request.targetUri, request.headers);
  return signed({ kind: 'response', status: 200, fields, request: related }, RESPONSE, by, parameters);
};

class Unknown extends Error {}

const verified = async (
  message: MessageDescriptor,
  components: readonly SignatureComponent[],
  keyOf: (root: string) => Bytes | null,
  now: number,
): Promise<PeerSignature | Refusal> => {
  let claimed = '';
  try {
    const { parameters } = await verifySignature(message, {
      label: LABEL,
      policy: {
        algorithms: ['ed25519'],
        requiredComponents: components,
        requiredParameters: ['created', 'nonce', 'keyid', 'alg', 'tag'],
        maxAge: MAX_AGE,
        clockSkew: SKEW,
        now: Math.floor(now / 1_000),
      },
      resolveVerifier: (candidate) => {
        claimed = candidate.parameters.keyid ?? '';
        const key = keyOf(claimed);
        if (!key) throw new Unknown();
        return verifier(key);
      },
    });
    const { keyid, nonce, created, tag } = parameters;
    if (!keyid || !nonce || created === undefined || tag !== TAG) return new Refusal('peer.unsigned');
    return { root: keyid, nonce, created };
  } catch (error) {
    return refusalFor(error, claimed);
  }
};

/** `claimed`: the root that was named, and that is pinned. */
const refusalFor = (error: unknown, claimed: string): Refusal => {
  if (!isSignatureError(error)) throw error;
  switch (error.code) {
    case 'ResolverFailed':
      if (error.cause instanceof Unknown) return new Refusal('peer.unknown-root');
      throw error;
    case 'VerificationFailed':
      return new Refusal('peer.forged', claimed);
    case 'PolicyViolation':
      return new Refusal(/age|creat|expir|future|skew|old/i.test(error.message) ? 'peer.stale' : 'peer.unsigned');
    default:
      return new Refusal('peer.unsigned', error.code);
  }
};

const imported = new Map<string, KeyObject>();
const REMEMBERED = 256;

const publicKey = (key: Bytes): KeyObject => {
  const x = Buffer.from(key).toString('base64url');
  const known = imported.get(x);
  if (known) return known;
  if (imported.size >= REMEMBERED) imported.clear();
  const made = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  imported.set(x, made);
  return made;
};

// At once: handing one signature to another thread costs more than checking it.
const verifier = (key: Bytes): Verifier => ({
  algorithm: 'ed25519',
  verify: async (base, signature) => verify(null, base, publicKey(key), signature),
});

/**
 * Verifies a request to this node. `keyOf` gives the issuing key of a pinned root (hex), `now` in ms. Refuses
 * `peer.recipient`, `peer.digest`, `peer.unsigned`, `peer.unknown-root`, `peer.forged`, `peer.stale`.
 */
export const verifyRequest = async (
  given: { readonly targetUri: string; readonly headers: Headers; readonly body: Uint8Array },
  own: string,
  keyOf: (root: string) => Bytes | null,
  now: number,
): Promise<PeerSignature | Refusal> => {
  if (given.headers.get('content-digest') !== digest(given.body)) return new Refusal('peer.digest');
  const result = await verified(requestDescriptor(given.targetUri, given.headers), REQUEST, keyOf, now);
  if (result instanceof Refusal) return result;
  return given.headers.get('parley-recipient') === own ? result : new Refusal('peer.recipient');
};

/** Verifies an answer to `request`; it must be the root's that was asked (`peer.root-changed` otherwise). */
export const verifyResponse = async (
  given: { readonly headers: Headers; readonly body: Uint8Array },
  request: { readonly targetUri: string; readonly headers: Headers },
  parties: { readonly own: string; readonly asked: string; readonly key: Bytes },
  now: number,
): Promise<PeerSignature | Refusal> => {
  if (given.headers.get('content-digest') !== digest(given.body)) return new Refusal('peer.digest');
  const fields = [...given.headers].map(([name, value]) => ({ name, value }));
  const related = requestDescriptor(request.targetUri, request.headers);
  const result = await verified(
    { kind: 'response', status: 200, fields, request: related },
    RESPONSE,
    (root) => (root === parties.asked ? parties.key : null),
    now,
  );
  if (result instanceof Refusal)
    return result.code === 'peer.unknown-root' ? new Refusal('peer.root-changed', parties.asked) : result;
  return given.headers.get('parley-recipient') === parties.own ? result : new Refusal('peer.recipient');
};

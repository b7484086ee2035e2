import {
  type Bytes,
  bytes,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  hash,
  oneOf,
  Refusal,
  record,
  type Signer,
  sign,
  text,
  toHex,
  uint,
  within,
} from '../bytes/index.ts';
import { claimCertificate, type Pins } from './certificate.ts';
import { type Check, checkOf, firstRefusal } from './check.ts';

/** What a delegate may be at the table. */
export const role = oneOf('principal', 'adviser', 'note-taker', 'interpreter', 'technician', 'press');
export type Role = Decoded<typeof role>;

/** Name of a seat within its meeting. */
export const seatId = text(32);

const fields = {
  v: exactly(1),
  root: bytes(32),
  issuer: bytes(32),
  meeting: bytes(16),
  seat: seatId,
  role,
  name: text(120),
  function: text(160),
  device: bytes(32),
  from: uint(),
  until: uint(),
};
const body = record(fields);
const signed = record({ body: within(2048), sig: bytes(64) });

/** A mandate with all that proves it: the issuing certificate, and the mandate that its key signed. */
export const mandateChain = record({ certificate: within(4096), mandate: within(2560) });
export type MandateChain = Decoded<typeof mandateChain>;

/** A mandate that was verified: who may sit where, with which device. `hash` names it everywhere. */
export type Mandate = Decoded<typeof body> & { readonly hash: Bytes };

/** The hash that names a mandate: over the signed mandate, without its certificate. */
export const mandateHash = (mandate: Bytes): Bytes => hash('mandate', mandate);

/** Gives a mandate under an issuing certificate; `statement` without the issuer's own fields. */
export const giveMandate = async (
  issuing: { readonly certificate: Bytes; readonly root: Bytes; readonly signer: Signer },
  statement: Omit<Decoded<typeof body>, 'v' | 'root' | 'issuer'>,
): Promise<MandateChain> => {
  const issuer = hash('issuing-certificate', issuing.certificate);
  const message = encode({ v: 1, root: issuing.root, issuer, ...statement });
  const mandate = encode({ body: message, sig: await sign(issuing.signer, 'mandate', message) });
  return { certificate: issuing.certificate, mandate };
};

/** A mandate whose signatures still have to be checked. */
export type ClaimedMandate = { readonly mandate: Mandate; readonly checks: readonly Check[] };

/**
 * Reads device key ← mandate ← issuing key ← pinned root, for one meeting at one time (pure: the time is an
 * argument), and says which signatures must stand. Refuses what `claimCertificate` refuses, and
 * `identity.mandate-issuer` (it names another certificate or root), `identity.mandate-meeting`,
 * `identity.mandate-expired`; its check refuses `identity.mandate-forged`.
 */
export const claimMandate = (
  pins: Pins,
  chain: MandateChain,
  meeting: Bytes,
  now: number,
): ClaimedMandate | Refusal => {
  const claimed = claimCertificate(pins, chain.certificate, now);
  if (claimed instanceof Refusal) return claimed;
  const { issuer } = claimed;
  const outer = decode(signed, chain.mandate);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  if (inner instanceof Refusal) return inner;
  const root = toHex(inner.root);
  if (!equal(inner.issuer, issuer.hash) || !equal(inner.root, issuer.root))
    return new Refusal('identity.mandate-issuer', root);
  if (!equal(inner.meeting, meeting)) return new Refusal('identity.mandate-meeting', toHex(inner.meeting));
  if (now < inner.from || now >= inner.until)
    return new Refusal('identity.mandate-expired', `valid ${inner.from} to ${inner.until}`);
  const name = mandateHash(chain.mandate);
  const own = { key: issuer.key, purpose: 'mandate' as const, message: outer.body, signature: outer.sig };
  return {
    mandate: { ...inner, hash: name },
    checks: [...claimed.checks, once(name, checkOf(own, 'identity.mandate-forged', root))],
  };
};

// Whoever sits anew shows the same mandate. Its hash covers body and signature, and the body names the certificate whose
// key it stands under: whether it stands is said once for good.
const judged = new Map<string, Promise<Refusal | null>>();
const REMEMBERED = 256;

const once =
  (mandate: Bytes, check: Check): Check =>
  () => {
    const name = toHex(mandate);
    let result = judged.get(name);
    if (result) return result;
    if (judged.size >= REMEMBERED) judged.clear();
    result = check();
    judged.set(name, result);
    return result;
  };

/** Verifies a mandate with its chain: refuses what `claimMandate` and its checks refuse. */
export const verifyMandate = async (
  pins: Pins,
  chain: MandateChain,
  meeting: Bytes,
  now: number,
): Promise<Mandate | Refusal> => {
  const claimed = claimMandate(pins, chain, meeting, now);
  if (claimed instanceof Refusal) return claimed;
  return (await firstRefusal(claimed.checks)) ?? claimed.mandate;
};

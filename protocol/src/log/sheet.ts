import {
  type Bytes,
  bytes,
  bytesUpTo,
  type Codec,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  hash,
  list,
  oneOf,
  Refusal,
  record,
  type Signer,
  sign,
  text,
  toHex,
  uint,
  verify,
  within,
} from '../bytes/index.ts';
import { type Issuer, type Pins, type RootKeys, role, seatId, verifyCertificate } from '../identity/index.ts';

const DELEGATIONS = 8;
const SEATS = 64;
const SHEET_LIMIT = 131_072;

const ZONE = /^[A-Za-z][\w+-]*(?:\/[A-Za-z][\w+-]*)*$/;
const zoneText = text(64);
/** What has the shape of a time zone's name, such as `Europe/Vienna`: whether there is one, a node's own database says. */
const zoneName: Codec<string> = {
  read: (from) => {
    const name = zoneText.read(from);
    if (!ZONE.test(name)) throw from.fault('not the name of a time zone');
    return name;
  },
};

/** What the delegations keep of the log once the meeting has closed (SHEET11): their word, which nobody can check. */
const recorded = oneOf('everything', 'decisions', 'nothing');
export type Recorded = Decoded<typeof recorded>;

/** The agreed plan of a meeting: when, who hosts its log, what is kept of it, which delegations and seats there are. */
export const sheetBody = record({
  v: exactly(2),
  meeting: bytes(16),
  title: text(200),
  host: bytes(32),
  from: uint(),
  until: uint(),
  zone: zoneName,
  record: recorded,
  delegations: list(record({ root: bytes(32), name: text(120) }), DELEGATIONS, 2),
  seats: list(record({ id: seatId, root: bytes(32), role, name: text(120), function: text(160) }), SEATS, 1),
});
export type SheetBody = Decoded<typeof sheetBody>;

/** One delegation's signature over the body of a call sheet. */
export const sheetSignature = record({ root: bytes(32), certificate: bytesUpTo(4096), sig: bytes(64) });
export type SheetSignature = Decoded<typeof sheetSignature>;
const signedSheet = record({ body: within(32_768), signatures: list(sheetSignature, DELEGATIONS, 2) });

/** A call sheet that every delegation signed; its hash is the head of the empty log. */
export type Sheet = SheetBody & {
  readonly hash: Bytes;
  /** The keys of its delegations' roots, as they were pinned, by fingerprint in hexadecimal. */
  readonly roots: Pins;
  /** The issuing key that each delegation signed it with: it also signs for the node in this meeting's log. */
  readonly issuers: ReadonlyMap<string, Issuer>;
  /** When all of those keys are valid, in ms: `from` ≤ time < `until`. */
  readonly issued: { readonly from: number; readonly until: number };
};
export type AgreedSeat = SheetBody['seats'][number];

/** One delegation's signature over a call sheet's bytes. */
export const signSheet = async (
  body: Bytes,
  by: { readonly root: Bytes; readonly certificate: Bytes; readonly signer: Signer },
): Promise<SheetSignature> => ({
  root: by.root,
  certificate: by.certificate,
  sig: await sign(by.signer, 'sheet', body),
});

/** Puts a call sheet and its signatures together; signatures stand in the order of the sheet's delegations. */
export const assembleSheet = (body: Bytes, signatures: readonly SheetSignature[]): Bytes =>
  encode({ body, signatures });

/** A call sheet's body that is sound in itself, whoever signed it. */
export type Plan = SheetBody & { readonly hash: Bytes };

/**
 * Reads the body of a call sheet; refuses `bytes.*` and `sheet.inconsistent` (a delegation, its name or a seat that
 * stands twice; host or a seat's delegation not in it; an end before the beginning).
 */
export const readPlan = (given: Bytes): Plan | Refusal => {
  const body = decode(sheetBody, given);
  if (body instanceof Refusal) return body;
  const names = body.delegations.map((delegation) => toHex(delegation.root));
  const consistent =
    unlike(names) &&
    unlike(body.delegations.map((delegation) => delegation.name)) &&
    unlike(body.seats.map((seat) => seat.id)) &&
    names.includes(toHex(body.host)) &&
    body.seats.every((seat) => names.includes(toHex(seat.root))) &&
    body.from < body.until;
  return consistent ? { ...body, hash: hash('sheet', given) } : new Refusal('sheet.inconsistent', body.title);
};

/**
 * Verifies one delegation's signature over a plan's bytes, under a certificate that is valid when the meeting begins:
 * the issuing key that it was made with. Refuses `sheet.unsigned` and what `verifyCertificate` refuses.
 */
export const verifySheetSignature = async (
  pins: Pins,
  plan: Plan,
  body: Bytes,
  given: SheetSignature,
): Promise<Issuer | Refusal> => {
  const root = toHex(given.root);
  const issuer = await verifyCertificate(pins, given.certificate, plan.from);
  if (issuer instanceof Refusal) return issuer;
  const stands = equal(issuer.root, given.root) && (await verify(issuer.key, 'sheet', body, given.sig));
  return stands ? issuer : new Refusal('sheet.unsigned', root);
};

/**
 * Verifies a call sheet: every delegation's root pinned, every delegation's signature over the same bytes, each
 * under an issuing certificate that is valid when the meeting begins (so that a sheet is as good in years as it is
 * today). Refuses what `readPlan` and `verifySheetSignature` refuse, `sheet.unsigned` (a delegation's signature is
 * missing), and `sheet.inconsistent` for an issuing key that stands twice.
 */
export const verifySheet = async (pins: Pins, signed: Bytes): Promise<Sheet | Refusal> => {
  const outer = decode(signedSheet, signed, SHEET_LIMIT);
  if (outer instanceof Refusal) return outer;
  const plan = readPlan(outer.body);
  if (plan instanceof Refusal) return plan;
  const names = plan.delegations.map((delegation) => toHex(delegation.root));
  if (outer.signatures.length !== names.length) return new Refusal('sheet.unsigned', `${outer.signatures.length}`);
  const roots = new Map<string, RootKeys>();
  const issuers = new Map<string, Issuer>();
  for (const [n, given] of outer.signatures.entries()) {
    const root = toHex(given.root);
    if (root !== names[n]) return new Refusal('sheet.unsigned', names[n]);
    const issuer = await verifySheetSignature(pins, plan, outer.body, given);
    if (issuer instanceof Refusal) return issuer;
    const keys = pins.get(root);
    if (keys) roots.set(root, keys);
    issuers.set(root, issuer);
  }
  const all = [...issuers.values()];
  // A key certified by two roots would let one delegation pass the other's word off as its own.
  if (!unlike(all.map((issuer) => toHex(issuer.key)))) return new Refusal('sheet.inconsistent', 'issuing key');
  const issued = {
    from: Math.max(...all.map((issuer) => issuer.from)),
    until: Math.min(...all.map((issuer) => issuer.until)),
  };
  return { ...plan, roots, issuers, issued };
};

const unlike = (names: readonly string[]): boolean => new Set(names).size === names.length;

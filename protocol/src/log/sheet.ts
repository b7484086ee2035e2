import {
  type Bytes,
  bytes,
  bytesUpTo,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  hash,
  list,
  Refusal,
  record,
  type Signer,
  sign,
  text,
  toHex,
  uint,
  verify,
} from '../bytes/index.ts';
import { type Issuer, type Pins, role, seatId, verifyCertificate } from '../identity/index.ts';

const DELEGATIONS = 8;
const SEATS = 64;

/** The agreed plan of a meeting: who hosts its log, which delegations take part, which seats there are. */
export const sheetBody = record({
  v: exactly(1),
  meeting: bytes(16),
  title: text(200),
  host: bytes(32),
  from: uint(),
  until: uint(),
  delegations: list(record({ root: bytes(32), name: text(120) }), DELEGATIONS, 2),
  seats: list(record({ id: seatId, root: bytes(32), role, name: text(120), function: text(160) }), SEATS, 1),
});
export type SheetBody = Decoded<typeof sheetBody>;

const signature = record({ root: bytes(32), certificate: bytesUpTo(4096), sig: bytes(64) });
const signedSheet = record({ body: bytesUpTo(32_768), signatures: list(signature, DELEGATIONS, 2) });

/** A call sheet that every delegation signed; its hash is the head of the empty log. */
export type Sheet = SheetBody & { readonly hash: Bytes; readonly issuers: ReadonlyMap<string, Issuer> };
export type AgreedSeat = SheetBody['seats'][number];

/** One delegation's signature over a call sheet's bytes. */
export const signSheet = async (
  body: Bytes,
  by: { readonly root: Bytes; readonly certificate: Bytes; readonly signer: Signer },
): Promise<Decoded<typeof signature>> => ({
  root: by.root,
  certificate: by.certificate,
  sig: await sign(by.signer, 'sheet', body),
});

/** Puts a call sheet and its signatures together; signatures stand in the order of the sheet's delegations. */
export const assembleSheet = (body: Bytes, signatures: readonly Decoded<typeof signature>[]): Bytes =>
  encode({ body, signatures });

/**
 * Verifies a call sheet: every delegation's root pinned, every delegation's signature over the same bytes.
 * Refuses `sheet.inconsistent` (a delegation or seat named twice, host or a seat's delegation not in it, no
 * time), `sheet.unsigned` (a delegation's signature is missing or does not stand), and what
 * `verifyCertificate` refuses.
 */
export const verifySheet = async (pins: Pins, signed: Bytes, now: number): Promise<Sheet | Refusal> => {
  const outer = decode(signedSheet, signed);
  if (outer instanceof Refusal) return outer;
  const body = decode(sheetBody, outer.body);
  if (body instanceof Refusal) return body;
  const roots = body.delegations.map((delegation) => toHex(delegation.root));
  const consistent =
    new Set(roots).size === roots.length &&
    new Set(body.seats.map((seat) => seat.id)).size === body.seats.length &&
    roots.includes(toHex(body.host)) &&
    body.seats.every((seat) => roots.includes(toHex(seat.root))) &&
    body.from < body.until;
  if (!consistent) return new Refusal('sheet.inconsistent', body.title);
  if (outer.signatures.length !== roots.length) return new Refusal('sheet.unsigned', `${outer.signatures.length}`);
  const issuers = new Map<string, Issuer>();
  for (const [n, given] of outer.signatures.entries()) {
    const root = roots[n];
    if (root === undefined || toHex(given.root) !== root) return new Refusal('sheet.unsigned', root ?? '');
    const issuer = await verifyCertificate(pins, given.certificate, now);
    if (issuer instanceof Refusal) return issuer;
    if (!equal(issuer.root, given.root)) return new Refusal('sheet.unsigned', root);
    if (!(await verify(issuer.key, 'sheet', outer.body, given.sig))) return new Refusal('sheet.unsigned', root);
    issuers.set(root, issuer);
  }
  return { ...body, hash: hash('sheet', outer.body), issuers };
};

import {
  type Bytes,
  bool,
  bytes,
  bytesUpTo,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  list,
  Refusal,
  record,
  type Signer,
  sign,
  text,
  uint,
  variant,
  verify,
  within,
} from '../bytes/index.ts';
import { type Seating, type State, seatingAt } from './state.ts';

/** What passes quickly and is never an entry. Newest of a kind counts. */
export const passing = variant({
  /** What of this seat's media is switched on. */
  media: { audio: bool, video: bool },
  /** The keys of an epoch stand on this device: others may send under them. */
  ready: { generation: uint(), epoch: uint() },
  /** Under which names this device appears at each SFU. */
  transport: { names: list(record({ root: bytes(32), name: text(64) }), 8) },
  /** Clock comparison: `answer` repeats the nonce of `ask`; `time` is the sender's, in ms. */
  ask: { nonce: bytes(16), time: uint() },
  answer: { nonce: bytes(16), time: uint() },
  /** The private frame key of a seating that has ended, so that its proofs convince nobody afterwards. */
  release: { seating: uint(), frameSeed: bytes(32) },
  /** What makes the table's code, sealed for the circle. */
  commitment: { sealed: bytesUpTo(1024) },
  reveal: { sealed: bytesUpTo(1024) },
  compared: { sealed: bytesUpTo(1024) },
});
export type Passing = Decoded<typeof passing>;

const body = record({ v: exactly(2), meeting: bytes(16), seating: uint(), n: uint(), passing });
const signed = record({ body: within(2048), sig: bytes(64) });
export type Message = Decoded<typeof body>;

/** Signs a passing message with the device key. */
export const signMessage = async (signer: Signer, statement: Omit<Message, 'v'>): Promise<Bytes> => {
  const message = encode({ v: 2, ...statement });
  return encode({ body: message, sig: await sign(signer, 'message', message) });
};

/** Decodes a passing message without believing it. */
export const openMessage = (given: Bytes) => {
  const outer = decode(signed, given, 4096);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  return inner instanceof Refusal ? inner : { outer, inner };
};

/**
 * Verifies a passing message by the device of its seating, with `after` the highest number known of that seating.
 * Refuses `message.meeting`, `message.unknown` (no such seating now; a release may still come from one that
 * ended), `message.old`, `message.release` (of a seating that has not ended, or is another device's),
 * `message.forged`.
 */
export const verifyMessage = async (
  state: State,
  given: Bytes,
  after: (seating: number) => number,
): Promise<{ readonly message: Message; readonly seating: Seating } | Refusal> => {
  const opened = openMessage(given);
  if (opened instanceof Refusal) return opened;
  const { outer, inner } = opened;
  if (!equal(inner.meeting, state.sheet.meeting)) return new Refusal('message.meeting');
  const { passing: said } = inner;
  const seating = said.kind === 'release' ? seatingAt(state, inner.seating) : state.seatings.get(inner.seating);
  if (!seating) return new Refusal('message.unknown', `${inner.seating}`);
  if (inner.n <= after(inner.seating)) return new Refusal('message.old', `${inner.n}`);
  if (said.kind === 'release') {
    const released = seatingAt(state, said.seating);
    if (!released || state.seatings.has(released.id) || !equal(released.device, seating.device))
      return new Refusal('message.release', `${said.seating}`);
  }
  if (!(await verify(seating.device, 'message', outer.body, outer.sig)))
    return new Refusal('message.forged', `${inner.seating}`);
  return { message: inner, seating };
};

import {
  type Bytes,
  bool,
  bytes,
  type Decoded,
  decode,
  encode,
  exactly,
  list,
  Refusal,
  record,
  uint,
  variant,
} from '../bytes/index.ts';
import { type Circle, openSealed, seal } from '../keys/index.ts';

const said = variant({
  /** A promise to have chosen a nonce. */
  commitment: { commitment: bytes(32) },
  /** The nonce, the hash of all commitments that stood when it was revealed, and eight bytes of each of them. */
  reveal: { set: bytes(32), nonce: bytes(32), parts: list(bytes(8), 64) },
  /** Whether a code, by its hash, was the same when it was read aloud. */
  compared: { code: bytes(32), same: bool },
});
const content = record({ v: exactly(1), seating: uint(), said });

/** What the members of a circle say to each other about their code. */
export type Said = Decoded<typeof said>;

/** Seals what a seating says about the code for its circle; refuses as `seal` does. */
export const sealSaid = (circle: Circle, seating: number, what: Said): Promise<Bytes | Refusal> =>
  seal(circle, encode({ v: 1, seating, said: what }));

/**
 * Opens what a seating said about the code, as a passing message of its device and of this kind brought it. Refuses what
 * `openSealed` refuses, `bytes.*`, and `code.seating`: the content is another seating's, or of another kind.
 */
export const openSaid = (circle: Circle, by: number, kind: Said['kind'], sealed: Bytes): Promise<Said | Refusal> =>
  openSealed(circle, sealed, (opened) => {
    const read = decode(content, opened, 1_024);
    if (read instanceof Refusal) return read;
    return read.seating === by && read.said.kind === kind ? read.said : new Refusal('code.seating', `${read.seating}`);
  });

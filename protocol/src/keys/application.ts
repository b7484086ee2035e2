import { createApplicationMessage, emptyPskIndex, processPrivateMessage, zeroOutUint8Array } from 'ts-mls';
import { type Bytes, equal, Refusal } from '../bytes/index.ts';
import { type Circle, groupId, innerOf, ratchet, suiteOf } from './circle.ts';
import { readMessage, SEALED_LIMIT, writeMessage } from './message.ts';

// Each message takes a key of its own from the epoch's ratchet: two at once would take the same.
const queues = new WeakMap<Circle, Promise<unknown>>();

const inTurn = <T>(circle: Circle, work: () => Promise<T>): Promise<T> => {
  const done = (queues.get(circle) ?? Promise.resolve()).then(work);
  queues.set(
    circle,
    done.catch(() => undefined),
  );
  return done;
};

const over = () => new Refusal('sealed.epoch', 'this epoch is over');

/**
 * Seals content for the other members of this epoch: an MLS application message (RFC 9420 §6.3). Refuses
 * `sealed.epoch` when the circle was forgotten.
 */
export const seal = (circle: Circle, content: Bytes): Promise<Bytes | Refusal> =>
  inTurn(circle, async () => {
    const inner = innerOf(circle);
    if (!inner) return over();
    const { newState, privateMessage, consumed } = await createApplicationMessage(
      inner.state,
      content,
      await suiteOf(inner),
    );
    // Forgetting overwrites secrets: what was sealed meanwhile may be sealed under nothing.
    if (!ratchet(circle, inner, newState)) return over();
    consumed.forEach(zeroOutUint8Array);
    return writeMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
  });

/**
 * Opens an application message of another member of this epoch, once. Who sealed it stands in no answer: contents say
 * whose they are, and are signed for by more than this. What `accepts` does not take is refused by its refusal, and
 * can be opened still: whoever carries another's message under its own name does not use it up. Refuses `sealed.malformed` (too long, not strictly written, or
 * no application message), `sealed.group`, `sealed.epoch` (also of a circle that was forgotten), `sealed.context`
 * (authenticated data), `sealed.crypto` (does not open, was opened before, or is not signed by its leaf).
 */
export const openSealed = <T>(
  circle: Circle,
  bytes: Uint8Array,
  accepts: (content: Bytes) => T | Refusal,
): Promise<T | Refusal> =>
  inTurn(circle, async () => {
    const message = readMessage(bytes, SEALED_LIMIT);
    if (message?.wireformat !== 'mls_private_message') return new Refusal('sealed.malformed', 'no PrivateMessage');
    const { privateMessage } = message;
    if (privateMessage.contentType !== 'application')
      return new Refusal('sealed.malformed', privateMessage.contentType);
    if (!equal(privateMessage.groupId, groupId(circle))) return new Refusal('sealed.group');
    const inner = innerOf(circle);
    if (!inner) return over();
    if (privateMessage.epoch !== BigInt(circle.epoch)) return new Refusal('sealed.epoch', `${privateMessage.epoch}`);
    if (privateMessage.authenticatedData.length > 0) return new Refusal('sealed.context');
    try {
      const read = await processPrivateMessage(inner.state, privateMessage, emptyPskIndex, await suiteOf(inner));
      if (read.kind !== 'applicationMessage') return new Refusal('sealed.malformed', read.kind);
      const content = accepts(new Uint8Array(read.message));
      if (content instanceof Refusal) return content;
      if (!ratchet(circle, inner, read.newState)) return over();
      read.consumed.forEach(zeroOutUint8Array);
      return content;
    } catch (error) {
      return new Refusal('sealed.crypto', error instanceof Error ? error.message.slice(0, 160) : '');
    }
  });

import { type Bytes, Refusal, type Signer, toHex } from '../../protocol/src/bytes/index.ts';
import { giveMandate, mandateHash } from '../../protocol/src/identity/index.ts';
import { preparePackage } from '../../protocol/src/keys/index.ts';
import { type Action, openEntry, signAct } from '../../protocol/src/log/index.ts';
import { testKey } from '../../protocol/src/testing/index.ts';
import type { NodeToDevice } from '../../protocol/src/wire/index.ts';
import type { Identity } from '../../server/src/identity/files.ts';
import type { Meeting } from '../../server/src/meeting/meeting.ts';

/** Now, in ms, by the clock that all processes of this machine share. */
export const moment = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A device of a seat, as its node hears it; it attends without a socket. */
export type Person = {
  readonly meeting: Meeting;
  /** When it was told of each entry, by its place; ms. */
  readonly heard: ReadonlyMap<number, number>;
  /** When it was told of each word of the counterpart; ms. */
  readonly words: readonly number[];
  /** Acts, and comes to the place that the act was given. */
  readonly act: (action: Action, blobs: readonly Bytes[]) => Promise<number>;
};

export const until = async (fits: () => boolean): Promise<void> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((done) => setTimeout(done, 5)))
    if (fits()) return;
  throw new Error('two nodes do not come to rest');
};

const acting = (meeting: Meeting, signer: Signer, mandate: Bytes, newest: () => number): Person['act'] => {
  let n = 0;
  return async (action, blobs) => {
    n += 1;
    const by = { kind: 'device', mandate } as const;
    const signed = await signAct(signer, { meeting: meeting.sheet.meeting, by, n, saw: meeting.head(), action });
    const refusal = await meeting.submit(signed, blobs, mandate);
    if (refusal) throw new Error(`${refusal.code} ${refusal.detail}`);
    return newest();
  };
};

/** Seats a device of one delegation in one meeting. */
export const sit = async (meeting: Meeting, identity: Identity): Promise<Person> => {
  const { sheet } = meeting;
  const seat = sheet.seats.find(({ root }) => toHex(root) === toHex(identity.root));
  if (!seat) throw new Error('no seat');
  const signer = await testKey(seat.id);
  const valid = { from: sheet.from, until: sheet.until };
  const { id, role, name, function: title } = seat;
  const named = { meeting: sheet.meeting, seat: id, role, name, function: title, device: signer.publicKey };
  const chain = await giveMandate(identity, { ...named, ...valid });
  const mandate = mandateHash(chain.mandate);
  const heard = new Map<number, number>();
  const words: number[] = [];
  let newest = 0;
  const send = (word: NodeToDevice) => {
    const now = moment();
    if (word.kind === 'countersigned') words.push(now);
    for (const bytes of word.kind === 'entry' ? [word.entry] : word.kind === 'log' ? word.entries : []) {
      const entry = openEntry(bytes);
      if (entry instanceof Refusal) throw new Error(entry.code);
      heard.set(entry.seq, now);
      newest = Math.max(newest, entry.seq);
    }
  };
  await meeting.attend({ seat: id, device: signer.publicKey, send });
  const person = { meeting, heard, words, act: acting(meeting, signer, mandate, () => newest) };
  const own = await preparePackage({ mandate, signer, ...valid });
  const frameKey = (await testKey(`${id} frames`)).publicKey;
  await person.act({ kind: 'sit', chain, keyPackage: own.hash, frameKey, takesOver: false }, [own.keyPackage]);
  await until(() => meeting.living().some(({ seat: standing }) => standing.id === id));
  return person;
};

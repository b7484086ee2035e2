import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { type Head, openAct, openEntry, type Sheet, verifyCountersignature } from '@parley/protocol/log';
import { type Regaining, regaining } from './regain.ts';

/** What a counterpart answered to "what came since". */
export type Part = { readonly entries: readonly Bytes[]; readonly countersignatures: readonly Bytes[] };

/** Takes what the node of `root` says came after `from`; the place after which to ask on, or null: no more. */
export type CatchUp = (root: string, from: number, part: Part) => Promise<number | null>;

export type CatchUpNeeds = {
  readonly sheet: Sheet;
  /** This node's root, hex. */
  readonly own: string;
  readonly held: () => Head;
  /** Bytes of a hash that a counterpart holds, or null. */
  readonly fetch: (hash: Bytes) => Promise<Bytes | null>;
  readonly take: (entry: Bytes, keyPackage: Bytes | null) => Promise<object>;
  readonly sign: (countersignatures: readonly Bytes[]) => Promise<void>;
};

/** Follows a log that went on elsewhere: the host's, or (a host that lost some) its own as a counterpart kept it. */
export const catchUp = ({ sheet, own, held, fetch, take, sign }: CatchUpNeeds): CatchUp => {
  const host = toHex(sheet.host);
  const lost = new Map<string, Regaining>();

  /** The newest place that this node itself has countersigned, of what somebody shows. */
  const signedHere = async (signatures: readonly Bytes[]): Promise<Head | null> => {
    let newest: Head | null = null;
    for (const given of signatures) {
      const word = await verifyCountersignature(sheet, given);
      if (!(word instanceof Refusal) && word.root === own && word.seq > (newest?.seq ?? 0)) newest = word;
    }
    return newest;
  };

  /** What a host may take back; a number where a counterpart has more of it. */
  const regain = async (root: string, from: number, part: Part): Promise<readonly Bytes[] | number> => {
    const regain = lost.get(root) ?? regaining();
    lost.set(root, regain);
    const found = regain.hear(part.entries, from, held(), await signedHere(part.countersignatures));
    if (found.kind === 'more') return found.after;
    return found.kind === 'own' ? found.entries.map(({ bytes }) => bytes) : [];
  };

  /** The KeyPackage that a `sit` names, from whoever has it. */
  const keyPackageOf = async (given: Bytes): Promise<Bytes | null> => {
    const entry = openEntry(given);
    const act = entry instanceof Refusal ? entry : openAct(entry.act);
    if (act instanceof Refusal || act.inner.action.kind !== 'sit') return null;
    return fetch(act.inner.action.keyPackage);
  };

  return async (root, from, part) => {
    const taken = own === host ? await regain(root, from, part) : root === host ? part.entries : [];
    if (typeof taken === 'number') return taken;
    for (const entry of taken) {
      const refused = await take(entry, await keyPackageOf(entry));
      if (refused instanceof Refusal && refused.code !== 'log.replay') break;
    }
    await sign(part.countersignatures);
    return part.entries.length > 0 ? held().seq : null;
  };
};

import { type Bytes, fromHex, toHex } from '@parley/protocol/bytes';
import { type Act, isLetIn, type Knock, type Ledger } from '@parley/protocol/log';
import type { NodeToDevice } from '@parley/protocol/wire';

type Answer = Extract<NodeToDevice, { kind: 'knocking' }>['answer'];

/** What own devices that have knocked are told (KNOCK6). */
export type Knocking = {
  /** Tells what is new: after an entry by its act, or with null after anything else. */
  readonly refresh: (act: Act | null) => void;
  /** A device has come, or is back: what its knock has come to. */
  readonly came: (device: Bytes) => void;
  /** Knocks of own devices that nobody has let in yet. */
  readonly waiting: () => readonly Knock[];
};

export type KnockingNeeds = {
  /** Root of one's own delegation, in hex. */
  readonly own: string;
  readonly ledger: () => Ledger;
  /** The restriction that ended something without the log, by its number. */
  readonly endedBy: (id: number) => Act | undefined;
  readonly tell: (device: Bytes, message: NodeToDevice) => void;
};

/** Follows the knocks of one's own delegation. */
export const knocking = ({ own, ledger, endedBy, tell }: KnockingNeeds): Knocking => {
  const told = new Map<number, { readonly device: Bytes; readonly kind: Answer['kind'] }>();
  const say = (device: Bytes, answer: Answer) => tell(device, { kind: 'knocking', answer });

  const standing = (): readonly Knock[] =>
    [...ledger().state.knocks.values()].filter(({ id, root }) => root === own && !endedBy(id));
  const answerTo = ({ id }: Knock): 'in' | 'waiting' => {
    const { settled } = ledger();
    const knock = settled.knocks.get(id);
    return knock && isLetIn(settled, knock) ? 'in' : 'waiting';
  };

  return {
    refresh: (act) => {
      const now = standing();
      for (const [id, { device }] of told) {
        if (now.some((knock) => knock.id === id)) continue;
        told.delete(id);
        const by = endedBy(id) ?? act;
        if (by?.action.kind === 'deny' && by.action.knock === id)
          say(device, { kind: 'denied', root: fromHex(by.root), reason: by.action.reason });
        else say(device, { kind: 'ended' });
      }
      for (const knock of now) {
        const kind = answerTo(knock);
        if (told.get(knock.id)?.kind === kind) continue;
        told.set(knock.id, { device: knock.device, kind });
        say(knock.device, { kind });
      }
    },
    came: (device) => {
      const knock = standing().find((one) => toHex(one.device) === toHex(device));
      if (knock) say(device, { kind: answerTo(knock) });
    },
    waiting: () => standing().filter((knock) => !isLetIn(ledger().state, knock)),
  };
};

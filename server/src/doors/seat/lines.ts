import { randomBytes } from 'node:crypto';
import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import type { PeerReply } from '@parley/protocol/wire';
import type { Clock } from '../../clock.ts';
import type { Meeting } from '../../meeting/meeting.ts';
import type { Sfu, SfuPermission, SfuTicket } from '../../sfu/sfu.ts';
import type { Device } from '../../store/store.ts';

/** Whose line it is: a seat, and the key of the device that holds a mandate for it. */
export type LineHolder = { readonly seat: string; readonly device: Bytes };

/** Access of devices to SFUs: their own delegation's, and the counterparts'. */
export type Lines = {
  /** A ticket to the SFU of `root` (hex) for an own device. `resume`: under the same transport name as before. */
  readonly ticket: (
    meeting: Meeting,
    device: Device,
    root: string,
    resume: boolean,
  ) => Promise<{ readonly ticket: SfuTicket; readonly permission: SfuPermission } | Refusal>;
  /** Ends an own device's connection to one's own SFU. */
  readonly evict: (meeting: Meeting, device: Device) => void;
  /** A counterpart's node asks for access for one of its devices, whose mandate was verified. */
  readonly give: (meeting: Bytes, root: string, holder: LineHolder) => Promise<PeerReply>;
};

/** A counterpart's ticket can be used again to resume for as long as its token lives. */
const RESUME_MS = 8 * 60_000;
/** Devices of one seat that may have a line at once: a second one prepares while the first still sits. */
const MOST_DEVICES = 4;
/** A line younger than this belongs to a new page of the same seat. */
const YOUNG_MS = 2_000;

type Line = { readonly identity: string; readonly since: number };

export type LinesOptions = {
  readonly own: string;
  readonly sfu: Sfu;
  readonly clock: Clock;
  /** Asks the node of `root` for a subscriber's access. */
  readonly ask: (root: string, meeting: Bytes, device: Device) => Promise<SfuTicket | Refusal>;
};

/** Gives out lines, one a device and SFU; a new one ends the one before. */
export const lines = ({ own, sfu, clock, ask }: LinesOptions): Lines => {
  const given = new Map<string, Line>();
  const foreign = new Map<string, { readonly ticket: SfuTicket; readonly since: number }>();
  const room = (meeting: Bytes): string => toHex(meeting);

  const fresh = async (
    meeting: Bytes,
    root: string,
    holder: LineHolder,
    permission: SfuPermission,
  ): Promise<SfuTicket | Refusal> => {
    const name = nameOf(meeting, root, holder);
    const identity = randomBytes(16).toString('hex');
    const ticket = await sfu.ticket(room(meeting), permission, identity);
    if (ticket instanceof Refusal) return ticket;
    const before = given.get(name);
    given.delete(name); // kept in the order in which they were given
    given.set(name, { identity, since: clock.elapsed() });
    if (before) void sfu.evict(room(meeting), before.identity);
    const all = [...given].filter(([one]) => one.startsWith(seatName(meeting, root, holder.seat)));
    for (const [one, line] of all.slice(0, -MOST_DEVICES)) {
      given.delete(one);
      void sfu.evict(room(meeting), line.identity);
    }
    return ticket;
  };
  const seatName = (meeting: Bytes, root: string, seat: string) => `${toHex(meeting)} ${root} ${seat} `;
  const nameOf = (meeting: Bytes, root: string, { seat, device }: LineHolder) =>
    `${seatName(meeting, root, seat)}${toHex(device)}`;

  return {
    ticket: async (meeting, device, root, resume) => {
      const id = meeting.sheet.meeting;
      if (!meeting.sheet.delegations.some((delegation) => toHex(delegation.root) === root))
        return new Refusal('sfu.unknown-root');
      if (root === own) {
        const holder = holderOf(device);
        const before = given.get(nameOf(id, own, holder));
        if (resume && !before) return new Refusal('sfu.no-resume');
        const ticket =
          resume && before
            ? await sfu.ticket(room(id), 'publish', before.identity)
            : await fresh(id, own, holder, 'publish');
        return ticket instanceof Refusal ? ticket : { ticket, permission: 'publish' };
      }
      const name = nameOf(id, root, holderOf(device));
      const before = foreign.get(name);
      if (resume) {
        if (!before || clock.elapsed() - before.since > RESUME_MS) return new Refusal('sfu.no-resume');
        return { ticket: before.ticket, permission: 'subscribe' };
      }
      const ticket = await ask(root, id, device);
      if (ticket instanceof Refusal) return ticket;
      foreign.set(name, { ticket, since: clock.elapsed() });
      return { ticket, permission: 'subscribe' };
    },
    evict: (meeting, device) => {
      const line = given.get(nameOf(meeting.sheet.meeting, own, holderOf(device)));
      if (line && clock.elapsed() - line.since > YOUNG_MS) void sfu.evict(room(meeting.sheet.meeting), line.identity);
    },
    give: async (meeting, root, holder) => {
      const ticket = await fresh(meeting, root, holder, 'subscribe');
      return ticket instanceof Refusal
        ? { kind: 'refused', code: ticket.code, detail: ticket.detail }
        : { kind: 'line', url: ticket.url, token: ticket.token };
    },
  };
};

const holderOf = ({ seat, key }: Device): LineHolder => ({ seat, device: key });

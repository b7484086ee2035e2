import { type Bytes, equal, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import { type Action, begin, type Ledger, type State, type VerifiedEntry } from '@parley/protocol/log';
import type { DeviceToNode, NodeToDevice } from '@parley/protocol/wire';
import type { FromWorker } from '../platform/frames/control.ts';
import type { FrameWorker } from '../platform/frames/index.ts';
import type { Agreement } from './agreement.ts';
import { openBlobs } from './blobs.ts';
import { type Conversation, openConversation } from './conversation.ts';
import { openDeviceLog } from './device-log.ts';
import { type Happening, happeningOf } from './happening.ts';
import type { JoinEvent } from './join.ts';
import type { MediaFacts } from './media/facts.ts';
import type { Media } from './media/media.ts';
import { makeSeatKeys, openHand, type Request, requestSeat } from './seat.ts';

/** What follows *Take your seat*: the request, the log, and the conversation that comes of it. */
export type Talk = {
  /** `over`: from another device of the same seat. */
  readonly takeSeat: (over?: boolean) => Promise<void>;
  /** Asks to come in, where the call sheet does not name this seat. */
  readonly knock: () => Promise<void>;
  /** What a chair decides, and what makes somebody the chair. */
  readonly decide: (action: Action) => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly said: (word: NodeToDevice) => void;
  /** The node is there again: what was asked of it or given to it meanwhile is so once more. */
  readonly again: () => void;
  readonly worker: (said: FromWorker) => void;
  readonly facts: (facts: MediaFacts) => void;
  readonly conversation: () => Conversation | null;
  readonly close: () => void;
};

export type TalkNeeds = {
  readonly agreement: Agreement;
  readonly device: Signer;
  readonly media: Pick<Media, 'takeSeat' | 'facts' | 'flow' | 'keyFrame'>;
  readonly post: FrameWorker['post'];
  readonly say: (word: DeviceToNode) => boolean;
  /** Asks the node for the whole log again. */
  readonly again: () => void;
  readonly now: () => number;
  readonly join: (event: JoinEvent) => void;
  /** Every chair has let us in. */
  readonly letIn: () => void;
  readonly happened: (happening: Happening) => void;
  /** What a person decided was refused. */
  readonly refusedAct: (refusal: Refusal) => void;
  /** Something is to be drawn, soon. */
  readonly changed: () => void;
  /** … and now, before anything else happens. */
  readonly show: () => void;
  readonly sends: () => { readonly audio: boolean; readonly video: boolean };
};

/** Opens one device's part in a meeting that it verified. */
export const openTalk = (needs: TalkNeeds): Talk => {
  const { agreement, device, media, post } = needs;
  const hand = openHand(agreement, device, needs.now);
  const blobs = openBlobs((hash) => needs.say({ kind: 'want', hash }));
  let prepared = makeSeatKeys(agreement, device);
  let request: Request | null = null;
  let conversation: Conversation | null = null;
  let unheard: readonly Bytes[] = [];
  let leaving: ((ordered: boolean) => void) | null = null;

  /** Acts that were given to the node, until the log holds them or somebody refuses them. */
  const unanswered = new Map<string, { readonly word: DeviceToNode; resent: boolean }>();
  const give = (act: Bytes, name: Bytes, beside: readonly Bytes[]): boolean => {
    const word: DeviceToNode = { kind: 'submit', act, blobs: beside };
    unanswered.set(toHex(name), { word, resent: false });
    return needs.say(word);
  };
  const submit = async (action: Action, beside: readonly Bytes[]): Promise<Bytes> => {
    const { act, name } = await hand.sign(action, log.ledger());
    give(act, name, beside);
    return name;
  };

  /** Our newest knock, until it is answered. */
  let knocked: Bytes | null = null;
  const knock = async () => {
    const { act, name } = await hand.sign({ kind: 'knock', chain: agreement.chain }, null);
    knocked = name;
    if (give(act, name, [])) return;
    unanswered.delete(toHex(name));
    needs.join({ kind: 'refused', refusal: new Refusal('node.unreachable') });
  };
  const answered = ({ answer }: Extract<NodeToDevice, { kind: 'knocking' }>) => {
    // The log holds it: our node need not be given it again.
    if (knocked) unanswered.delete(toHex(knocked));
    if (answer.kind === 'in') needs.letIn();
    if (answer.kind === 'ended') needs.join({ kind: 'refused', refusal: new Refusal('knock.ended') });
    if (answer.kind !== 'denied') return;
    standUp();
    needs.join({ kind: 'denied', denied: { root: toHex(answer.root), reason: answer.reason } });
  };

  /** What a person decided, by name: they are told where it is refused. */
  const decided = new Set<string>();
  const decide = async (action: Action) => {
    if (conversation) decided.add(toHex(await submit(action, [])));
  };

  const takeSeat = async (over = false) => {
    const keys = await prepared;
    const asked = await requestSeat(agreement.chain, keys, hand, over);
    request = asked;
    // The next taking of this seat, should there be one, has other keys.
    prepared = makeSeatKeys(agreement, device);
    if (!give(asked.act, asked.name, [asked.package.keyPackage])) {
      unanswered.delete(toHex(asked.name));
      needs.join({ kind: 'refused', refusal: new Refusal('node.unreachable') });
    }
    // After the request is on its way: negotiating keeps this thread busy while the others admit.
    media.takeSeat();
  };

  const converse = (seating: number, asked: Request): Conversation => {
    needs.join({ kind: 'settled', seating });
    const opened = openConversation({
      agreement,
      device,
      seating,
      package: asked.package,
      frameKey: asked.frameKey,
      blobs,
      media,
      post,
      submit,
      pass: (message) => needs.say({ kind: 'pass', message }),
      changed: () => {
        // The log may have come to rest before the keys that it announced were there.
        if (conversation?.keyed()) needs.join({ kind: 'keyed' });
        needs.changed();
      },
      show: needs.show,
      lost: (refusal) => (opened.keyed() ? sitAnew() : giveUp(refusal)),
    });
    opened.sayMedia(needs.sends());
    opened.facts(media.facts());
    return opened;
  };

  /** Entries that came before our own admission settled: the conversation is told them in order. */
  let backlog: readonly { readonly ledger: Ledger; readonly entry: VerifiedEntry }[] = [];

  const converseOnce = (ledger: Ledger) => {
    if (conversation || !request) return;
    const { frameKey } = request;
    const own = [...ledger.settled.seatings.values()].find((one) => equal(one.frameKey, frameKey.publicKey));
    if (!own) return;
    conversation = converse(own.id, request);
    for (const one of backlog) conversation.moved(one.ledger, one.entry, log.restricted());
    backlog = [];
    // What settled our own admission was no entry, and may have been the last that is heard for long.
    conversation.moved(ledger, null, log.restricted());
    for (const message of unheard) conversation.heard(message);
    unheard = [];
  };

  /** Tells what an entry has done, and ends what it ended for us. */
  const announce = (entry: VerifiedEntry, before: State, { state }: Ledger) => {
    const { action } = entry.act;
    if (state.closed === entry.entry.seq && !leaving) {
      conversation?.release();
      return needs.join({ kind: 'ended', why: 'closed' });
    }
    const goes = action.kind === 'leave' || action.kind === 'remove' || action.kind === 'lost';
    if (goes && action.seating === conversation?.seating) return ended(action.kind);
    const happening = happeningOf(entry, before, state);
    if (happening && happening.seat.id !== agreement.seat.id) needs.happened(happening);
    const here = state.seatings.get(entry.entry.seq);
    if (here?.seat.id === agreement.seat.id && !equal(here.device, device.publicKey))
      needs.join({ kind: 'ended', why: 'other-device' });
  };

  /** Our own seating is over. */
  const ended = (kind: 'leave' | 'remove' | 'lost') => {
    if (kind === 'leave') leaving?.(true);
    if (kind === 'remove') needs.join({ kind: 'ended', why: 'removed' });
    if (kind === 'lost') sitAnew();
  };

  const standUp = () => {
    conversation?.close();
    conversation = null;
    // Nor is the seating before taken for a new one, though the log may still hold it.
    request = null;
  };

  /** The first keys that were offered are not the table's: whoever asked to sit is told, and tries again if they wish. */
  const giveUp = (refusal: Refusal) => {
    const seating = conversation?.seating;
    standUp();
    needs.join({ kind: 'refused', refusal });
    if (seating !== undefined) void submit({ kind: 'leave', seating }, []);
  };

  /** Keys cannot be followed any more, or our node gave us up for lost: a new seating of the same device. */
  const sitAnew = () => {
    standUp();
    needs.join({ kind: 'lost-keys' });
    void takeSeat();
  };

  let held = begin(agreement.sheet);
  const log = openDeviceLog(agreement.sheet, needs.now, {
    moved: (ledger, entry) => {
      if (entry) unanswered.delete(toHex(entry.act.hash));
      const before = held;
      held = ledger.state;
      if (conversation) conversation.moved(ledger, entry, log.restricted());
      else if (entry) backlog = [...backlog, { ledger, entry }];
      converseOnce(ledger);
      if (entry && conversation) announce(entry, before, ledger);
      if (conversation?.keyed()) needs.join({ kind: 'keyed' });
    },
    restricted: (seatings, { action }) => {
      conversation?.restricted(seatings);
      if (!conversation || !seatings.includes(conversation.seating)) return;
      if (action.kind === 'remove' || action.kind === 'lost') ended(action.kind);
    },
    broke: (refusal) => needs.join({ kind: 'broke', refusal }),
    gap: needs.again,
  });

  const refused = (word: Extract<NodeToDevice, { kind: 'refused' }>) => {
    if (!word.act) {
      // Our node gave us up while it did not reach us: the log, which it tells only to who sits, says so to others.
      if (word.code === 'message.unknown' && conversation && !leaving) sitAnew();
      return;
    }
    const given = unanswered.get(toHex(word.act));
    unanswered.delete(toHex(word.act));
    // Ordered already, when it was given for the first time: the log brings it.
    if (given?.resent && ORDERED.has(word.code)) return;
    if (decided.delete(toHex(word.act))) return needs.refusedAct(new Refusal(word.code, word.detail));
    if (knocked && equal(word.act, knocked))
      return needs.join({ kind: 'refused', refusal: new Refusal(word.code, word.detail) });
    if (conversation || !request || !equal(word.act, request.name)) return conversation?.refusedAct(word.act);
    if (word.code === 'admit.removed') needs.join({ kind: 'ended', why: 'removed' });
    else needs.join({ kind: 'refused', refusal: new Refusal(word.code, word.detail) });
  };

  return {
    takeSeat,
    knock,
    decide,
    leave: async () => {
      const seating = conversation?.seating;
      post({ kind: 'halt' });
      if (seating === undefined) return;
      const ordered = new Promise<boolean>((resolve) => {
        leaving = resolve;
        setTimeout(() => resolve(false), LEAVE_WAIT);
      });
      await submit({ kind: 'leave', seating }, []);
      if (await ordered) conversation?.release();
    },
    said: (word) => {
      if (word.kind === 'log') {
        for (const entry of word.entries) log.entry(entry, []);
        for (const one of word.countersignatures) log.countersigned(one);
      }
      if (word.kind === 'entry') {
        for (const one of word.blobs) blobs.keep(one);
        log.entry(word.entry, word.countersignatures);
      }
      if (word.kind === 'countersigned') log.countersigned(word.countersignature);
      if (word.kind === 'restricted') log.restrict(word.act);
      if (word.kind === 'blob') blobs.answer(word.hash, word.bytes);
      if (word.kind === 'refused') refused(word);
      if (word.kind === 'knocking') answered(word);
      if (word.kind === 'passed') {
        if (conversation) conversation.heard(word.message);
        else unheard = [...unheard, word.message].slice(-MOST_UNHEARD);
      }
    },
    again: () => {
      blobs.again();
      // Whether we sit still: the answer says it where we do not.
      conversation?.again();
      for (const given of unanswered.values()) given.resent = needs.say(given.word) || given.resent;
    },
    worker: (said) => conversation?.worker(said),
    facts: (facts) => conversation?.facts(facts),
    conversation: () => conversation,
    close: () => conversation?.close(),
  };
};

/** How long leaving waits for the host, in ms: a restriction acts by itself, the frame key is released after it. */
const LEAVE_WAIT = 1_500;
const MOST_UNHEARD = 256;
/** Codes with which a host refuses what it has ordered before. */
const ORDERED: ReadonlySet<string> = new Set(['act.sequence', 'admit.key-reused']);

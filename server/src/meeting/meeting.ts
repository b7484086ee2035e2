import { type Bytes, equal, hash, Refusal, toHex } from '@parley/protocol/bytes';
import type { Mandate } from '@parley/protocol/identity';
import {
  type Act,
  type Head,
  heldHash,
  isLetIn,
  isRemoved,
  isRestriction,
  type Ledger,
  openAct,
  type Seating,
  type Sheet,
} from '@parley/protocol/log';
import { loadKeys } from '@parley/protocol/meeting';
import type { NodeToDevice, PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { FastifyBaseLogger } from 'fastify';
import { SaidRefusal } from '../doors/peer/client.ts';
import { evenUnkept, orRefused } from '../store/failure.ts';
import { audience, type Listener } from './audience.ts';
import { catchUp } from './catch-up.ts';
import { heartbeat } from './heartbeat.ts';
import { knocking } from './knocking.ts';
import type { Link } from './links.ts';
import { losing, type Parting } from './losing.ts';
import { newest } from './passing.ts';
import { openRecord, type Recorded, type RecordOptions } from './record.ts';
import { restricting } from './restricting.ts';
import type { Rounds } from './rounds.ts';
import { serial } from './serial.ts';

/** One meeting at one node: it orders (the host), verifies, stores, countersigns, tells. */
export type Meeting = {
  readonly sheet: Sheet;
  /** A device has proven itself: it hears what it may. The returned function ends that. */
  readonly attend: (listener: Listener) => Promise<(how: Parting) => void>;
  /** An act of an own device, under the mandate by which that device is known here. */
  readonly submit: (act: Bytes, blobs: readonly Bytes[], mandate: Bytes) => Promise<Refusal | null>;
  /** A passing message of an own device. */
  readonly pass: (message: Bytes) => Promise<Refusal | null>;
  readonly blob: (hash: Bytes) => Promise<Bytes | null>;
  /** Answers another node, whose root is known. */
  readonly handle: (root: string, request: MeetingRequest) => Promise<PeerReply>;
  /** The newest entry held here. */
  readonly head: () => Head;
  /** Whether the seat of a mandate is in the call sheet, or whoever holds it was let in. */
  readonly expects: (mandate: Mandate) => boolean;
  /** Whether it has ended (CLOSE2). */
  readonly isClosed: () => boolean;
  /** Whether what a counterpart (root in hex) holds, by its hash, is what is held here. */
  readonly isHeld: (root: string, held: Bytes) => boolean;
  /** Seatings that stand: settled, and ended by nothing. */
  readonly living: () => readonly Seating[];
  /** Hears every change of `living`. */
  readonly onChange: (listener: () => void) => () => void;
  /** Resolves once every counterpart has said how far the log goes. */
  readonly synced: () => Promise<void>;
  /** Goes on with nothing, and tells its devices why. */
  readonly halt: (refusal: Refusal) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** What another node asks of a meeting. */
export type MeetingRequest = Exclude<
  PeerRequest,
  { kind: 'status' | 'held' | 'line' | 'proposed' | 'agreed' | 'withdrawn' | 'recall' }
>;

export type MeetingOptions = Omit<RecordOptions, 'maySign'> & {
  /** Ways to the counterparts of this meeting; `changed` hears whom it reaches. */
  readonly rounds: Rounds;
  readonly links: (changed: (root: string, reached: boolean) => void) => readonly Link[];
  /** The meeting has ended, every delegation has countersigned that, and nothing is left to be proven. */
  readonly over: () => void;
  readonly lostAfter: { readonly gone: number; readonly closed: number };
  readonly logger: FastifyBaseLogger;
};

const PART = 64;
/** How long after its start a node lets permissions wait for the first word of every counterpart. */
const FIRST_WORD_MS = 3_000;
/** How long devices have to come back after a start of their node. */
const AFTER_START_MS = 10_000;
/** Codes after which there is nothing to go on with: two logs exist, or a pinned root is not what it was. */
const FATAL = new Set(['log.fork', 'log.equivocation', 'peer.root-changed']);

/** Codes of what a node finds itself: a host's word of them says nothing, and no device is told it. */
const FOUND_HERE = /^(?:log\.(?:fork|equivocation)|identity\.root-changed|peer\..+)$/;

/** What is answered once the meeting's node has stopped: the store may be closed. */
const HALT = new Refusal('peer.unreachable');

/** What a device is told that does not hear the log: there is no meeting any more to sit in. */
const ENDED: NodeToDevice = { kind: 'stopped', code: 'close.ended', detail: '' };

const done: PeerReply = { kind: 'done' };
const asReply = ({ code, detail }: Refusal): PeerReply => ({ kind: 'refused', code, detail: detail.slice(0, 400) });
const toDevice = (act: Bytes | null, { code, detail }: Refusal): NodeToDevice => ({
  kind: 'refused',
  act,
  code,
  detail: detail.slice(0, 400),
});

/** Opens a meeting from the store and begins to speak with its counterparts. */
export const openMeeting = async (options: MeetingOptions): Promise<Meeting> => {
  const { own, sheet, store, clock, logger } = options;
  const { meeting } = sheet;
  const ownName = toHex(own.root);
  const hostName = toHex(sheet.host);
  const hosting = hostName === ownName;
  const run = serial();
  const people = audience();
  const passed = newest();
  const changes = new Set<() => void>();
  /** Why nothing goes on. */
  let stopped: Refusal | null = null;
  let saidClocks = false;
  let ended = false;

  const pulse = heartbeat({
    meeting,
    rounds: options.rounds,
    held: () => heldHash(ledger()),
    links: options.links((root, reached) => {
      if (root === hostName) people.tellAll({ kind: 'host', reached });
      if (reached) {
        saidClocks = false;
        passAgain(root);
      }
    }),
    head: () => record.ledger().state.head.seq,
    take: (root, from, reply) => catching(root, from, reply),
    failed: (refusal) => {
      if (refusal.code === 'peer.stale') tellOfClocks(refusal);
      stopIfFatal(refusal);
    },
    heard: (root) => restrictions.again(root),
    synced: () => void evenUnkept(run(signLate)).then(restrictions.synced),
  });
  /** Once, until somebody is reached again. */
  const tellOfClocks = (refusal: Refusal): void => {
    if (saidClocks) return;
    saidClocks = true;
    people.tell(toDevice(null, refusal));
  };
  /** What stands beside the log, from whichever counterpart has it. */
  const fetchBlob = async (name: Bytes): Promise<Bytes | null> => {
    for (const link of pulse.links) {
      const given = await link.ask({ kind: 'want', meeting, hash: name });
      if (given instanceof Refusal || given.kind !== 'blob') continue;
      if ((['blob', 'key-package'] as const).some((one) => equal(hash(one, given.bytes), name))) return given.bytes;
    }
    return null;
  };
  const record = await openRecord({ ...options, maySign: () => pulse.isSynced() && !stopped });
  stopped = record.broken;
  const ledger = (): Ledger => record.ledger();
  const tellPeers = (request: PeerRequest) => pulse.links.map((link) => link.send(request));

  const standing = (ended: ReadonlySet<number>): readonly Seating[] => {
    const { state, settled } = ledger();
    return [...settled.seatings.values()].filter(({ id }) => state.seatings.has(id) && !ended.has(id));
  };
  const living = (): readonly Seating[] => standing(record.direct.ended());
  const ownStanding = (): readonly Seating[] => {
    const ended = record.direct.ended();
    return [...ledger().state.seatings.values()].filter(({ id, root }) => root === ownName && !ended.has(id));
  };

  // Only what was found here: a counterpart's word that there are two logs is no proof of them.
  const halt = (refusal: Refusal): void => {
    if (stopped) return;
    stopped = refusal;
    const said = { code: refusal.code, detail: refusal.detail };
    // Called off in good order: nothing for whoever is on duty.
    if (refusal.code === 'sheet.withdrawn') logger.info(said, 'the meeting was called off');
    else if (refusal.code === 'close.ended') logger.info(said, 'the meeting has ended');
    else logger.error(said, 'the meeting stopped');
    people.tellAll({ kind: 'stopped', code: refusal.code, detail: refusal.detail.slice(0, 400) });
  };
  const stopIfFatal = (refusal: Refusal): Refusal => {
    if (FATAL.has(refusal.code) && !(refusal instanceof SaidRefusal)) halt(refusal);
    return refusal;
  };

  const countersignatures = async (): Promise<readonly Bytes[]> =>
    Array.from(ledger().tally.values(), (one) => one.bytes);

  // Somebody newly admitted hears the log from its beginning, then what passes.
  const welcome = async (listener: Listener): Promise<void> => {
    for (let after = 0, more = true; more; ) {
      const part = await store.entriesAfter(meeting, after, PART);
      after = part.at(-1)?.seq ?? after;
      more = part.length === PART;
      const entries = part.map((entry) => entry.bytes);
      listener.send({ kind: 'log', entries, countersignatures: more ? [] : await countersignatures(), more });
    }
    for (const act of record.direct.waiting()) listener.send({ kind: 'restricted', act });
    for (const message of passed.of(ledger().state.seatings.keys())) listener.send({ kind: 'passed', message });
  };
  const knocks = knocking({
    own: ownName,
    ledger,
    endedBy: record.direct.endedBy,
    tell: people.tellDevice,
  });
  let told = false;
  const isOver = (): boolean => {
    const { state, tally } = ledger();
    const all = [...sheet.issuers.keys()].every((root) => (tally.get(root)?.seq ?? 0) >= state.closed);
    return state.closed > 0 && all && !stopped && record.direct.waiting().length === 0;
  };
  let heard = '';
  /** Who sits may have changed: by an entry of this act, or otherwise. */
  const refresh = async (act: Act | null = null): Promise<void> => {
    passed.forget(ledger().state.seatings);
    knocks.refresh(act);
    if (!told && isOver()) {
      told = true;
      options.over();
    }
    const now = living();
    // Who leaves hears that the log holds it: only then is its frame key worth nothing, and given away.
    await people.refresh(standing(record.direct.removed()), welcome);
    const names = now.map((one) => one.id).join();
    if (names === heard) return;
    heard = names;
    for (const listener of changes) listener();
  };

  /** Tells everybody here of a new entry; the counterparts of it (the host) or of the own countersignature. */
  const announce = async ({ entry, act, blobs, words, countersignature }: Recorded): Promise<void> => {
    const signatures = countersignature ? [countersignature] : [];
    people.tell({ kind: 'entry', entry: entry.bytes, blobs, countersignatures: [...words, ...signatures] });
    if (hosting) {
      const request: PeerRequest = { kind: 'entry', meeting, entry: entry.bytes, blobs, countersignatures: signatures };
      for (const answer of tellPeers(request)) void evenUnkept(answer.then(takeAnswer));
    } else if (countersignature) tellPeers({ kind: 'countersigned', meeting, countersignature });
    await restrictions.moved();
    const { state } = ledger();
    if (state.closed === entry.seq) people.tellOthers(ENDED);
    await refresh(act);
    // Its page may have gone while the request was on its way.
    const sat = state.seatings.get(entry.seq) ?? state.knocks.get(entry.seq);
    if (sat?.root === ownName && !people.has(sat.device)) watch.parted(sat.device, 'gone');
  };
  const takeAnswer = async (answer: PeerReply | Refusal): Promise<void> => {
    if (ended) return; // the store may be closed; the counterpart says it again
    if (answer instanceof Refusal) stopIfFatal(answer);
    else if (answer.kind === 'countersigned') await run(() => takeCountersignature(answer.countersignature));
  };

  const takeCountersignature = async (given: Bytes): Promise<Refusal | null> => {
    const taken = await record.countersigned(given);
    if (taken instanceof Refusal) {
      if (taken.code === 'log.ahead') pulse.beat();
      return stopIfFatal(taken);
    }
    if (taken === null) return null;
    if (stopped) return stopped;
    people.tell({ kind: 'countersigned', countersignature: given });
    await refresh();
    if (!hosting && taken.root === hostName) await signLate();
    return null;
  };
  const signLate = async (): Promise<void> => {
    const countersignature = await record.catchUpSigning();
    if (!countersignature) return;
    people.tell({ kind: 'countersigned', countersignature });
    tellPeers({ kind: 'countersigned', meeting, countersignature });
    await refresh();
  };

  /** Entries that came unasked (`live`) or were asked for, in order. Only the host's node sends any. */
  const takeEntry = async (
    given: Bytes,
    beside: { readonly blobs: readonly Bytes[] | null; readonly words: readonly Bytes[] },
    live: boolean,
  ): Promise<Recorded | Refusal> => {
    if (stopped) return stopped;
    const taken = await record.receive(given, beside, live);
    if (!(taken instanceof Refusal)) {
      await announce(taken);
      return taken;
    }
    if (taken.code === 'log.gap') pulse.beat();
    else if (taken.code !== 'log.replay' && taken.code !== 'blob.unknown') {
      logger.warn({ code: taken.code }, 'an entry was refused');
      if (!FATAL.has(taken.code)) people.tell(toDevice(null, taken));
    }
    return stopIfFatal(taken);
  };
  const catching = catchUp({
    sheet,
    own: ownName,
    held: () => ledger().state.head,
    // Before the queue is entered: a counterpart that answers slowly keeps nobody waiting.
    fetch: fetchBlob,
    take: (entry, keyPackage) =>
      run(async () => (ended ? HALT : takeEntry(entry, { blobs: keyPackage && [keyPackage], words: [] }, false))),
    sign: (signatures) =>
      run(async () => {
        if (ended) return;
        for (const given of signatures) await takeCountersignature(given);
        await signLate();
      }),
  });

  /** A clock is at odds with a counterpart's, and with no other counterpart's in step: it may be this one's. */
  const isClockDoubted = (): boolean =>
    pulse.links.some((one) => one.clocksApart()) && !pulse.links.some((one) => one.reached() && !one.clocksApart());
  /** Whether the host's refusal of an act is passed on: what a device is told to end on must stand in this log. */
  const isBelieved = ({ code }: SaidRefusal, given: Bytes): boolean => {
    if (code !== 'admit.removed') return !FOUND_HERE.test(code);
    const opened = openAct(given);
    const by = opened instanceof Refusal ? null : opened.inner.by;
    return by?.kind === 'device' && isRemoved(ledger().state, by.mandate);
  };
  /** Gives an act to the host: here, or at its node. */
  const toHost = async (given: Bytes, blobs: readonly Bytes[]): Promise<Refusal | null> => {
    await begun;
    if (hosting)
      return run(() => orderHere(given, blobs, ownName).then((one) => (one instanceof Refusal ? one : null)));
    const link = pulse.links.find((one) => one.root === hostName);
    if (!link) return new Refusal('host.away');
    // What brings no bytes along goes in order: a permission that the next of its actor overtakes is refused.
    const send = blobs.length > 0 ? link.ask : link.send;
    const answer = await send({ kind: 'submit', meeting, act: given, blobs });
    if (ended) return new Refusal('host.away');
    if (answer instanceof SaidRefusal)
      return isBelieved(answer, given) ? answer : new Refusal('peer.answer', answer.code);
    if (answer instanceof Refusal)
      return answer.code === 'peer.unreachable' ? new Refusal('host.away') : stopIfFatal(answer);
    if (answer.kind !== 'entry') return new Refusal('peer.answer', answer.kind);
    // The same entry also comes with the host's own message; whichever is first is taken.
    const words = answer.countersignatures;
    const taken = await run(() => takeEntry(answer.entry, { blobs, words }, true));
    if (!(taken instanceof Refusal) || taken.code === 'log.gap') return null;
    if (taken.code !== 'log.replay') return taken;
    for (const given of words) await run(() => takeCountersignature(given));
    return null;
  };
  const orderHere = async (given: Bytes, blobs: readonly Bytes[], from: string): Promise<Recorded | Refusal> => {
    if (stopped) return stopped;
    // Dated by a clock that is ahead, an entry could not be countersigned before its time comes (LOG9).
    if (isClockDoubted()) return new Refusal(from === ownName ? 'peer.stale' : 'host.not-synced');
    const recorded = await record.order(given, blobs, from);
    if (!(recorded instanceof Refusal)) await announce(recorded);
    return recorded;
  };
  const restrictions = restricting({
    own,
    sheet,
    clock,
    logger,
    hosting,
    direct: record.direct,
    state: () => ledger().state,
    links: () => pulse.links,
    stopped: () => stopped,
    hasEnded: () => ended,
    run,
    tell: (act) => people.tell({ kind: 'restricted', act }),
    refresh,
    beat: () => pulse.beat(),
    toHost: (act) => toHost(act, []),
  });

  // What passed here while a counterpart was not reached.
  const passAgain = (root: string): void => {
    const link = pulse.links.find((one) => one.root === root);
    for (const message of passed.of(ownStanding().map((one) => one.id)))
      void link?.send({ kind: 'passed', meeting, message });
  };

  /** Where the log stood when the newest page of each own device came. */
  const cameAt = new Map<string, number>();
  const watch = losing({
    after: options.lostAfter,
    clock,
    own: () => [...ownStanding(), ...knocks.waiting()],
    hasSocket: people.has,
    lose: (seating) => void evenUnkept(restrictions.giveUp(seating)),
  });
  watch.awaitAll(AFTER_START_MS);

  const stop = async (): Promise<void> => {
    ended = true;
    pulse.stop();
    await run(async () => undefined);
  };

  const answer = async (root: string, request: MeetingRequest): Promise<PeerReply> => {
    switch (request.kind) {
      case 'submit': {
        if (!hosting) return asReply(new Refusal('peer.not-host'));
        await begun;
        const recorded = await run(() => orderHere(request.act, request.blobs, root));
        if (recorded instanceof Refusal) return asReply(recorded);
        const { entry, countersignature } = recorded;
        return { kind: 'entry', entry: entry.bytes, countersignatures: countersignature ? [countersignature] : [] };
      }
      case 'entry': {
        if (root !== hostName) return asReply(new Refusal('peer.not-host'));
        const taken = await run(async () => {
          const { blobs, countersignatures: words } = request;
          const recorded = await takeEntry(request.entry, { blobs, words }, true);
          if (recorded instanceof Refusal && recorded.code === 'log.replay')
            for (const given of words) await takeCountersignature(given);
          return recorded;
        });
        if (taken instanceof Refusal) return taken.code === 'log.replay' ? done : asReply(taken);
        return taken.countersignature ? { kind: 'countersigned', countersignature: taken.countersignature } : done;
      }
      case 'countersigned': {
        const refusal = await run(() => takeCountersignature(request.countersignature));
        return refusal ? asReply(refusal) : done;
      }
      case 'restricted': {
        const refusal = await run(() => restrictions.take(request.act, root));
        return refusal ? asReply(refusal) : done;
      }
      case 'passed': {
        const refusal = await run(() => relay(request.message, root));
        return refusal ? asReply(refusal) : done;
      }
      case 'since': {
        const part = await store.entriesAfter(meeting, request.seq, PART);
        const entries = part.map((entry) => entry.bytes);
        return { kind: 'log', entries, countersignatures: await countersignatures() };
      }
      case 'want': {
        const bytes = await store.blob(meeting, request.hash);
        return bytes ? { kind: 'blob', bytes } : asReply(new Refusal('blob.unknown'));
      }
    }
  };
  /** A message of a seating of `root`, to everybody here. */
  const relay = async (message: Bytes, root: string): Promise<Refusal | null> => {
    if (stopped) return stopped;
    const taken = await passed.take(ledger().state, message, root);
    if (taken instanceof Refusal) return taken;
    people.tell({ kind: 'passed', message });
    return null;
  };

  await refresh();
  restrictions.begin();
  const begun = Promise.race([pulse.synced(), new Promise<void>((resolve) => clock.after(FIRST_WORD_MS, resolve))]);
  pulse.begin();
  return {
    sheet,
    attend: (listener) => {
      void loadKeys(); // beside everything else, so that its asking to sit does not wait
      return run(async () => {
        people.add(listener);
        cameAt.set(toHex(listener.device), ledger().state.head.seq);
        const reached = hosting || (pulse.links.find((one) => one.root === hostName)?.reached() ?? false);
        listener.send({ kind: 'host', reached });
        if (stopped) listener.send({ kind: 'stopped', code: stopped.code, detail: stopped.detail });
        else if (ledger().state.closed > 0) listener.send(ENDED);
        knocks.came(listener.device);
        await refresh();
        return (how) => {
          people.remove(listener);
          if (!people.has(listener.device)) watch.parted(listener.device, how);
          // Its page is gone with its keys; what a newer page of the device has sat since is that one's.
          else if (how === 'closed') watch.parted(listener.device, how, cameAt.get(toHex(listener.device)));
        };
      });
    },
    submit: async (act, blobs, mandate) => {
      if (ended) return HALT;
      if (stopped) return stopped;
      const opened = openAct(act);
      if (opened instanceof Refusal) return opened;
      const { by, action } = opened.inner;
      if (by.kind !== 'device' || !equal(by.mandate, mandate)) return new Refusal('door.other-device');
      return orRefused(isRestriction(action) ? restrictions.everywhere(act) : toHost(act, blobs));
    },
    pass: async (message) => {
      if (ended) return HALT;
      const refusal = await run(() => relay(message, ownName));
      if (!refusal) tellPeers({ kind: 'passed', meeting, message });
      return refusal;
    },
    blob: async (name) => {
      const here = await store.blob(meeting, name);
      if (here) return here;
      const given = await fetchBlob(name);
      if (given && !ended) await evenUnkept(store.addBlobs(meeting, [{ hash: name, bytes: given }]));
      return given;
    },
    handle: async (root, request) => {
      if (!sheet.issuers.has(root)) return asReply(new Refusal('peer.not-in-meeting'));
      const reply = await orRefused(answer(root, request));
      return reply instanceof Refusal ? asReply(reply) : reply;
    },
    head: () => ledger().state.head,
    expects: ({ seat, root, hash }) => {
      if (sheet.seats.some((agreed) => agreed.id === seat && equal(agreed.root, root))) return true;
      const { settled } = ledger();
      return [...settled.knocks.values()].some((knock) => equal(knock.mandate, hash) && isLetIn(settled, knock));
    },
    isClosed: () => ledger().state.closed > 0,
    isHeld: (root, held) => sheet.issuers.has(root) && equal(held, heldHash(ledger())),
    living,
    onChange: (listener) => {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    synced: pulse.synced,
    halt: async (refusal) => {
      halt(refusal);
      await stop();
    },
    stop,
  };
};

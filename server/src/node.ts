import type { Server } from 'node:http';
import { join } from 'node:path';
import { fromHex, Refusal, toHex } from '@parley/protocol/bytes';
import { verifyMandate } from '@parley/protocol/identity';
import { verifySheet } from '@parley/protocol/log';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { FastifyBaseLogger } from 'fastify';
import { isAgreeing, receive } from './agreeing/agree.ts';
import { outbox } from './agreeing/outbox.ts';
import { proposalsIn, sheetOf, standingOf } from './agreeing/proposal.ts';
import { type Clock, every } from './clock.ts';
import { databaseOf, type NodeConfig } from './config/config.ts';
import { namesOf, pinnedIn } from './counterparts/pinned.ts';
import { openCounterparts } from './counterparts/registry.ts';
import { judgeTls } from './doctor/own.ts';
import { addressGuard } from './doors/peer/address.ts';
import { SaidRefusal } from './doors/peer/client.ts';
import { peerDoor } from './doors/peer/door.ts';
import { seatDoor } from './doors/seat/door.ts';
import { lines } from './doors/seat/lines.ts';
import { makeLink } from './doors/seat/link.ts';
import { actingIdentity, identityWith } from './identity/files.ts';
import { type Guest, keepGuest } from './meeting/guests.ts';
import type { Meeting } from './meeting/meeting.ts';
import { openMeetings } from './meeting/meetings.ts';
import { serial } from './meeting/serial.ts';
import { readRelay } from './relay/relay.ts';
import { liveKit } from './sfu/livekit/livekit.ts';
import type { Sfu } from './sfu/sfu.ts';
import { type AgreedSheet, readSheets } from './sheets.ts';
import { failing, orRefused } from './store/failure.ts';
import { holdFolder } from './store/hold.ts';
import { openSqlite } from './store/sqlite.ts';

/** A running node of one delegation. */
export type DelegationNode = {
  /** Its root's fingerprint in hex. */
  readonly root: string;
  readonly sfu: Sfu;
  /** Meetings that are open now. */
  readonly meetings: () => readonly Meeting[];
  /** Makes a one-time link for an own seat; refused with `door.unknown-seat`. */
  readonly link: (seat: string) => Promise<string | Refusal>;
  /** Own seats in which somebody sits. */
  readonly occupied: () => readonly string[];
  /** Keeps somebody whom the call sheet of the open meeting does not name; refuses what `keepGuest` refuses. */
  readonly guest: (guest: Guest) => Promise<Refusal | null>;
  /** Opens what the configuration's call sheets say now. */
  readonly hold: () => Promise<Refusal | null>;
  readonly onChange: (listener: () => void) => void;
  /** Ends the lines of own devices to the SFU of a root (hex); they come back by themselves. */
  readonly cut: (root: string) => void;
  /** Asks a counterpart's node, in this node's name. */
  readonly ask: (root: string, request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** Ends orderly: doors, meetings, SFU (unless the configuration keeps it), store. */
  readonly stop: () => Promise<void>;
};

export type NodeOptions = {
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  /** Finds livekit-server where the configuration names none. */
  readonly binary: () => Promise<string | Refusal>;
};

const FORGET_MS = 60_000;
const LOOK_MS = 500;
const RECALL_MS = 2_000;
const LINES_MS = 5_000;
const KEEP_PROPOSALS_MS = 30 * 86_400_000;

/** Starts a node; refused with `node.running`, and with what its call sheets, its SFU or its doors refuse. */
export const startNode = async (config: NodeConfig, options: NodeOptions): Promise<DelegationNode | Refusal> => {
  const { clock, logger } = options;
  const tls = judgeTls(config, clock.now());
  if (tls.how === 'bad') return new Refusal('tls.unusable', tls.says);
  const relay = config.relay && readRelay(config.relay);
  if (relay instanceof Refusal) return relay;
  const letGo = holdFolder(config.folder);
  if (letGo instanceof Refusal) return letGo;
  const identity = await actingIdentity(config.identity, clock.now());
  if (identity instanceof Refusal) {
    letGo();
    return identity;
  }
  const sfu = liveKit({
    ...config.sfu,
    folder: join(config.folder, 'sfu'),
    binary: async () => config.sfu.binary ?? options.binary(),
    clock,
  });
  const starting = sfu.start(); // beside everything else: it takes longest
  const refuse = async (refusal: Refusal): Promise<Refusal> => {
    await starting;
    await sfu.stop('end');
    letGo();
    return refusal;
  };
  const own = toHex(identity.root);
  /** Why nothing can be kept; null while it can. */
  let unkept: Refusal | null = null;
  const store = failing(await openSqlite(databaseOf(config)), (failure) => {
    const before = unkept;
    unkept = failure?.refusal ?? null;
    if (unkept && !before) logger.error({ code: unkept.code, detail: unkept.detail }, 'nothing can be kept');
    if (!unkept && before) logger.info('what is said can be kept again');
  });
  const guard = addressGuard(config.privateRanges);
  const counterparts = openCounterparts({ own: identity, guard, clock });
  counterparts.pin(await pinnedIn(config, store));
  const sheets = await readSheets(config, identity, counterparts.pins());
  if (sheets instanceof Refusal) {
    counterparts.close();
    await store.close();
    return refuse(sheets);
  }
  const { ask } = counterparts;
  const meetings = openMeetings({
    own: identity,
    identityWith: (key) => identityWith(config.identity, key, clock.now()),
    store,
    clock,
    logger,
    lostAfter: config.lostAfter,
    counterparts,
  });
  const open = async (sheets: readonly AgreedSheet[]): Promise<void> => {
    for (const sheet of sheets) {
      const refusal = await meetings.open(sheet);
      if (refusal) logger.error({ code: refusal.code }, 'a meeting of the configuration was not opened');
    }
  };
  await open(sheets);

  const access = lines({
    own,
    sfu,
    clock,
    ask: async (root, meeting, { certificate, mandate }) => {
      const answer = await ask(root, { kind: 'line', meeting, chain: { certificate, mandate } });
      if (answer instanceof Refusal) return answer;
      if (answer.kind !== 'line') return new Refusal('peer.answer', answer.kind);
      return { url: answer.url, token: answer.token, identity: '' };
    },
  });
  const giveLine = async (root: string, { meeting, chain }: Extract<PeerRequest, { kind: 'line' }>) => {
    const mandate = await verifyMandate(counterparts.pins(), chain, meeting, clock.now());
    if (mandate instanceof Refusal) return mandate;
    if (!meetings.find(meeting)?.expects(mandate) || toHex(mandate.root) !== root)
      return new Refusal('sfu.not-agreed', mandate.seat);
    return access.give(meeting, root, mandate);
  };
  /** Opens what every delegation has agreed to, and ends what was called off before anybody sat. */
  const inTurn = serial();
  const openAgreed = (): Promise<void> =>
    inTurn(async () => {
      for (const proposal of await proposalsIn(store)) {
        const { meeting } = proposal.plan;
        const open = meetings.find(meeting);
        const standing = standingOf(proposal, clock.now());
        if (standing === 'withdrawn' && open && open.head().seq === 0) await meetings.callOff(open);
        const bytes = sheetOf(proposal);
        if (standing !== 'agreed' || open || !bytes) continue;
        const sheet = await verifySheet(counterparts.pins(), bytes);
        const refusal = sheet instanceof Refusal ? sheet : await meetings.open({ sheet, bytes });
        if (refusal) logger.warn({ code: refusal.code, meeting: toHex(meeting) }, 'an agreed meeting was not opened');
      }
    });
  const handle = async (root: string, request: PeerRequest): Promise<PeerReply> => {
    if (request.kind === 'status') return { kind: 'status', now: clock.now(), serial: identity.serial };
    if (request.kind === 'held') {
      const others = request.meetings.filter(({ meeting, held }) => !meetings.find(meeting)?.isHeld(root, held));
      return { kind: 'other', meetings: others.map(({ meeting }) => meeting) };
    }
    if (isAgreeing(request)) {
      const names = namesOf(config, identity, counterparts.pinned());
      const party = { own: identity, pins: counterparts.pins(), names, store };
      const reply = await orRefused(
        receive(party, fromHex(root), request, clock.now()).then(async (said) => {
          await openAgreed();
          return said;
        }),
      );
      return reply instanceof Refusal ? { kind: 'refused', code: reply.code, detail: reply.detail } : reply;
    }
    const meeting = meetings.find(request.meeting);
    if (!meeting) return { kind: 'refused', code: 'peer.unknown-meeting', detail: '' };
    if (request.kind !== 'line') return meeting.handle(root, request);
    const line = await giveLine(root, request);
    return line instanceof Refusal ? { kind: 'refused', code: line.code, detail: line.detail } : line;
  };

  const peers = peerDoor({
    own: identity,
    origin: config.peer.origin,
    keyOf: counterparts.keyOf,
    store,
    clock,
    logger,
    handle,
    onForged: (root) => void counterparts.renew(root),
    tls: config.tls,
  });
  const doors = seatDoor({
    identity,
    own,
    origin: config.seats.origin,
    web: config.web,
    tls: config.tls,
    seats: meetings.seats,
    store,
    clock,
    logger,
    lines: access,
    guard,
    relay,
    isReady: () => sfu.state().kind === 'running' && unkept === null,
  });
  let endRepeated = () => {};
  let watched: Server | Refusal | null = null;
  const stop = async () => {
    endRepeated();
    // Meetings first: whoever is cut off by this end is not lost.
    await meetings.stop();
    await Promise.all([doors.app.close(), peers.close(), sfu.stop(config.sfu.keep ? 'leave' : 'end')]);
    if (watched && !(watched instanceof Refusal)) {
      watched.closeAllConnections();
      watched.close();
    }
    counterparts.close();
    await store.close();
    letGo();
  };
  const listened = await Promise.all([
    doors.app.listen({ host: config.seats.address, port: config.seats.port }),
    peers.listen({ host: config.peer.address, port: config.peer.port }),
  ]).catch((error: unknown) => new Refusal('node.port', error instanceof Error ? error.message : ''));
  if (config.metrics) {
    // Loaded only where somebody watches: it costs a node memory.
    const { metricsDoor } = await import('./doors/metrics.ts');
    watched = await metricsDoor(config.metrics, {
      meetings: () => meetings.all().length,
      seated: () => meetings.all().reduce((sum, meeting) => sum + meeting.living().length, 0),
      counterparts: () => counterparts.pins().size - 1,
      away: async () => {
        const pins = counterparts.pins();
        return (await store.lines()).filter(({ root, away }) => away && pins.has(toHex(root))).length;
      },
      sfuRuns: () => sfu.state().kind === 'running',
      certificateEnds: () => identity.until,
      errands: async () => {
        const all = await store.errands();
        const refused = all.filter((errand) => errand.refused !== null).length;
        return { waiting: all.length - refused, refused };
      },
    });
  }
  const started = await starting;
  const refusal = [listened, watched, started].find((one) => one instanceof Refusal);
  if (refusal) {
    await stop();
    return refusal;
  }
  sfu.onState((state) => {
    if (state.kind === 'down') logger.error({ sfu: 'down', why: state.why }, 'the SFU ended, and is started again');
    else logger.info({ sfu: state.kind }, 'the SFU changed');
  });
  const broke = (error: unknown) => logger.error({ err: error }, 'some work of the node broke');
  const errands = outbox({
    own: identity.root,
    store,
    ask,
    clock,
    reinstated: () => void openAgreed().catch(broke),
  });
  // What a command wrote beside this process: a counterpart that was introduced, a meeting that was agreed on.
  const look = async (): Promise<void> => {
    if (await store.changedElsewhere()) {
      counterparts.pin(await pinnedIn(config, store));
      await openAgreed();
      await meetings.seatGuests();
    }
    void errands.look().catch(broke);
  };
  // After a start, and for each counterpart once: what was agreed on may have been lost here (a restored backup).
  const recalled = new Set<string>([own]);
  const recall = async (): Promise<void> => {
    for (const root of counterparts.pins().keys()) {
      if (recalled.has(root)) continue;
      const answer = await ask(root, { kind: 'recall' });
      if (!(answer instanceof Refusal) || answer instanceof SaidRefusal) recalled.add(root);
    }
  };
  // The line is tried all the time, not when it is needed: `parley counterparts` says how it stands.
  const tryLines = async (): Promise<void> => {
    const others = [...counterparts.pins().keys()].filter((root) => root !== own);
    const tried = others.map(async (root) => {
      const answer = await ask(root, { kind: 'status' });
      await store.noteLine(fromHex(root), clock.now(), answer instanceof Refusal ? answer.code : null);
    });
    await Promise.all(tried);
  };
  const forget = async (): Promise<void> => {
    await store.forget(clock.now());
    await store.forgetProposals(clock.now() - KEEP_PROPOSALS_MS);
  };
  await openAgreed();
  const repeated = [
    every(clock, LOOK_MS, () => look().catch(broke)),
    every(clock, FORGET_MS, () => forget().catch(broke)),
    every(clock, RECALL_MS, () => recall().catch(broke)),
    every(clock, LINES_MS, () => tryLines().catch(broke)),
  ];
  endRepeated = () => {
    for (const end of repeated) end();
  };

  return {
    root: own,
    sfu,
    meetings: meetings.all,
    link: async (seat) => {
      const place = meetings.seats.get(seat);
      if (!place) return new Refusal('door.unknown-seat', seat);
      return makeLink(store, config.seats.origin, { meeting: place.meeting.sheet.meeting, seat }, clock.now());
    },
    occupied: () =>
      meetings
        .all()
        .flatMap((meeting) => meeting.living().flatMap((seating) => (seating.root === own ? [seating.seat.id] : []))),
    guest: async (guest) => {
      const meeting = meetings.all().find((one) => !one.isClosed());
      const refusal = meeting
        ? await keepGuest(store, meeting.sheet.meeting, guest)
        : new Refusal('peer.unknown-meeting');
      await meetings.seatGuests();
      return refusal;
    },
    hold: async () => {
      const sheets = await readSheets(config, identity, counterparts.pins());
      if (sheets instanceof Refusal) return sheets;
      await open(sheets);
      return null;
    },
    onChange: meetings.onChange,
    cut: doors.cut,
    ask,
    stop,
  };
};

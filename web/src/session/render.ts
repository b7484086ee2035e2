import { fromHex, toHex } from '@parley/protocol/bytes';
import type { AgreedSeat } from '@parley/protocol/log';
import type { DevicesView } from '../platform/devices/index.ts';
import { type Agreement, delegationView, seatView } from './agreement.ts';
import type { Conversation, Other } from './conversation.ts';
import type { Denial } from './join.ts';
import type { MediaFacts } from './media/facts.ts';
import type { Notices } from './notices.ts';
import { carriedBy } from './pictures.ts';
import { awayFor, type Stillness, silentFor, soundAloneFor, stillFor } from './stillness.ts';
import { plays, tileState } from './tile.ts';
import type { ChairView, CodeView, ProofStep, RefusalView, SeatView, StageView, TileView, View } from './view.ts';

/** A seat of the agreed sheet, for screens. */
export const seatOf = ({ sheet, mandate }: Agreement, seat: AgreedSeat): SeatView =>
  seatView(sheet, seat, mandate.root);

const lineOf = (facts: MediaFacts, root: string): 'ready' | 'held' | 'mending' | 'lost' => {
  const state = facts.legs.find(({ delegation }) => delegation === root)?.state;
  if (state === 'ready' || state === 'held') return state;
  return state === 'closed' || state === undefined ? 'lost' : 'mending';
};

/** One tile: what may be shown of a seat, and what is said of it. */
const tileOf = (
  agreement: Agreement,
  conversation: Conversation,
  other: Other,
  facts: MediaFacts,
  trackOf: (pipe: number) => MediaStreamTrack | null,
  stillness: Stillness,
): TileView => {
  const { seating, says } = other;
  // Of a connection that is gone nothing comes any more, whatever was proven there last.
  const carried = (media: 'audio' | 'video') => {
    const one = carriedBy(conversation.pictures(), seating.id, media);
    return one && trackOf(one.pipe) !== null ? one : null;
  };
  const [picture, sound] = [carried('video'), carried('audio')];
  const line = lineOf(facts, seating.root);
  const stillMs = picture ? stillFor(stillness, picture.pipe, facts.atMs) : 0;
  const silentMs = picture ? silentFor(stillness, picture.pipe, facts.atMs) : 0;
  const awayMs = awayFor(stillness, seating.id, facts.atMs);
  const soundAloneMs = soundAloneFor(stillness, seating.id, facts.atMs);
  return {
    seating: seating.id,
    seat: seatOf(agreement, seating.seat),
    state: tileState({ picture, sound, says, awayMs, soundAloneMs, stillMs, silentMs, line }),
    muted: says?.audio === false,
    picture: plays(picture, says?.video) ? trackOf(picture.pipe) : null,
    sound: plays(sound, says?.audio) ? trackOf(sound.pipe) : null,
  };
};

/** All tiles, the counterpart's principal first; their order changes only when somebody comes or goes. */
export const tilesOf = (
  agreement: Agreement,
  conversation: Conversation,
  facts: MediaFacts,
  trackOf: (pipe: number) => MediaStreamTrack | null,
  stillness: Stillness,
): readonly TileView[] => {
  const place = ({ seat }: TileView) => (seat.delegation.own ? 2 : 0) + (seat.role === 'principal' ? 0 : 1);
  return conversation
    .others()
    .map((other) => tileOf(agreement, conversation, other, facts, trackOf, stillness))
    .sort((a, b) => place(a) - place(b) || a.seating - b.seating);
};

/** Whether everything that plays is proven. */
const provenOf = (tiles: readonly TileView[]): StageView['proven'] => {
  const playing = tiles.filter(({ picture, sound, state }) => (picture || sound) && state.kind !== 'connecting');
  const quiet = tiles.every(({ state }) => state.kind === 'camera-off');
  if (playing.length === 0) return quiet ? 'quiet' : 'none';
  const sure = playing.filter(({ state }) => ['verified', 'camera-off', 'sound-only'].includes(state.kind));
  if (sure.length === playing.length) return 'all';
  return sure.length > 0 ? 'some' : 'none';
};

/** A table without a code, and without anybody to make one with. */
export const noCode: CodeView = { open: false, round: null, unfinished: [], different: [], standing: null };

/** The table's code, by the names of those who sit, or sat. */
export const codeOf = (agreement: Agreement, conversation: Conversation): CodeView => {
  const { open, round, unfinished, different, standing } = conversation.code.state();
  const seatsOf = (ids: Iterable<number>) =>
    Array.from(ids).flatMap((id) => {
      const seating = conversation.seatingOf(id);
      return seating ? [seatOf(agreement, seating.seat)] : [];
    });
  const same = [...(standing?.compared ?? [])].flatMap(([id, one]) => (one ? [id] : []));
  const own = standing?.compared.get(conversation.seating);
  const roundView = (): CodeView['round'] => {
    if (!round) return null;
    if (round.kind === 'making')
      return { kind: 'making', by: seatsOf([round.by])[0] ?? null, missing: seatsOf(round.missing) };
    return { kind: 'broken', suspects: seatsOf(round.suspects), refusal: round.refusal };
  };
  return {
    open,
    round: roundView(),
    unfinished: seatsOf(unfinished),
    different: seatsOf(different),
    standing: standing && {
      numbers: standing.numbers,
      uncovered: conversation
        .others()
        .filter(({ seating }) => !standing.covers(seating))
        .map(({ seating }) => seatOf(agreement, seating.seat)),
      same: seatsOf(same),
      own: own === undefined ? null : own ? 'same' : 'different',
    },
  };
};

/** Delegations that can see and hear this: those with somebody seated. */
const audienceOf = ({ sheet, mandate }: Agreement, tiles: readonly TileView[]) =>
  sheet.delegations
    .map(({ root }) => delegationView(sheet, root, mandate.root))
    .filter(({ root, own }) => own || tiles.some(({ seat }) => seat.delegation.root === root));

/** What of oneself is switched on. */
export type Me = StageView['me'];

/** The holding screen: what was agreed and what is being proven; nobody's presence. */
export const holdingView = (
  agreement: Agreement,
  now: {
    readonly devices: DevicesView;
    readonly facts: MediaFacts;
    readonly node: 'reached' | 'away';
    readonly ready: Extract<View, { kind: 'holding' }>['ready'];
    readonly refusal: RefusalView | null;
    readonly denied: Denial | null;
    readonly ahead: StageView;
  },
): Extract<View, { kind: 'holding' }> => {
  const { sheet, mandate, seat } = agreement;
  const own = toHex(mandate.root);
  const done = (step: ProofStep['step']): ProofStep => ({ step, state: 'done', refusal: null });
  const lineStep = (step: ProofStep['step'], roots: readonly string[]): ProofStep => {
    const lines = roots.map((root) => lineOf(now.facts, root));
    const state = lines.every((line) => line === 'ready') ? 'done' : 'working';
    return { step, state, refusal: null };
  };
  const others = sheet.delegations.map(({ root }) => toHex(root)).filter((root) => root !== own);
  return {
    kind: 'holding',
    title: sheet.title,
    planned: { fromMs: sheet.from, untilMs: sheet.until, zone: sheet.zone },
    record: sheet.record,
    seat: seatOf(agreement, seat),
    agreed: sheet.seats.map((one) => seatOf(agreement, one)),
    proofs: [
      ...(['browser', 'device-key'] as const).map(done),
      now.node === 'reached' ? done('node') : { step: 'node', state: 'working', refusal: null },
      ...(['mandate', 'sheet'] as const).map(done),
      lineStep('own-sfu', [own]),
      lineStep('counterpart-sfu', others),
    ],
    devices: now.devices,
    ready: now.ready,
    refusal: now.refusal,
    denied: now.denied && {
      by: delegationView(sheet, fromHex(now.denied.root), mandate.root),
      reason: now.denied.reason,
    },
    ahead: now.ahead,
  };
};

/** The stage. */
export const stageView = (
  agreement: Agreement,
  now: {
    readonly devices: DevicesView;
    readonly tiles: readonly TileView[];
    readonly me: Me;
    readonly code: CodeView;
    readonly chair: ChairView;
    readonly notices: Notices;
    readonly startedMs: number;
    readonly node: 'reached' | 'away';
    readonly host: 'reached' | 'away';
  },
): StageView => ({
  kind: 'stage',
  title: agreement.sheet.title,
  seat: seatOf(agreement, agreement.seat),
  proven: provenOf(now.tiles),
  audience: audienceOf(agreement, now.tiles),
  ...now,
});

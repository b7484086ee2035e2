import { Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import type { Action } from '@parley/protocol/log';
import type { NodeToDevice, RelayAccess } from '@parley/protocol/wire';
import { missing } from '../platform/able/index.ts';
import { createDevices, type Devices } from '../platform/devices/index.ts';
import { createFrameWorker } from '../platform/frames/index.ts';
import { ensureDeviceKey, findDeviceKey, keepPin } from '../platform/key-store/index.ts';
import { keep as keepFor, recall } from '../platform/memory.ts';
import { holdSeat } from '../platform/one-window.ts';
import { type Agreement, verifyAgreement } from './agreement.ts';
import { chairsOf, noChairs } from './chairs.ts';
import { type Choices, keepChoices, readChoices } from './choices.ts';
import type { Happening } from './happening.ts';
import { inOrder } from './in-order.ts';
import { type Join, type JoinEvent, opened, step } from './join.ts';
import { openLevels } from './levels.ts';
import { createMedia, type Media, type MediaEvent } from './media/media.ts';
import { type Notices, notify, settleNotices } from './notices.ts';
import type { Place } from './place.ts';
import { redeem } from './redeem.ts';
import { codeOf, holdingView, type Me, noCode, seatOf, stageView, tilesOf } from './render.ts';
import { openSocket, type Socket } from './socket.ts';
import { standInChair } from './stand-in-chair.ts';
import { observe, unobserved } from './stillness.ts';
import { openTalk, type Talk } from './talk.ts';
import type { Actions, Notice, Session, StageView, TileView, View } from './view.ts';
import { type Differences, presenceNotices, watchPresence } from './watch-presence.ts';

/** What stands once the agreement is verified. */
type Prepared = {
  readonly agreement: Agreement;
  readonly devices: Devices;
  readonly media: Media;
  readonly talk: Talk;
};

/** Opens the session of a seat's page: the one thing that screens render. */
export const createSession = (place: Place, forgetLink: () => void): Session => {
  const listeners = new Set<() => void>();
  const levels = openLevels();
  let join: Join = opened;
  let lacking: readonly string[] | null = null;
  let prepared: Prepared | null = null;
  let socket: Socket | null = null;
  let notices: Notices = [];
  let stillness = unobserved;
  let differences: Differences = new Map();
  let startedMs = 0;
  let relay: RelayAccess | null = null;
  /** Whether every chair has let us in, where the call sheet does not name us. */
  let letIn = false;
  /** One's own node, and the host's as one's own knows it. */
  let nodes: Pick<StageView, 'node' | 'host'> = { node: 'reached', host: 'reached' };
  const chosen: Choices = place.standIn ? {} : readChoices(place.seat);
  const second = place.second || chosen.second === true;
  const keep = (choices: Choices) => {
    if (!place.standIn) keepChoices(place.seat, choices);
  };
  keep({ second });
  let me: Omit<Me, 'sending'> = {
    microphone: place.standIn || (chosen.sends?.microphone ?? !second),
    camera: chosen.sends?.camera ?? true,
    talking: false,
    loudspeaker: !(second || place.standIn),
  };

  const tiles = (): readonly TileView[] => {
    const conversation = prepared?.talk.conversation();
    if (!prepared || !conversation) return [];
    const { agreement, media } = prepared;
    const facts = media.facts();
    return tilesOf(agreement, conversation, facts, media.trackOf, stillness);
  };

  const compose = (): View => {
    if (lacking && lacking.length > 0) return { kind: 'unable', missing: lacking };
    if (join.kind === 'stopped' || join.kind === 'left') return join;
    if (!prepared || join.kind === 'opened' || join.kind === 'proving') {
      const [redeeming, refusal] = join.kind === 'opened' ? [join.redeeming, join.refusal] : [true, null];
      return { kind: 'link', able: lacking ? 'able' : 'checking', redeeming, refusal };
    }
    const { agreement, devices, media, talk } = prepared;
    const ownRoot = toHex(agreement.mandate.root);
    const line = media.facts().legs.find(({ delegation }) => delegation === ownRoot)?.state;
    const sending = sendingOf(line, talk);
    const now = { devices: devices.view(), me: { ...me, sending }, notices, startedMs, ...nodes };
    const conversation = talk.conversation();
    if (join.kind === 'seated' && conversation) {
      const [code, chair] = [codeOf(agreement, conversation), chairsOf(agreement, conversation)];
      return stageView(agreement, { ...now, code, chair, tiles: tiles() });
    }
    const { refusal, denied } = join.kind === 'holding' ? join : { refusal: null, denied: null };
    const asks = agreement.guest && !letIn ? 'knock' : 'take';
    const ready = join.kind === 'holding' ? asks : join.kind === 'knocking' ? 'knocking' : 'sitting';
    const ahead = stageView(agreement, { ...now, code: noCode, chair: noChairs, tiles: [] });
    return holdingView(agreement, { ...now, facts: media.facts(), ready, refusal, denied, ahead });
  };

  let view = compose();
  let publishedMs = Number.NEGATIVE_INFINITY;
  let due: ReturnType<typeof setTimeout> | undefined;
  const publish = () => {
    clearTimeout(due);
    due = undefined;
    publishedMs = performance.now();
    view = compose();
    for (const changed of listeners) changed();
    if (place.standIn) standIn(view);
  };
  /** What changes many times while somebody joins is drawn once for all of it. */
  const publishSoon = () => {
    due ??= setTimeout(publish, Math.max(0, publishedMs + SOON - performance.now()));
  };

  const advance = (event: JoinEvent) => {
    const before = join;
    join = step(join, event);
    if (join === before) return;
    if (join.kind === 'seated') startedMs ||= Date.now();
    if (join.kind === 'stopped' || join.kind === 'left') shut();
    publish();
  };

  const shut = () => {
    socket?.close();
    prepared?.talk.close();
    prepared?.media.close();
    prepared?.devices.close();
  };

  const note = (notice: Omit<Notice, 'id' | 'atMs'>) => {
    notices = notify(notices, { ...notice, atMs: Date.now() });
    publishSoon();
  };
  const over = (...kinds: readonly Notice['kind'][]) => {
    notices = settleNotices(notices, Date.now(), kinds);
  };

  const seenTiles = () => (view.kind === 'stage' ? view.tiles : []);

  const happened = ({ kind, seat }: Happening) =>
    note({ tone: QUIET.has(kind) ? 'quiet' : 'warning', kind, values: { name: seat.name } });

  const delegationName = (root: string): string =>
    prepared?.agreement.sheet.delegations.find((one) => toHex(one.root) === root)?.name ?? '';

  const mediaTold = (event: MediaEvent) => {
    if (!prepared) return;
    const { media, talk } = prepared;
    const conversation = talk.conversation();
    if (event.kind === 'mending')
      note({ tone: 'warning', kind: 'mending', values: { delegation: delegationName(event.delegation) } });
    if (event.kind === 'mended') {
      over('mending');
      note({ tone: 'quiet', kind: 'mended', values: { delegation: delegationName(event.delegation) } });
    }
    if (event.kind === 'alarm') note({ tone: 'danger', kind: 'attack-refused', values: { code: event.code } });
    if (event.kind === 'legs' || event.kind === 'facts') talk.facts(media.facts());
    if (event.kind === 'facts') {
      if (conversation) {
        const says = new Map(conversation.others().map((other) => [other.seating.id, other.says?.video !== false]));
        stillness = observe(stillness, event.facts, conversation.pictures(), (seating) => says.get(seating) ?? true);
        differences = watchPresence(differences, conversation, event.facts);
        const found = presenceNotices(differences, conversation, event.facts, delegationName);
        over(
          ...(['unknown-device', 'missing-device'] as const).filter((kind) => !found.some((one) => one.kind === kind)),
        );
        for (const one of found) note(one);
      }
      over();
    }
    publishSoon();
  };

  /** Sends what stands of our own media, and says so. */
  const sendMedia = () => {
    if (!prepared) return;
    const { devices, media, talk } = prepared;
    const on = { audio: me.microphone || me.talking, video: me.camera };
    devices.enable('audio', on.audio);
    devices.enable('video', on.video);
    media.send('audio', devices.track('audio'));
    media.send('video', on.video ? devices.track('video') : null);
    talk.conversation()?.sayMedia({
      audio: on.audio && devices.track('audio') !== null,
      video: on.video && devices.track('video') !== null,
    });
    publish();
  };

  const prepare = (agreement: Agreement, on: Socket, own: Signer) => {
    const frames = createFrameWorker();
    const devices = createDevices({
      seat: seatOf(agreement, agreement.seat),
      standIn: place.standIn,
      ...(place.tone === null ? {} : { tone: place.tone }),
      sharedMachine: second,
      chosen,
      changed: sendMedia,
    });
    const ownRoot = toHex(agreement.mandate.root);
    const roots = agreement.sheet.delegations.map(({ root }) => toHex(root));
    const media = createMedia({
      worker: frames.worker,
      legs: roots.map((root) => ({
        delegation: root,
        url: place.sfuUrl(root),
        publishes: root === ownRoot,
        relay: () => overRelay(relay, root === ownRoot),
      })),
      tell: mediaTold,
      sends: (root) => {
        const others = prepared?.talk.conversation()?.others() ?? [];
        return others.some(({ seating, says }) => seating.root === root && (!says || says.audio || says.video));
      },
    });
    const talk = openTalk({
      agreement,
      device: own,
      media,
      post: frames.post,
      say: on.say,
      again: on.again,
      now: () => Date.now() + agreement.clockOffset,
      join: advance,
      letIn: () => {
        letIn = true;
        if (join.kind === 'knocking') takeSeat();
        publishSoon();
      },
      refusedAct: ({ code }) => note({ tone: 'warning', kind: 'act-refused', values: { code } }),
      happened,
      changed: publishSoon,
      show: publish,
      sends: () => ({
        audio: (me.microphone || me.talking) && devices.track('audio') !== null,
        video: me.camera && devices.track('video') !== null,
      }),
    });
    frames.hear((said) => {
      if (said.kind === 'alarm') note({ tone: 'danger', kind: 'attack-refused', values: { code: said.code } });
      talk.worker(said);
    });
    prepared = { agreement, devices, media, talk };
    media.prepare();
    sendMedia();
    advance({ kind: 'agreed' });
    if (place.standIn) (agreement.guest ? knock : takeSeat)();
  };

  const reach = (whose: 'node' | 'host', now: 'reached' | 'away') => {
    if (nodes[whose] === now) return;
    nodes = { ...nodes, [whose]: now };
    if (join.kind !== 'seated') return publish();
    over(`${whose}-away`, `${whose}-back`);
    if (now === 'reached') note({ tone: 'quiet', kind: `${whose}-back`, values: {} });
    else note({ tone: 'warning', kind: `${whose}-away`, values: {} });
  };

  const said = async (word: NodeToDevice, on: Socket, own: Signer) => {
    if (word.kind === 'agreed') relay = word.relay;
    if (word.kind === 'relay') relay = word.access;
    if (word.kind === 'agreed' && prepared) prepared.talk.again();
    if (word.kind === 'agreed' && !prepared) {
      const wish = { seat: place.seat, device: own, now: Date.now() };
      const agreement = await verifyAgreement(word, wish, keepPin);
      if (agreement instanceof Refusal) advance({ kind: 'broke', refusal: agreement });
      else prepare(agreement, on, own);
    }
    if (word.kind === 'host') reach('host', word.reached ? 'reached' : 'away');
    // Something that no act of ours asked for: our own node refused an entry, and would not have us believe it either.
    if (word.kind === 'refused' && word.act === null && CLOCKS.has(word.code))
      note({ tone: 'warning', kind: 'clocks-apart', values: { code: word.code } });
    else if (word.kind === 'refused' && word.act === null && !word.code.startsWith('message.'))
      note({ tone: 'danger', kind: 'attack-refused', values: { code: word.code } });
    if (word.kind === 'stopped' && word.code === 'sheet.withdrawn') advance({ kind: 'ended', why: 'withdrawn' });
    else if (word.kind === 'stopped' && word.code === 'close.ended') advance({ kind: 'ended', why: 'closed' });
    else if (word.kind === 'stopped') advance({ kind: 'broke', refusal: new Refusal(word.code, word.detail) });
    prepared?.talk.said(word);
  };

  const connect = (own: Signer) => {
    advance({ kind: 'device-stands' });
    // In order: what comes while the agreement is being verified waits for it.
    const words = inOrder();
    const on = openSocket(place, own, {
      said: (word) => words(() => said(word, on, own)),
      refused: (refusal) => advance({ kind: 'broke', refusal }),
      line: (now) => reach('node', now),
      closed: (refusal) => {
        if (refusal.code === 'door.replaced') advance({ kind: 'ended', why: 'elsewhere' });
        else if (join.kind === 'opened' || join.kind === 'proving') advance({ kind: 'link-refused', refusal });
        else if (refusal.code === 'door.unknown-device' || refusal.code === 'door.other-device')
          advance({ kind: 'ended', why: 'unknown' });
      },
    });
    socket = on;
  };

  const begin = async () => {
    const lacks = await missing();
    lacking = lacks;
    publish();
    if (lacks.length > 0) return;
    // A link is redeemed on a click only; a device that redeemed one before simply comes back.
    const known = place.link ? null : await findDeviceKey(place.seat);
    if (known && !(await hold(recall('tab', TAKE) === place.seat ? 'take' : 'ask')))
      advance({ kind: 'ended', why: 'open' });
    else if (known) connect(known);
    else if (!place.link) advance({ kind: 'link-refused', refusal: new Refusal('link.missing') });
    else if (place.standIn) await redeemLink();
  };

  /** One window of a browser holds a seat: another takes it on a person's wish only. */
  const hold = (how: 'ask' | 'take'): Promise<boolean> => {
    keepFor('tab', TAKE, null);
    return holdSeat(place.seat, how, () => advance({ kind: 'ended', why: 'elsewhere' }));
  };

  const redeemLink = async () => {
    if (!place.link || join.kind !== 'opened' || join.redeeming) return;
    advance({ kind: 'clicked' });
    await hold('take');
    const own = await ensureDeviceKey(place.seat);
    const refusal = await redeem(place, place.link, own);
    if (refusal) return advance({ kind: 'link-refused', refusal });
    forgetLink();
    connect(own);
  };

  const takeSeat = (over = false) => {
    if (!prepared || (join.kind !== 'holding' && join.kind !== 'knocking')) return;
    advance({ kind: 'took-seat' });
    sendMedia();
    void prepared.talk.takeSeat(over);
  };

  const knock = () => {
    if (!prepared || join.kind !== 'holding') return;
    advance({ kind: 'knocked' });
    void prepared.talk.knock();
  };
  const decide = (action: Action) => void prepared?.talk.decide(action);

  const set = (change: Partial<typeof me>) => {
    me = { ...me, ...change };
    keep({ sends: { microphone: me.microphone, camera: me.camera } });
    sendMedia();
  };

  const actions: Actions = {
    redeem: () => void redeemLink(),
    chooseCamera: (id) => {
      keep({ camera: id });
      prepared?.devices.chooseCamera(id);
    },
    chooseMicrophone: (id) => {
      keep({ microphone: id });
      prepared?.devices.chooseMicrophone(id);
    },
    chooseSpeaker: (id) => prepared?.devices.chooseSpeaker(id),
    testSpeaker: () => prepared?.devices.testSpeaker(),
    takeSeat,
    knock,
    allow: (id) => decide({ kind: 'allow', knock: id }),
    deny: (id, reason) => decide({ kind: 'deny', knock: id, reason }),
    hand: (seating) => decide({ kind: 'hand', seating }),
    preside: () => decide({ kind: 'preside' }),
    remove: (seating, reason) => decide({ kind: 'remove', seating, reason }),
    close: (agreed) => decide({ kind: 'close', agreed }),
    setMicrophone: (on) => set({ microphone: on }),
    setCamera: (on) => set({ camera: on }),
    setLoudspeaker: (on) => set({ loudspeaker: on }),
    talk: (held) => set({ talking: held && !me.microphone }),
    takeHere: () => {
      keepFor('tab', TAKE, place.seat);
      location.reload();
    },
    makeCode: () => prepared?.talk.conversation()?.code.begin(),
    compareCode: (same) => prepared?.talk.conversation()?.code.compared(same),
    leave: () => {
      void prepared?.talk.leave().finally(() => advance({ kind: 'ended', why: 'self' }));
    },
  };

  const standIn = standInChair(actions);
  void begin();

  return {
    view: () => view,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    levels: {
      microphone: () => prepared?.devices.microphoneLevel() ?? 0,
      measured: levels.measured,
      seating: (seating) => levels.of(seenTiles().find((tile) => tile.seating === seating)?.sound ?? null),
    },
    actions,
  };
};

/** What may be heard of later, as well. */
const QUIET: ReadonlySet<string> = new Set(['sat', 'sat-elsewhere', 'left', 'presides', 'goes-on']);

/** Under which name a window remembers over its reload that it is to take the seat from another. */
const TAKE = 'parley.take';
/** Codes that tell of a wrong clock, and of nobody who lies. */
const CLOCKS: ReadonlySet<string> = new Set(['peer.stale', 'log.skew']);

/**
 * How an SFU is reached over our relay, where there is one: a counterpart's by it alone; our own by it as well, for
 * devices that no UDP leaves.
 */
const overRelay = (relay: RelayAccess | null, own: boolean): RTCConfiguration => {
  if (!relay) return {};
  const { urls, username, credential } = relay;
  const iceServers = [{ urls: [...urls], username, credential }];
  return own ? { iceServers } : { iceServers, iceTransportPolicy: 'relay' };
};

/** The shortest time between two drawings of the view, in ms, where nobody waits for one. */
const SOON = 50;

/** Whether what is ours leaves this device, and if not, why. */
const sendingOf = (ownLine: string | undefined, talk: Talk): Me['sending'] => {
  if (ownLine !== 'ready' && ownLine !== 'held') return 'line';
  return talk.conversation()?.paused() ? 'keys' : 'yes';
};

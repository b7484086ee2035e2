import type { DevicesView } from '../../../web/src/platform/devices/index.ts';
import type {
  ChairView,
  CodeView,
  DelegationView,
  Notice,
  ProofStep,
  StageView,
  View,
} from '../../../web/src/session/view.ts';
import { ada, agreed, alba, boris, borland, bram, carla, corvina, diego, eva, irina, strange, tile } from './people.ts';
import { portrait } from './portrait.ts';

type Holding = Extract<View, { kind: 'holding' }>;

const devices = (): DevicesView => ({
  cameras: [
    { id: 'cam-1', label: 'Integrated Camera (04f2:b6ea)' },
    { id: 'cam-2', label: 'Conference camera at the end of the long table' },
  ],
  microphones: [{ id: 'mic-1', label: 'Built-in Audio Analog Stereo' }],
  speakers: [{ id: 'spk-1', label: 'Built-in Audio Analog Stereo' }],
  camera: { id: 'cam-1', state: 'live' },
  microphone: { id: 'mic-1', state: 'live' },
  speaker: null,
  picture: portrait(205),
  sharedMachine: false,
});

const steps = [
  'browser',
  'device-key',
  'node',
  'mandate',
  'sheet',
  'own-sfu',
  'counterpart-sfu',
] as const satisfies readonly ProofStep['step'][];

const proofs = (done: number): readonly ProofStep[] =>
  steps.map((step, index) => ({
    step,
    state: index < done ? 'done' : index === done ? 'working' : 'waiting',
    refusal: null,
  }));

const holding = (change: Partial<Holding> = {}): Holding => ({
  kind: 'holding',
  title: 'Consultation on the line of contact',
  planned: { fromMs: Date.UTC(2021, 11, 7, 15, 0), untilMs: Date.UTC(2021, 11, 7, 17, 0), zone: 'Europe/Brussels' },
  record: 'everything',
  seat: ada,
  agreed,
  proofs: proofs(7),
  devices: devices(),
  ready: 'take',
  refusal: null,
  denied: null,
  ahead: stage(),
  ...change,
});

const stage = (change: Partial<StageView> = {}): StageView => ({
  kind: 'stage',
  title: 'Consultation on the line of contact',
  seat: ada,
  startedMs: Date.now() - 4_329_000,
  devices: devices(),
  tiles: [tile(3, boris), tile(4, irina, { kind: 'verified' }, true), tile(5, bram, { kind: 'verified' }, true)],
  me: { microphone: true, camera: true, talking: false, loudspeaker: true, sending: 'yes' },
  proven: 'all',
  audience: [alba, borland],
  code: { open: true, round: null, unfinished: [], different: [], standing: null },
  chair: chairs(),
  notices: [],
  node: 'reached',
  host: 'reached',
  ...change,
});

const chairs = (change: Partial<ChairView> = {}): ChairView => ({
  chairs: [
    { delegation: alba, seat: ada, there: true },
    { delegation: borland, seat: boris, there: true },
  ],
  own: 'chair',
  people: [{ seating: 5, seat: bram, named: true }],
  knocks: [],
  done: [],
  ...change,
});

const knocking = (yes: readonly DelegationView[], own: ChairView['own'] = 'chair'): StageView =>
  stage({
    chair: chairs({
      own,
      knocks: [{ knock: 9, seat: eva, yes, waiting: [alba, borland].filter((one) => !yes.includes(one)) }],
    }),
    notices: [notice(1, 'warning', 'knocked', { name: eva.name })],
  });

const code = (change: Partial<CodeView>): StageView =>
  stage({ code: { open: false, round: null, unfinished: [], different: [], standing: null, ...change } });

const standing = (change: Partial<NonNullable<CodeView['standing']>> = {}): NonNullable<CodeView['standing']> => ({
  numbers: [7, 1_291, 2_047, 340, 96],
  uncovered: [],
  same: [],
  own: null,
  ...change,
});

const muted = { microphone: false, camera: true, talking: false, loudspeaker: true, sending: 'yes' } as const;

const notice = (
  id: number,
  tone: Notice['tone'],
  kind: Notice['kind'],
  values: Notice['values'] = { name: 'Viktor Marenko', delegation: 'Borland' },
): Notice => ({ id, tone, kind, values, atMs: Date.now() });

const noPicture = (state: DevicesView['camera']['state']): DevicesView => ({
  ...devices(),
  camera: { id: null, state },
  microphone: { id: null, state: state === 'off' ? 'off' : 'refused' },
  picture: null,
});

/** A sound that the browser does not play before a gesture. */
const withheld = (): MediaStreamTrack | null => {
  let pressed = false;
  addEventListener('click', () => (pressed = true), { capture: true, once: true });
  HTMLMediaElement.prototype.play = () =>
    pressed ? Promise.resolve() : Promise.reject(new DOMException('', 'NotAllowedError'));
  return new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] ?? null;
};

const refused = { code: 'sframe.unauthentic', detail: '' };

/** The views of a seat's page, each by its name. */
export const seatStates: { readonly [name: string]: () => View } = {
  'link checking': () => ({ kind: 'link', able: 'checking', redeeming: false, refusal: null }),
  'link able': () => ({ kind: 'link', able: 'able', redeeming: false, refusal: null }),
  'link refused': () => ({ kind: 'link', able: 'able', redeeming: false, refusal: { code: 'link.used', detail: '' } }),
  'link opening': () => ({ kind: 'link', able: 'able', redeeming: true, refusal: null }),
  unable: () => ({ kind: 'unable', missing: ['encoded-streams', 'ed25519', 'something new'] }),
  'holding preparing': () => holding({ proofs: proofs(4), ready: 'preparing' }),
  'holding take': () => holding(),
  'holding nothing kept': () =>
    holding({
      record: 'nothing',
      planned: {
        fromMs: Date.UTC(2021, 11, 7, 22),
        untilMs: Date.UTC(2021, 11, 8, 5),
        zone: 'America/Argentina/Buenos_Aires',
      },
    }),
  'holding sitting': () => holding({ ready: 'sitting' }),
  'holding refused': () => holding({ refusal: { code: 'admit.seat-taken', detail: '' } }),
  'holding knock': () => holding({ seat: eva, ready: 'knock' }),
  'holding knocking': () => holding({ seat: eva, ready: 'knocking' }),
  'holding denied': () =>
    holding({ seat: eva, ready: 'knock', denied: { by: borland, reason: 'Not in this round; perhaps after lunch.' } }),
  'holding failed': () =>
    holding({
      ready: 'preparing',
      proofs: proofs(4).map((proof) =>
        proof.step === 'sheet' ? { ...proof, state: 'failed', refusal: { code: 'sheet.unsigned', detail: '' } } : proof,
      ),
    }),
  'holding asking': () => holding({ ready: 'preparing', proofs: proofs(1), devices: noPicture('asking') }),
  'holding switched off': () => holding({ ahead: stage({ me: { ...muted, camera: false } }) }),
  'holding busy': () => holding({ devices: noPicture('busy') }),
  'holding drawn': () =>
    holding({
      devices: {
        ...devices(),
        camera: { id: null, state: 'drawn' },
        microphone: { id: null, state: 'off' },
        picture: portrait(120),
        sharedMachine: true,
      },
    }),
  'stage alone': () => stage({ tiles: [], proven: 'none' }),
  'stage two': () => stage({ tiles: [tile(3, boris)] }),
  'stage four': () => stage({ notices: [notice(1, 'quiet', 'sat')] }),
  'stage knocking': () => knocking([]),
  'stage knocking, half answered': () => knocking([alba]),
  'stage knocking, beside the chair': () => knocking([borland], 'none'),
  'stage with somebody let in': () => knocking([alba, borland]),
  'stage without its chair': () =>
    stage({ chair: chairs({ own: 'next', chairs: [{ delegation: alba, seat: bram, there: false }], people: [] }) }),
  'stage about to end': () => stage({ chair: chairs({ done: [borland] }) }),
  'stage about to end, agreed': () => stage({ chair: chairs({ done: [alba] }) }),
  'stage code making': () => code({ round: { kind: 'making', by: irina, missing: [boris] } }),
  'stage code stands': () => code({ standing: standing() }),
  'stage code compared': () =>
    code({ open: true, standing: standing({ own: 'same', same: [ada, boris], uncovered: [irina] }) }),
  'stage code different': () => code({ different: [boris, irina], standing: standing({ own: 'same', same: [ada] }) }),
  'stage code broken': () =>
    code({
      round: { kind: 'broken', suspects: [boris, irina], refusal: { code: 'code.set', detail: '' } },
      unfinished: [irina],
    }),
  'stage muted': () => stage({ me: muted }),
  'stage unseen': () => stage({ me: { ...muted, camera: false, loudspeaker: false } }),
  'stage talking': () => stage({ me: { ...muted, talking: true } }),
  'stage attacked': () =>
    stage({
      tiles: [
        tile(3, boris, { kind: 'refused', refusal: refused }),
        tile(4, irina),
        tile(5, bram, { kind: 'unproven' }, true),
      ],
      proven: 'some',
      notices: [
        notice(1, 'danger', 'attack-refused', { name: 'Viktor Marenko', code: 'sframe.unauthentic' }),
        notice(2, 'warning', 'unknown-device'),
      ],
    }),
  'stage troubled': () =>
    stage({
      tiles: [
        tile(3, boris, { kind: 'still', sinceMs: 4200 }),
        { ...tile(4, irina, { kind: 'line-lost' }), sound: withheld() },
        tile(5, bram, { kind: 'mending' }),
      ],
      proven: 'some',
      host: 'away',
    }),
  'stage without its node': () =>
    stage({ node: 'away', host: 'away', me: { ...muted, microphone: true, sending: 'line' } }),
  'stage paused': () =>
    stage({ me: { ...muted, microphone: true, sending: 'keys' }, notices: [notice(1, 'warning', 'removed')] }),
  'stage eight': () =>
    stage({
      tiles: [
        tile(3, boris, { kind: 'late', byMs: 3100 }),
        tile(4, irina, { kind: 'connecting' }),
        tile(5, bram, { kind: 'camera-off' }),
        tile(6, { ...irina, id: 'b-3', name: 'Pavel Orlov' }, { kind: 'sound-only' }, true),
        tile(7, { ...bram, id: 'a-3', name: 'Elin Åkesson' }, { kind: 'unproven' }),
        tile(8, { ...bram, id: 'a-4', name: 'Jörg Brandstätter' }, { kind: 'refused', refusal: refused }),
        tile(9, { ...irina, id: 'b-4', name: 'Oksana Bilyk' }, { kind: 'still', sinceMs: 1000 }, true),
        tile(10, { ...irina, id: 'b-5', name: 'Yusuf Demir' }),
      ],
      proven: 'some',
    }),
  'holding strange names': () => holding({ title: 'T'.repeat(200), agreed: [ada, ...strange] }),
  'stage strange names': () =>
    stage({
      title: 'T'.repeat(200),
      tiles: strange.map((who, n) => tile(n + 3, who)),
      audience: [alba, borland, corvina],
      notices: [notice(1, 'warning', 'missing-device', { name: strange[0]?.name ?? '', delegation: 'אלבה' })],
    }),
  'stage quiet': () => stage({ tiles: [tile(3, boris, { kind: 'camera-off' }, true)], proven: 'quiet' }),
  'stage three delegations': () =>
    stage({
      tiles: [
        tile(3, boris),
        tile(4, irina),
        tile(5, bram, { kind: 'verified' }, true),
        tile(6, carla),
        tile(7, diego),
      ],
      audience: [alba, borland, corvina],
    }),
  'left closed': () => ({ kind: 'left', why: 'closed' }),
  'left other device': () => ({ kind: 'left', why: 'other-device' }),
  'stage clocks apart': () =>
    stage({ host: 'away', notices: [notice(1, 'warning', 'clocks-apart', { code: 'peer.stale' })] }),
  'left self': () => ({ kind: 'left', why: 'self' }),
  'left removed': () => ({ kind: 'left', why: 'removed' }),
  'left unknown': () => ({ kind: 'left', why: 'unknown' }),
  'left elsewhere': () => ({ kind: 'left', why: 'elsewhere' }),
  'left withdrawn': () => ({ kind: 'left', why: 'withdrawn' }),
  'left open': () => ({ kind: 'left', why: 'open' }),
  'stage without devices': () => stage({ devices: noPicture('off') }),
  'stage nothing': () => stage({ tiles: [tile(3, boris, { kind: 'nothing', sinceMs: 4200 })], proven: 'none' }),
  stopped: () => ({
    kind: 'stopped',
    refusal: { code: 'identity.root-changed', detail: 'Borland: pinned 5f1c 09aa, came with 77e0 41bd' },
  }),
};

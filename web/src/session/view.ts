/**
 * What screens render: one immutable value. `session` makes a new one on every change; screens hold no
 * meeting state of their own and act only through `Actions`.
 */

import type { DevicesView } from '../platform/devices/index.ts';

/** A delegation as it stands in the signed call sheet. */
export type DelegationView = { readonly root: string; readonly name: string; readonly own: boolean };

/** A seat as it was agreed. */
export type SeatView = {
  readonly id: string;
  readonly role: 'principal' | 'adviser' | 'note-taker' | 'interpreter' | 'technician' | 'press';
  readonly name: string;
  readonly function: string;
  readonly delegation: DelegationView;
};

/** An expected "no": `code` chooses the sentence, and is shown small behind it. */
export type RefusalView = { readonly code: string; readonly detail: string };

/** One line of "what is being proven" in the holding screen. */
export type ProofStep = {
  readonly step: 'browser' | 'device-key' | 'node' | 'mandate' | 'sheet' | 'own-sfu' | 'counterpart-sfu';
  readonly state: 'waiting' | 'working' | 'done' | 'failed';
  readonly refusal: RefusalView | null;
};

/** What a tile says of the seat whose name stands on it; only `verified` is proven now. */
export type TileState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'verified' }
  | { readonly kind: 'camera-off' }
  | { readonly kind: 'sound-only' }
  | { readonly kind: 'still'; readonly sinceMs: number }
  /** Nothing of it comes that could be shown. */
  | { readonly kind: 'nothing'; readonly sinceMs: number }
  | { readonly kind: 'late'; readonly byMs: number }
  | { readonly kind: 'unproven' }
  | { readonly kind: 'line-lost' }
  | { readonly kind: 'mending' }
  | { readonly kind: 'refused'; readonly refusal: RefusalView };

/** One seated delegate other than oneself. */
export type TileView = {
  readonly seating: number;
  readonly seat: SeatView;
  readonly state: TileState;
  readonly muted: boolean;
  /** Tracks to show and play: null unless frames on them are proven to be this seat's. */
  readonly picture: MediaStreamTrack | null;
  readonly sound: MediaStreamTrack | null;
};

/** The table's code: read aloud once, it shows that no one sits between. */
export type CodeView = {
  /** Whether one can be made now: not alone, and no second one under the same keys. */
  readonly open: boolean;
  readonly round:
    | { readonly kind: 'making'; readonly by: SeatView | null; readonly missing: readonly SeatView[] }
    /** Who may be to blame: one of them is. */
    | { readonly kind: 'broken'; readonly suspects: readonly SeatView[]; readonly refusal: RefusalView }
    | null;
  /** Who had not given their part when the keys changed in the middle of it. */
  readonly unfinished: readonly SeatView[];
  /** Who found this code or one before different, and has found none the same since. */
  readonly different: readonly SeatView[];
  readonly standing: {
    /** Five numbers, 0 to 2,047: words of a list, or four digits each. */
    readonly numbers: readonly number[];
    /** Who came later, and is not covered by it. */
    readonly uncovered: readonly SeatView[];
    /** Who said that it was the same for them. */
    readonly same: readonly SeatView[];
    /** Our own word. */
    readonly own: 'same' | 'different' | null;
  } | null;
};

/** Who decides for each delegation, who asks to come in, and whether the meeting is to end. */
export type ChairView = {
  /** The delegations of the call sheet with the seat of their chair; `there`: somebody sits in it. */
  readonly chairs: readonly {
    readonly delegation: DelegationView;
    readonly seat: SeatView | null;
    readonly there: boolean;
  }[];
  /** `chair`: one decides for one's delegation. `next`: nobody does now, and one may take the chair. */
  readonly own: 'chair' | 'next' | 'none';
  /** Those of one's own delegation who sit, oneself aside; `named`: in the call sheet, so that they may be the chair. */
  readonly people: readonly { readonly seating: number; readonly seat: SeatView; readonly named: boolean }[];
  readonly knocks: readonly KnockView[];
  /** Delegations whose chair agreed to end the meeting, or whose people have all left. */
  readonly done: readonly DelegationView[];
};

/** Somebody whom the call sheet does not name, and who does not sit: let in where nobody is `waiting`ed for. */
export type KnockView = {
  readonly knock: number;
  readonly seat: SeatView;
  readonly yes: readonly DelegationView[];
  readonly waiting: readonly DelegationView[];
};

/** Something to be told: shown quietly, and said to screen readers. */
export type Notice = {
  readonly id: number;
  readonly tone: 'quiet' | 'warning' | 'danger';
  readonly kind:
    | 'sat'
    | 'sat-elsewhere'
    | 'knocked'
    | 'turned-away'
    | 'presides'
    | 'wants-end'
    | 'goes-on'
    | 'act-refused'
    | 'left'
    | 'removed'
    | 'lost'
    | 'mending'
    | 'mended'
    | 'unknown-device'
    | 'missing-device'
    | 'attack-refused'
    | 'clocks-apart'
    | 'node-away'
    | 'node-back'
    | 'host-away'
    | 'host-back';
  /** Names for the sentence: `name`, `delegation`, `code`. */
  readonly values: { readonly [name: string]: string };
  readonly atMs: number;
};

export type View =
  /** A link was opened and not yet redeemed: redeemed on a click, once the browser was found able. */
  | {
      readonly kind: 'link';
      readonly able: 'checking' | 'able';
      readonly redeeming: boolean;
      /** Why the last click did not open the seat, if it did not. */
      readonly refusal: RefusalView | null;
    }
  /** The browser lacks what Parley needs: `missing` names it (WebCrypto Ed25519, encoded streams …). */
  | { readonly kind: 'unable'; readonly missing: readonly string[] }
  | {
      readonly kind: 'holding';
      readonly title: string;
      /** When it is planned, and the name of the time zone in which it was. */
      readonly planned: { readonly fromMs: number; readonly untilMs: number; readonly zone: string };
      /** What the delegations agreed to keep. */
      readonly record: 'everything' | 'decisions' | 'nothing';
      readonly seat: SeatView;
      readonly agreed: readonly SeatView[];
      readonly proofs: readonly ProofStep[];
      readonly devices: DevicesView;
      /** `take` or `knock`: the button works; `knocking`: the chairs decide; `sitting`: asked, being admitted. */
      readonly ready: 'preparing' | 'take' | 'knock' | 'knocking' | 'sitting';
      /** Why the last try was refused, if it was. */
      readonly refusal: RefusalView | null;
      /** Whose chair said no, and why; null where nobody did. */
      readonly denied: { readonly by: DelegationView; readonly reason: string } | null;
      /** The stage with nobody at it: made ready unseen, so that it stands at once when the seat is taken. */
      readonly ahead: StageView;
    }
  | StageView
  | { readonly kind: 'left'; readonly why: Ending }
  /** Something that must hold does not (a changed root, a second log): everything stopped, loudly. */
  | { readonly kind: 'stopped'; readonly refusal: RefusalView };

/** The table, as one who sits at it sees it. */
export type StageView = {
  readonly kind: 'stage';
  readonly title: string;
  readonly seat: SeatView;
  readonly startedMs: number;
  readonly devices: DevicesView;
  readonly tiles: readonly TileView[];
  readonly me: {
    readonly microphone: boolean;
    readonly camera: boolean;
    /** Held open by the space bar. */
    readonly talking: boolean;
    readonly loudspeaker: boolean;
    /** `keys`: new keys are awaited after a removal; `line`: one's own SFU is not reached. Nothing is sent then. */
    readonly sending: 'yes' | 'keys' | 'line';
  };
  /** Whether all remote frames now playing are proven; `quiet`: everybody says to send nothing. */
  readonly proven: 'all' | 'some' | 'none' | 'quiet';
  readonly audience: readonly DelegationView[];
  readonly code: CodeView;
  readonly chair: ChairView;
  readonly notices: readonly Notice[];
  /** One's own node, over which everything but sound and picture goes. */
  readonly node: 'reached' | 'away';
  /** The host's node, as one's own node knows it. */
  readonly host: 'reached' | 'away';
};

/** What a person can do; each is a no-op where it makes no sense. */
export type Actions = {
  redeem(): void;
  chooseCamera(id: string | 'drawn' | null): void;
  chooseMicrophone(id: string | null): void;
  chooseSpeaker(id: string): void;
  testSpeaker(): void;
  /** `over`: from another device of the same person, which loses it. */
  takeSeat(over?: boolean): void;
  /** Asks to come in, where the call sheet does not name one. */
  knock(): void;
  /** Lets somebody in who knocks, or turns them away: for one's delegation. */
  allow(knock: number): void;
  deny(knock: number, reason: string): void;
  /** Hands the chair on, takes it, puts one of one's own delegation out. */
  hand(seating: number): void;
  preside(): void;
  remove(seating: number, reason: string): void;
  /** Agrees to end the meeting for everybody, or takes that back. */
  close(agreed: boolean): void;
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  setLoudspeaker(on: boolean): void;
  /** Space bar: true while held. */
  talk(held: boolean): void;
  /** Takes the seat from the other window that holds it. */
  takeHere(): void;
  /** Asks the table to make its code. */
  makeCode(): void;
  /** Says to all whether the code that was read aloud is the one shown here. */
  compareCode(same: boolean): void;
  leave(): void;
};

/** The session as screens see it (fits React's useSyncExternalStore). */
export type Session = {
  readonly view: () => View;
  readonly subscribe: (changed: () => void) => () => void;
  /**
   * Microphone level 0..1, and a tile's, read each animation frame: too quick for the view. `measured`: whether the
   * browser measures sound by now; it does not before a person did something on the page.
   */
  readonly levels: { microphone(): number; seating(n: number): number; measured(): boolean };
  readonly actions: Actions;
};

/** Why somebody no longer sits, or cannot. */
export type Ending = 'self' | 'removed' | 'elsewhere' | 'other-device' | 'open' | 'unknown' | 'withdrawn' | 'closed';

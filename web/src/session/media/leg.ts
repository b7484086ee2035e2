import type { RemoteTrackPublication, Room } from 'livekit-client';
import { markedFor } from '../../platform/rtc/delegation-mark.ts';
import { SecondGuard } from '../../platform/rtc/second-guard.ts';
import { theDecoys } from './decoy.ts';
import type { LegFacts, Present } from './facts.ts';
import type { OwnTracks } from './own-tracks.ts';
import { Publication } from './publication.ts';
import { waitBefore } from './retry.ts';

/** What a leg needs to know. */
export type LegOptions = {
  /** Hex of the root of the delegation whose SFU this is. */
  readonly delegation: string;
  /** Where its signalling is: a path of our own node, as ws(s) URL. */
  readonly url: string;
  /** True for our own SFU: the only one where we publish. */
  readonly publishes: boolean;
  /** A token for SFUs that are reached without a node in between; our own node takes none and adds its own. */
  readonly token?: () => Promise<string>;
  readonly rtcConfiguration?: RTCConfiguration;
  /** How media reaches this SFU over our relay; asked for each connection anew. */
  readonly relay?: () => RTCConfiguration;
};

export type LegEvent =
  | { readonly kind: 'state'; readonly facts: LegFacts }
  | { readonly kind: 'mending'; readonly why: string }
  | { readonly kind: 'mended'; readonly tookMs: number };

/** How long signalling, and the whole of a connection, may take before another try is the better way. */
const SIGNALLING_MS = 5_000;
const CONNECTION_MS = 10_000;

const NO_TOKEN = 'the-node-adds-its-own';

/** livekit-client waits as long as a timer can before it repairs a Room by itself: the Room is replaced before. */
const NEVER_MS = 2 ** 31 - 1;

/** A Room and what we publish there. */
type Standing = { readonly room: Room; readonly publication: Publication | null };

/**
 * The connection to one delegation's SFU, for as long as the session lasts. It never lets livekit-client repair
 * anything: at the first sign of trouble a new Room is made, under a new transport name, again and again until it
 * stands. (Repair by livekit-client takes longer and left pictures dead; findings/media-spike.) Where signalling was
 * lost, because a node on the way is gone, picture and sound go on over the Room before until then.
 */
export class Leg {
  readonly options: LegOptions;
  readonly #tracks: OwnTracks;
  readonly #tell: (event: LegEvent) => void;
  #state: LegFacts['state'] = 'idle';
  #room: Room | null = null;
  #publication: Publication | null = null;
  /** The Room whose signalling is lost. */
  #held: Standing | null = null;
  /** Counts Rooms: whatever an older one still says is not heard. */
  #turn = 0;
  #seated = false;
  /** The SFU says nothing of what we send. */
  #deaf = false;
  #troubleSince: number | null = null;

  constructor(options: LegOptions, tracks: OwnTracks, tell: (event: LegEvent) => void) {
    this.options = options;
    this.#tracks = tracks;
    this.#tell = tell;
  }

  facts(): LegFacts {
    const ready = this.#state === 'ready' ? this.#room : null;
    const cut = this.#held?.publication?.isCut() === true || (this.#deaf && this.#state === 'ready');
    return {
      delegation: this.options.delegation,
      state: cut ? 'mending' : this.#state,
      name: (ready ?? this.#held?.room)?.localParticipant.identity ?? null,
      present: ready === null ? [] : [...ready.remoteParticipants.values()].map(presentOf),
    };
  }

  /** Connects and stays connected. Nothing is published, nothing subscribed. */
  open(): void {
    if (this.#state !== 'idle') return;
    this.#become('connecting');
    void this.#connect(++this.#turn, 0);
  }

  /** Publishes what is ours (where we publish) and subscribes to everything, now and after every new connection. */
  takeSeat(): void {
    if (this.#seated) return;
    this.#seated = true;
    if (this.#state === 'ready' && this.#room !== null) this.#participate(this.#room);
  }

  /** Whether the SFU answers to what we send. */
  hears(answers: boolean): void {
    if (this.#deaf === !answers) return;
    this.#deaf = !answers;
    this.#become(this.#state);
  }

  /** Makes our next picture a key frame. */
  keyFrame(): void {
    (this.#publication ?? this.#held?.publication)?.keyFrame();
  }

  /** Drops the Room and makes a new one. */
  renew(why: string): void {
    if (this.#state === 'closed' || this.#state === 'idle') return;
    this.#drop();
    this.#mend(why);
    void this.#connect(++this.#turn, 0);
  }

  /** Asks the SFU anew for the track that comes out of a receiver; false when it is none of ours. */
  resubscribe(track: MediaStreamTrack): boolean {
    for (const participant of this.#room?.remoteParticipants.values() ?? []) {
      for (const publication of participant.trackPublications.values()) {
        if (publication.track?.mediaStreamTrack !== track) continue;
        subscribeAnew(publication);
        return true;
      }
    }
    return false;
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#turn++;
    this.#drop();
    this.#become('closed');
  }

  async #connect(turn: number, failed: number): Promise<void> {
    const { LogLevel, Room, RoomEvent, setLogLevel } = await import('livekit-client');
    if (turn !== this.#turn) return;
    setLogLevel(LogLevel.error);
    const room = new Room({
      encryption: { e2eeManager: new SecondGuard() },
      adaptiveStream: false,
      // Where we only receive, the SFU makes the offers: half a round trip and a good deal of SDP less on the way to the
      // first picture (measured: tracks stand after 40 instead of 114 ms).
      singlePeerConnection: this.options.publishes,
      dynacast: false,
      stopLocalTrackOnUnpublish: false,
      reconnectPolicy: {
        nextRetryDelayInMs: () => {
          // A Room that does not stand yet is ended: livekit-client would go on waiting for its connection.
          if (!this.#hold(room)) void room.disconnect(false);
          return NEVER_MS;
        },
      },
    });
    this.#room = room;
    const current = () => turn === this.#turn;
    const trouble = (why: string) => () => {
      if (this.#held?.room === room) this.#letGo(why);
      else if (current() && this.#state === 'ready') this.renew(why);
    };
    room.on(RoomEvent.SignalReconnecting, trouble('signalling lost'));
    room.on(RoomEvent.Reconnecting, trouble('connection lost'));
    room.on(RoomEvent.Disconnected, trouble('disconnected'));
    for (const event of [RoomEvent.ParticipantConnected, RoomEvent.ParticipantDisconnected] as const) {
      room.on(event, () => current() && this.#become(this.#state));
    }
    room.on(RoomEvent.TrackUnpublished, () => current() && this.#become(this.#state));
    room.on(RoomEvent.TrackPublished, (publication) => {
      if (!current()) return;
      if (this.#seated && this.#held === null) publication.setSubscribed(true);
      this.#become(this.#state);
    });
    // Not livekit-client's own limit: what waits inside it would go on for ever after that.
    const late = setTimeout(() => void room.disconnect(false), CONNECTION_MS);
    try {
      await room.localParticipant.setE2EEEnabled(true);
      const token = (await this.options.token?.()) ?? NO_TOKEN;
      await room.connect(this.options.url, token, {
        // Not beside the Room before: of frames that came twice, either decoder would get a half.
        autoSubscribe: this.#seated && this.#held === null,
        maxRetries: 0,
        websocketTimeout: SIGNALLING_MS,
        peerConnectionTimeout: NEVER_MS,
        rtcConfig: markedFor(this.options.delegation, {
          iceServers: [],
          ...this.options.rtcConfiguration,
          ...this.options.relay?.(),
        }),
      });
    } catch {
      void room.disconnect(false);
      if (!current()) return;
      setTimeout(() => current() && void this.#connect(turn, failed + 1), waitBefore(failed + 1));
      return;
    } finally {
      clearTimeout(late);
    }
    if (!current()) {
      void room.disconnect(false);
      return;
    }
    this.#dropHeld();
    this.#become('ready');
    // Made while there is time: making them when the seat is taken would hold up the first picture.
    if (this.options.publishes) theDecoys();
    if (this.#seated) this.#participate(room);
    if (this.#troubleSince !== null) {
      this.#tell({ kind: 'mended', tookMs: performance.now() - this.#troubleSince });
      this.#troubleSince = null;
    }
  }

  #participate(room: Room): void {
    for (const participant of room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) publication.setSubscribed(true);
    }
    if (!this.options.publishes) return;
    const publication = new Publication(room, this.#tracks);
    this.#publication = publication;
    void publication.begin(room).then((failed) => {
      if (failed !== null && this.#room === room) this.renew(failed);
    });
  }

  /** Keeps what flows over a Room that livekit-client would repair, and makes a new one; false where there is nothing. */
  #hold(room: Room): boolean {
    if (this.#held?.room === room) return true;
    if (this.#state !== 'ready' || this.#room !== room) return false;
    this.#held = { room, publication: this.#publication };
    this.#room = null;
    this.#publication = null;
    this.#become('held');
    void this.#connect(++this.#turn, 0);
    return true;
  }

  /** What was held has ended before a new Room stood. */
  #letGo(why: string): void {
    this.#dropHeld();
    this.#mend(why);
  }

  #mend(why: string): void {
    this.#troubleSince ??= performance.now();
    this.#tell({ kind: 'mending', why });
    this.#become('mending');
  }

  #dropHeld(): void {
    if (this.#held !== null) drop(this.#held);
    this.#held = null;
  }

  #drop(): void {
    this.#dropHeld();
    if (this.#room !== null) drop({ room: this.#room, publication: this.#publication });
    this.#publication = null;
    this.#room = null;
  }

  #become(state: LegFacts['state']): void {
    this.#state = state;
    this.#tell({ kind: 'state', facts: this.facts() });
  }
}

function presentOf(participant: { identity: string; trackPublications: Map<string, { kind: string }> }): Present {
  const kinds = new Set([...participant.trackPublications.values()].map((publication) => publication.kind));
  return { name: participant.identity, audio: kinds.has('audio'), video: kinds.has('video') };
}

function subscribeAnew(publication: RemoteTrackPublication): void {
  publication.setSubscribed(false);
  publication.setSubscribed(true);
}

function drop({ room, publication }: Standing): void {
  publication?.end();
  void room.disconnect(false);
}

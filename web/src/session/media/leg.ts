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
};

export type LegEvent =
  | { readonly kind: 'state'; readonly facts: LegFacts }
  | { readonly kind: 'mending'; readonly why: string }
  | { readonly kind: 'mended'; readonly tookMs: number };

/** How long signalling, and then the connection, may take before another try is the better way. */
const SIGNALLING_MS = 5_000;
const CONNECTION_MS = 10_000;

const NO_TOKEN = 'the-node-adds-its-own';

/**
 * The connection to one delegation's SFU, for as long as the session lasts. It never lets livekit-client repair
 * anything: at the first sign of trouble the Room is dropped and a new one is made, under a new transport name, again
 * and again until it stands. (Repair by livekit-client takes longer and left pictures dead; findings/media-spike.)
 */
export class Leg {
  readonly options: LegOptions;
  readonly #tracks: OwnTracks;
  readonly #tell: (event: LegEvent) => void;
  #state: LegFacts['state'] = 'idle';
  #room: Room | null = null;
  #publication: Publication | null = null;
  /** Counts Rooms: whatever an older one still says is not heard. */
  #turn = 0;
  #seated = false;
  #troubleSince: number | null = null;

  constructor(options: LegOptions, tracks: OwnTracks, tell: (event: LegEvent) => void) {
    this.options = options;
    this.#tracks = tracks;
    this.#tell = tell;
  }

  facts(): LegFacts {
    const ready = this.#state === 'ready' ? this.#room : null;
    return {
      delegation: this.options.delegation,
      state: this.#state,
      name: ready?.localParticipant.identity ?? null,
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

  /** Makes our next picture a key frame. */
  keyFrame(): void {
    this.#publication?.keyFrame();
  }

  /** Drops the Room and makes a new one. */
  renew(why: string): void {
    if (this.#state === 'closed' || this.#state === 'idle') return;
    this.#troubleSince ??= performance.now();
    this.#tell({ kind: 'mending', why });
    this.#drop();
    this.#become('mending');
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
      reconnectPolicy: { nextRetryDelayInMs: () => null },
    });
    this.#room = room;
    const current = () => turn === this.#turn;
    const trouble = (why: string) => () => {
      if (current() && this.#state === 'ready') this.renew(why);
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
      if (this.#seated) publication.setSubscribed(true);
      this.#become(this.#state);
    });
    try {
      await room.localParticipant.setE2EEEnabled(true);
      const token = (await this.options.token?.()) ?? NO_TOKEN;
      await room.connect(this.options.url, token, {
        autoSubscribe: this.#seated,
        maxRetries: 0,
        websocketTimeout: SIGNALLING_MS,
        peerConnectionTimeout: CONNECTION_MS,
        rtcConfig: markedFor(this.options.delegation, { iceServers: [], ...this.options.rtcConfiguration }),
      });
    } catch {
      void room.disconnect(false);
      if (!current()) return;
      setTimeout(() => current() && void this.#connect(turn, failed + 1), waitBefore(failed + 1));
      return;
    }
    if (!current()) {
      void room.disconnect(false);
      return;
    }
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

  #drop(): void {
    this.#publication?.end();
    this.#publication = null;
    const room = this.#room;
    this.#room = null;
    void room?.disconnect(false);
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

import type { Room } from 'livekit-client';
import { theDecoys } from './decoy.ts';
import { requestKeyFrame } from './key-frame.ts';
import type { Media, OwnTracks } from './own-tracks.ts';
import { pictureCodec, pictureOptions, soundOptions } from './publish-options.ts';

const REACHED: ReadonlySet<RTCIceTransportState> = new Set(['connected', 'completed']);

/**
 * Our tracks in one Room. livekit-client publishes decoys; as soon as it has made a sender, and before that sender is
 * negotiated, our own track is put on it, and afterwards whatever `OwnTracks` says.
 */
export class Publication {
  readonly #tracks: OwnTracks;
  readonly #senders = new Map<Media, RTCRtpSender>();
  readonly #unfollow: () => void;
  #ended = false;

  constructor(room: Room, tracks: OwnTracks) {
    this.#tracks = tracks;
    this.#unfollow = tracks.follow((media) => this.#put(media));
    room.localParticipant.on('localSenderCreated', (sender: RTCRtpSender, track) => {
      const media = track.kind === 'audio' ? 'audio' : 'video';
      this.#senders.set(media, sender);
      this.#put(media);
      // livekit-client would spend a moment that matters on finding out that a decoy is silent.
      if (media === 'audio') Object.assign(track, { checkForSilence: async () => false });
    });
  }

  /**
   * Publishes one track of each kind.
   *
   * @returns why it failed (a new Room is the way on), or null
   */
  async begin(room: Room): Promise<string | null> {
    const decoys = theDecoys();
    const codecs = RTCRtpSender.getCapabilities('video')?.codecs.map((codec) => codec.mimeType) ?? [];
    const { Track } = await import('livekit-client');
    try {
      await Promise.all([
        room.localParticipant.publishTrack(decoys.audio, { ...soundOptions, source: Track.Source.Microphone }),
        room.localParticipant.publishTrack(decoys.video, {
          ...pictureOptions(pictureCodec(codecs)),
          source: Track.Source.Camera,
        }),
      ]);
      return null;
    } catch (cause) {
      if (this.#ended) return null;
      return cause instanceof Error ? cause.message : 'publishing failed';
    }
  }

  /** Lets the senders go. */
  end(): void {
    this.#ended = true;
    this.#unfollow();
    this.#senders.clear();
  }

  /** Asks our encoder for a key frame: whoever joined has no key to the frames before. */
  keyFrame(): void {
    const sender = this.#senders.get('video');
    if (sender !== undefined && sender.track !== null) void requestKeyFrame(sender);
  }

  /** Whether nothing of ours reaches the SFU: its address does not answer any more. */
  isCut(): boolean {
    return [...this.#senders.values()].some(({ transport }) => !REACHED.has(transport?.iceTransport.state ?? 'closed'));
  }

  #put(media: Media): void {
    const sender = this.#senders.get(media);
    if (sender === undefined) return;
    const track = this.#tracks.current(media);
    if (sender.track === track) return;
    // A sender whose connection was closed meanwhile refuses; its Room is being replaced then.
    sender.replaceTrack(track).then(
      () => (media === 'video' && track !== null ? requestKeyFrame(sender) : undefined),
      () => {},
    );
  }
}

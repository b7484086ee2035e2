import type { Room } from 'livekit-client';
import { theDecoys } from './decoy.ts';
import type { Media, OwnTracks } from './own-tracks.ts';
import { pictureCodec, pictureOptions, soundOptions } from './publish-options.ts';

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

  #put(media: Media): void {
    // A sender whose connection was closed meanwhile refuses; its Room is being replaced then.
    void this.#senders
      .get(media)
      ?.replaceTrack(this.#tracks.current(media))
      .catch(() => {});
  }
}

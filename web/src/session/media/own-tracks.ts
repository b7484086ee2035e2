export type Media = 'audio' | 'video';

/**
 * The tracks that this device sends, chosen by the person; whoever publishes them follows every change. They lie shut
 * until they are opened: nothing is encoded that could not be sealed, and the first frame after opening is a key frame.
 */
export class OwnTracks {
  readonly #tracks = new Map<Media, MediaStreamTrack>();
  readonly #followers = new Set<(media: Media) => void>();
  #open = false;

  /** The track to be sent now, or null for none. */
  current(media: Media): MediaStreamTrack | null {
    return this.#open ? (this.#tracks.get(media) ?? null) : null;
  }

  /** Sends this track from now on, or nothing. The track stays the caller's: it is never stopped nor switched here. */
  set(media: Media, track: MediaStreamTrack | null): void {
    if (track === null) this.#tracks.delete(media);
    else this.#tracks.set(media, track);
    this.#tell(media);
  }

  /** Opens (or shuts) the way from the tracks to their senders. */
  open(on: boolean): void {
    if (this.#open === on) return;
    this.#open = on;
    this.#tell('audio');
    this.#tell('video');
  }

  follow(follower: (media: Media) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #tell(media: Media): void {
    for (const follower of this.#followers) follower(media);
  }
}

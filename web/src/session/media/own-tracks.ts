export type Media = 'audio' | 'video';

/** The tracks that this device sends, chosen by the person; whoever publishes them follows every change. */
export class OwnTracks {
  readonly #tracks = new Map<Media, MediaStreamTrack>();
  readonly #followers = new Set<(media: Media) => void>();

  current(media: Media): MediaStreamTrack | null {
    return this.#tracks.get(media) ?? null;
  }

  /** Sends this track from now on, or nothing. The track stays the caller's: it is never stopped nor switched here. */
  set(media: Media, track: MediaStreamTrack | null): void {
    if (track === null) this.#tracks.delete(media);
    else this.#tracks.set(media, track);
    for (const follower of this.#followers) follower(media);
  }

  follow(follower: (media: Media) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

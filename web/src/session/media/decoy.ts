/**
 * Tracks that livekit-client is given in place of ours. It takes liberties with tracks that it publishes: switches
 * them on (`enabled = true`) whatever a person chose, mutes them when they end, stops them when publishing fails. So it
 * gets silent and empty ones, and our own go straight to the senders that it makes for them.
 */
export type Decoys = { readonly audio: MediaStreamTrack; readonly video: MediaStreamTrack };

/** The picture that livekit-client computes its encodings for. */
const WIDTH = 1280;
const HEIGHT = 720;

let decoys: Decoys | null = null;

/** One decoy of each kind, made when first needed, and again after livekit-client stopped one. */
export function theDecoys(): Decoys {
  const alive = decoys !== null && decoys.audio.readyState === 'live' && decoys.video.readyState === 'live';
  if (decoys === null || !alive) decoys = { audio: silence(), video: emptiness() };
  return decoys;
}

function silence(): MediaStreamTrack {
  const context = new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  // Nobody hears it: it need not run, and what runs costs a thread.
  void context.suspend();
  if (track === undefined) throw new Error('a stream was made without its track');
  return track;
}

function emptiness(): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.getContext('2d');
  const [track] = canvas.captureStream(0).getVideoTracks();
  if (track === undefined) throw new Error('a stream was made without its track');
  // An empty canvas track tells no size until its first frame, and livekit-client waits a second for one.
  track.getSettings = () => ({ width: WIDTH, height: HEIGHT, frameRate: 30 });
  return track;
}

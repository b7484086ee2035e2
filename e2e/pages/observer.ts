import { Room, RoomEvent } from 'livekit-client';
import { Refusal } from '../../protocol/src/bytes/index.ts';
import { readHeader } from '../../protocol/src/frames/header.ts';
import { splitKid } from '../../protocol/src/frames/kid.ts';

/** What a plain livekit-client got, frame by frame. */
export type Observed = {
  readonly audio: number;
  readonly video: number;
  /** Frames without an SFrame header, or whose key ID names no leaf and epoch of the test. */
  readonly bare: number;
  /** Frames whose counter had been seen under the same key ID. */
  readonly repeated: number;
  readonly framesDecoded: number;
};

export type Observer = {
  join(url: string, token: string, leaves: readonly number[], epoch: number): Promise<void>;
  observed(): Promise<Observed>;
};

type Frame = { readonly data: ArrayBuffer };
type Ends = { createEncodedStreams(): { readonly readable: ReadableStream<Frame>; readonly writable: WritableStream } };

const counts = { audio: 0, video: 0, bare: 0, repeated: 0 };
const seen = new Map<number, Set<number>>();
const connections: RTCPeerConnection[] = [];
let known: { readonly leaves: readonly number[]; readonly epoch: number } = { leaves: [], epoch: 0 };

/** Looks at every frame on its way to the decoder, and changes nothing. */
class Watched extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(watchable(configuration));
    connections.push(this);
    this.addEventListener('track', ({ receiver }) => watch(receiver));
  }
  override setConfiguration(configuration?: RTCConfiguration): void {
    super.setConfiguration(watchable(configuration));
  }
}

function watchable(configuration: RTCConfiguration | undefined): RTCConfiguration {
  const flag = { encodedInsertableStreams: true };
  return { ...configuration, ...flag };
}
Object.assign(globalThis, { RTCPeerConnection: Watched });

const watched = new WeakSet<RTCRtpReceiver>();
function watch(receiver: RTCRtpReceiver): void {
  if (watched.has(receiver)) return;
  watched.add(receiver);
  const { readable, writable } = (receiver as unknown as Ends).createEncodedStreams();
  const kind = receiver.track.kind === 'audio' ? 'audio' : 'video';
  void readable
    .pipeThrough(
      new TransformStream<Frame, Frame>({
        transform(frame, controller) {
          look(kind, new Uint8Array(frame.data));
          controller.enqueue(frame);
        },
      }),
    )
    .pipeTo(writable)
    .catch(() => {});
}

function look(kind: 'audio' | 'video', frame: Uint8Array): void {
  counts[kind]++;
  // VP9 leaves its first byte clear, Opus nothing.
  const header = readHeader(frame, kind === 'video' ? 1 : 0);
  const kid = header instanceof Refusal ? undefined : splitKid(header.kid);
  if (header instanceof Refusal || !kid || !known.leaves.includes(kid.leaf) || kid.epoch !== known.epoch) {
    counts.bare++;
    return;
  }
  const counters = seen.get(header.kid) ?? new Set();
  seen.set(header.kid, counters);
  if (counters.has(header.counter)) counts.repeated++;
  counters.add(header.counter);
}

const observer: Observer = {
  async join(url, token, leaves, epoch) {
    known = { leaves, epoch };
    const room = new Room({ adaptiveStream: false });
    room.on(RoomEvent.TrackSubscribed, (track) => {
      document.body.append(track.attach());
    });
    await room.connect(url, token);
  },
  async observed() {
    let framesDecoded = 0;
    for (const connection of connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp') framesDecoded += Number(report.framesDecoded ?? 0);
      }
    }
    return { ...counts, framesDecoded };
  },
};
Object.assign(window, { observer });

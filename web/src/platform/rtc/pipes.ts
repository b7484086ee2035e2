import type { FrameWorker } from './frame-worker.ts';
import { quietHeaders } from './quiet-headers.ts';

/**
 * One way for encoded frames between a connection and the frame worker. It is bound to no person: livekit-client
 * reuses receivers for other participants, so whose frames a pipe carries is said by the worker, from key
 * identifiers and the roster, and by nothing that an SFU signals.
 */
export type Pipe = {
  readonly number: number;
  readonly direction: 'send' | 'receive';
  readonly media: 'audio' | 'video';
  /** Hex of the root whose SFU the connection goes to. */
  readonly delegation: string;
  readonly connection: RTCPeerConnection;
  readonly transceiver: RTCRtpTransceiver;
};

/** What Chromium gives for a sender or receiver of a connection with `encodedInsertableStreams`. */
type EncodedStreams = { readonly readable: ReadableStream; readonly writable: WritableStream };
type Encoded = { createEncodedStreams(): EncodedStreams };

const canEncode = (end: object): end is Encoded => 'createEncodedStreams' in end;

/** All pipes of this page. One per sender and receiver, from the moment that either exists until its connection closes. */
export class Pipes {
  readonly #worker: FrameWorker;
  readonly #byEnd = new Map<RTCRtpSender | RTCRtpReceiver, Pipe>();
  #next = 1;

  constructor(worker: FrameWorker) {
    this.#worker = worker;
  }

  /**
   * Gives every sender and receiver of a connection its pipe, if it has none. Synchronous on purpose: nothing can
   * flow between the making of a sender and its pipe.
   *
   * @throws whatever the browser throws; the caller closes the connection then
   */
  attachAll(connection: RTCPeerConnection, delegation: string): void {
    for (const transceiver of connection.getTransceivers()) {
      if (!this.#byEnd.has(transceiver.sender)) quietHeaders(transceiver);
      this.#attach(transceiver.sender, { direction: 'send', delegation, connection, transceiver });
      this.#attach(transceiver.receiver, { direction: 'receive', delegation, connection, transceiver });
    }
  }

  #attach(
    end: RTCRtpSender | RTCRtpReceiver,
    of: Pick<Pipe, 'direction' | 'delegation' | 'connection' | 'transceiver'>,
  ): void {
    if (this.#byEnd.has(end)) return;
    if (!canEncode(end)) throw new Error('this browser gives no encoded streams');
    // A transceiver's kind shows on its receiver's track, which is there from the beginning and never changes.
    const media = of.transceiver.receiver.track.kind === 'audio' ? 'audio' : 'video';
    const pipe: Pipe = { ...of, number: this.#next++, media };
    const { readable, writable } = end.createEncodedStreams();
    this.#byEnd.set(end, pipe);
    const attach = { kind: 'attach', pipe: pipe.number, media, readable, writable } as const;
    this.#worker.postMessage(
      of.direction === 'send'
        ? { ...attach, direction: 'send' }
        : { ...attach, direction: 'receive', delegation: of.delegation },
      [readable, writable],
    );
  }

  /** Forgets the pipes of a closed connection, here and in the worker. */
  detachAll(connection: RTCPeerConnection): void {
    for (const [end, pipe] of this.#byEnd) {
      if (pipe.connection !== connection) continue;
      this.#byEnd.delete(end);
      this.#worker.postMessage({ kind: 'detach', pipe: pipe.number });
    }
  }

  all(): readonly Pipe[] {
    return [...this.#byEnd.values()];
  }

  numbered(number: number): Pipe | null {
    return this.all().find((pipe) => pipe.number === number) ?? null;
  }

  /** The pipe whose frames come out of this received track, or null. */
  ofTrack(track: MediaStreamTrack): Pipe | null {
    return this.all().find((pipe) => pipe.direction === 'receive' && pipe.transceiver.receiver.track === track) ?? null;
  }
}

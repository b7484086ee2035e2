import { type Bytes, decode, encode, Refusal, type Signer, sign } from '@parley/protocol/bytes';
import { type DeviceToNode, MESSAGE_LIMIT, type NodeToDevice, nodeToDevice } from '@parley/protocol/wire';
import type { Place } from './place.ts';

/** The device socket: one connection to one's own node, made again whenever it breaks. */
export type Socket = {
  /** Says something to the node; false when there is no connection now. */
  readonly say: (word: DeviceToNode) => boolean;
  /** Connects anew, to be told the whole log again. */
  readonly again: () => void;
  readonly close: () => void;
};

type Hears = {
  readonly said: (word: NodeToDevice) => void;
  /** The node says what cannot be read. */
  readonly refused: (refusal: Refusal) => void;
  /** The node closed with a reason of its own. */
  readonly closed: (refusal: Refusal) => void;
  /** The node answers, or has not answered for `AWAY_MS`. */
  readonly line: (node: 'reached' | 'away') => void;
};

/** Close code of a page that lets go of its seat for good (NODE11). */
const LET_GO = 3001;
/** Close codes of the node (NODE7). */
const REFUSED = 4000;
const REPLACED = 4001;

/** Reasons after which trying again is of no use: this browser does not hold the seat. */
const UNKNOWN: ReadonlySet<string> = new Set(['door.unknown-device', 'door.other-device']);

const AGAIN_FIRST = 100;
const AGAIN_MOST = 2_000;
/** How often the node is asked whether it is there, and how long it may take to say so, in ms. */
const BEAT_EACH = 2_000;
const BEAT_WITHIN = 3_000;
/** A connection that is away for less than this, in ms, is nobody's trouble. */
const AWAY_MS = 1_500;

/** Opens the device socket and proves the device key to every challenge, bound to this origin and seat. */
export const openSocket = (place: Place, device: Signer, hears: Hears): Socket => {
  let socket: WebSocket;
  let again = AGAIN_FIRST;
  let closed = false;
  let missing: ReturnType<typeof setTimeout> | undefined;
  /** When the question was asked after which no word has come yet; null: none is open. */
  let asked: number | null = null;
  /** The node says nothing over a connection that stands. */
  let hangs = false;

  const prove = async (challenge: Extract<NodeToDevice, { kind: 'challenge' }>): Promise<DeviceToNode> => {
    const { meeting, nonce } = challenge;
    const proof = encode({ origin: place.origin, meeting, seat: place.seat, nonce });
    return { kind: 'prove', device: device.publicKey, sig: await sign(device, 'device-proof', proof) };
  };

  const hear = async (on: WebSocket, bytes: Bytes) => {
    asked = null;
    if (hangs) hears.line('reached');
    hangs = false;
    const word = decode(nodeToDevice, bytes, MESSAGE_LIMIT);
    if (word instanceof Refusal) return hears.refused(word);
    if (word.kind === 'beat') return;
    if (word.kind !== 'challenge') {
      if (word.kind === 'agreed') {
        again = AGAIN_FIRST;
        clearTimeout(missing);
        missing = undefined;
        hears.line('reached');
      }
      return hears.said(word);
    }
    const proof = await prove(word);
    if (on.readyState === WebSocket.OPEN) on.send(encode(proof));
  };

  // A node that hangs keeps its connection open: no other sign of it comes.
  const beat = () => {
    if (socket.readyState !== WebSocket.OPEN || missing !== undefined) return;
    if (asked === null) {
      asked = performance.now();
      socket.send(encode({ kind: 'beat' }));
    } else if (!hangs && performance.now() - asked > BEAT_WITHIN) {
      hangs = true;
      hears.line('away');
    }
  };
  const connect = () => {
    asked = null;
    hangs = false;
    const opened = new WebSocket(place.socketUrl);
    socket = opened;
    opened.binaryType = 'arraybuffer';
    opened.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) void hear(opened, new Uint8Array(event.data));
    };
    opened.onclose = (event) => {
      if (closed) return;
      if (UNKNOWN.has(event.reason)) closed = true;
      if (event.code === REFUSED || event.code === REPLACED) hears.closed(new Refusal(event.reason.slice(0, 64)));
      if (closed || event.code === REPLACED) return;
      missing ??= setTimeout(() => hears.line('away'), AWAY_MS);
      setTimeout(connect, again);
      again = Math.min(again * 2, AGAIN_MOST);
    };
  };
  connect();
  const beating = setInterval(beat, BEAT_EACH);

  return {
    say: (word) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(encode(word));
      return true;
    },
    again: () => socket.close(),
    close: () => {
      closed = true;
      clearTimeout(missing);
      clearInterval(beating);
      socket.close(LET_GO);
    },
  };
};

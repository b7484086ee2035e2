import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RelayAccess } from '@parley/protocol/wire';
import { type RelayPlace, relayPlace } from './relay.ts';

/** What came of asking a relay for an allocation. */
export type Probed =
  | { readonly kind: 'allocated' }
  /** It answers, and refuses what this node gives its devices: an error code of STUN. */
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'silent'; readonly why: string };

const COOKIE = 0x2112a442;
const ALLOCATE = 0x0003;
const ALLOCATED = 0x0103;
const REFRESH = 0x0004;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;
const UDP = Buffer.from([17, 0, 0, 0]);
const HEADER = 20;
const MOST_TRIES = 4;
const AGAIN_MS = 500;

type Attributes = readonly (readonly [number, Buffer])[];

const attribute = (kind: number, value: Buffer): Buffer => {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(kind, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
};

/** A STUN request (RFC 8489 §5), with MESSAGE-INTEGRITY (§14.5) under a key, or without. */
const request = (method: number, attributes: Attributes, key: Buffer | null): Buffer => {
  const body = Buffer.concat(attributes.map(([kind, value]) => attribute(kind, value)));
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(method, 0);
  header.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  header.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(header, 8);
  const message = Buffer.concat([header, body]);
  if (!key) return message;
  return Buffer.concat([message, attribute(ATTRIBUTE.integrity, createHmac('sha1', key).update(message).digest())]);
};

type Answer = { readonly type: number; readonly attributes: ReadonlyMap<number, Buffer> };

/** Reads an answer to a request; null for anything else. */
const read = (bytes: Buffer, asked: Buffer): Answer | null => {
  if (bytes.length < HEADER || !bytes.subarray(4, HEADER).equals(asked.subarray(4, HEADER))) return null;
  const attributes = new Map<number, Buffer>();
  const end = Math.min(bytes.length, HEADER + bytes.readUInt16BE(2));
  for (let at = HEADER; at + 4 <= end; ) {
    const length = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, Math.min(end, at + 4 + length)));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { type: bytes.readUInt16BE(0), attributes };
};

/** Whether MESSAGE-INTEGRITY of an answer is made with a key (RFC 8489 §14.5). */
const isBy = (bytes: Buffer, key: Buffer): boolean => {
  for (let at = HEADER; at + 24 <= bytes.length; at += 4 + Math.ceil(bytes.readUInt16BE(at + 2) / 4) * 4) {
    if (bytes.readUInt16BE(at) !== ATTRIBUTE.integrity || bytes.readUInt16BE(at + 2) !== 20) continue;
    const message = Buffer.from(bytes.subarray(0, at));
    message.writeUInt16BE(at - HEADER + 24, 2);
    return createHmac('sha1', key)
      .update(message)
      .digest()
      .equals(bytes.subarray(at + 4, at + 24));
  }
  return false;
};

/** A way to a relay: what is sent there, and what comes from there, one message at a time. */
type Way = { readonly send: (bytes: Buffer) => void; readonly close: () => void };

const wayTo = ({ host, port, over }: RelayPlace, heard: (bytes: Buffer) => void, broke: (why: string) => void): Way => {
  if (over === 'udp') {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', heard);
    socket.on('error', ({ message }) => broke(message));
    let open = true;
    return {
      send: (bytes) => open && socket.send(bytes, port, host, () => {}),
      close: () => {
        if (open) socket.close();
        open = false;
      },
    };
  }
  // A name is asked for by SNI, an address is not (RFC 6066 §3).
  const named = isIP(host) === 0 ? { servername: host } : {};
  const socket = over === 'tls' ? connectTls({ host, port, ...named }) : connectTcp({ host, port });
  let kept = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    kept = Buffer.concat([kept, part]).subarray(0, 4_096);
    if (kept.length >= HEADER && kept.length >= HEADER + kept.readUInt16BE(2)) {
      heard(kept);
      kept = Buffer.alloc(0);
    }
  });
  socket.on('error', ({ message }) => broke(message));
  return { send: (bytes) => socket.write(bytes), close: () => socket.destroy() };
};

const errorIn = ({ attributes }: Answer): number => {
  const value = attributes.get(ATTRIBUTE.error);
  return value && value.length >= 4 ? (value[2] ?? 0) * 100 + (value[3] ?? 0) : 0;
};

/**
 * Asks a relay for an allocation (RFC 8656 §7), as a device would with this access, and gives it back.
 * @param url `turn:` or `turns:`
 * @param withinMs how long all of it may take
 */
export const probeRelay = (url: string, access: RelayAccess, withinMs: number): Promise<Probed> =>
  new Promise((resolve) => {
    const place = relayPlace(url);
    if (!place) return resolve({ kind: 'silent', why: 'no address of a relay' });
    let asked = request(ALLOCATE, [[ATTRIBUTE.transport, UDP]], null);
    let tries = 0;
    let ended = false;
    const end = (probed: Probed) => {
      if (ended) return;
      ended = true;
      clearInterval(again);
      clearTimeout(late);
      way.close();
      resolve(probed);
    };
    const heard = (bytes: Buffer) => {
      const answer = ended ? null : read(bytes, asked);
      if (!answer) return;
      const [realm, nonce] = [answer.attributes.get(ATTRIBUTE.realm), answer.attributes.get(ATTRIBUTE.nonce)];
      const code = errorIn(answer);
      // The first answer is "who are you" with a nonce. Where that question was sent twice, the second has made the
      // nonce old by the time it is used (438), and brings a newer one.
      if (realm && nonce && ((code === 401 && tries === 0) || (code === 438 && tries < MOST_TRIES))) {
        tries += 1;
        proven = createHash('md5').update(`${access.username}:${realm}:${access.credential}`).digest();
        const proof: Attributes = [
          [ATTRIBUTE.username, Buffer.from(access.username)],
          [ATTRIBUTE.realm, realm],
          [ATTRIBUTE.nonce, nonce],
        ];
        const key = proven;
        asked = request(ALLOCATE, [[ATTRIBUTE.transport, UDP], ...proof], key);
        giveBack = () => way.send(request(REFRESH, [[ATTRIBUTE.lifetime, Buffer.alloc(4)], ...proof], key));
        return way.send(asked);
      }
      if (code !== 0) return end({ kind: 'refused', code });
      // Only who knows the secret can say so (RFC 8489 §9.2.4).
      if (answer.type !== ALLOCATED || !proven || !isBy(bytes, proven)) return;
      giveBack();
      setImmediate(() => end({ kind: 'allocated' }));
    };
    let proven: Buffer | null = null;
    let giveBack = () => {};
    const way = wayTo(place, heard, (why) => end({ kind: 'silent', why }));
    const again = setInterval(() => place.over === 'udp' && way.send(asked), AGAIN_MS);
    const late = setTimeout(() => end({ kind: 'silent', why: 'no answer' }), withinMs);
    way.send(asked);
  });

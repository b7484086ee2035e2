import { createHmac, randomBytes } from 'node:crypto';
import { Refusal } from '@parley/protocol/bytes';
import type { RelayAccess } from '@parley/protocol/wire';
import { readBytes } from '../files.ts';

/** One's own relay (TURN, RFC 8656), over which devices reach counterparts' SFUs. */
export type Relay = {
  readonly urls: readonly string[];
  /** The secret that the relay shares with this node. */
  readonly secret: string;
};

/** How long a device may begin to use what it was given, in ms. */
const ACCESS_MS = 900_000;
const LONGEST_SECRET = 1_024;

/**
 * Reads the secret of a configured relay. Refuses `relay.secret`: the file is not there, is empty, too long, or holds
 * more than one line.
 */
export const readRelay = (configured: {
  readonly urls: readonly string[];
  readonly secret: string;
}): Relay | Refusal => {
  const bytes = readBytes(configured.secret, LONGEST_SECRET + 2);
  if (bytes instanceof Refusal && bytes.code === 'file.unreadable')
    return new Refusal('relay.secret', `${configured.secret} cannot be read`);
  const secret = bytes instanceof Refusal ? '' : Buffer.from(bytes).toString().trimEnd();
  if (secret === '' || secret.length > LONGEST_SECRET || /[\r\n]/.test(secret))
    return new Refusal('relay.secret', `${configured.secret} holds no secret on one line`);
  return { urls: configured.urls, secret };
};

/**
 * Access for one device for a quarter of an hour (draft-uberti-behave-turn-rest-00 §2.2): the relay reads the end in the
 * name, and knows the password by the secret. The name says nothing of whose it is.
 */
export const relayAccess = ({ urls, secret }: Relay, now: number): RelayAccess => {
  const until = now + ACCESS_MS;
  const username = `${Math.floor(until / 1_000)}:${randomBytes(8).toString('hex')}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { urls: [...urls], username, credential, until };
};

/** How often a device gets a new access, in ms: well before the one before ends. */
export const RENEW_MS = 300_000;

const URL_OF_RELAY =
  /^turns?:(?<host>\[[0-9a-fA-F:]+\]|[a-zA-Z0-9.-]+)(?::(?<port>\d{1,5}))?(?:\?transport=(?<transport>udp|tcp))?$/;

/** Where a relay listens, as its URL says it (RFC 7065). */
export type RelayPlace = {
  readonly host: string;
  readonly port: number;
  readonly over: 'udp' | 'tcp' | 'tls';
};

/** Reads the URL of a relay; null where it is none, or asks for what browsers do not speak (TURN over DTLS). */
export const relayPlace = (url: string): RelayPlace | null => {
  const found = URL_OF_RELAY.exec(url)?.groups;
  if (!found) return null;
  const secure = url.startsWith('turns:');
  const over = secure ? 'tls' : found.transport === 'tcp' ? 'tcp' : 'udp';
  if (secure && found.transport === 'udp') return null;
  const port = found.port === undefined ? (secure ? 5_349 : 3_478) : Number(found.port);
  const host = (found.host ?? '').replace(/^\[|\]$/g, '');
  return port >= 1 && port <= 65_535 ? { host, port, over } : null;
};

import { isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { type Bytes, decode, encode, equal, Refusal, text } from '@parley/protocol/bytes';
import { fingerprint, type RootKeys, rootKeys } from '@parley/protocol/identity';
import type { TlsFiles } from '../doors/tls.ts';
import { builtPages } from '../pages.ts';
import { relayPlace } from '../relay/relay.ts';
import { readFile } from './file.ts';
import { isOrigin, isPeerOrigin } from './origin.ts';

/** An address that a door listens on, and the origin by which others name it. */
export type DoorConfig = { readonly origin: string; readonly address: string; readonly port: number };

/** A delegation whose root is pinned here. */
export type CounterpartConfig = {
  readonly name: string;
  readonly root: Bytes;
  readonly keys: RootKeys;
  /** Origin of its peer door. */
  readonly peer: string;
};

/** Everything that a node is told; all of it stands in one file. Paths are absolute. */
export type NodeConfig = {
  readonly name: string;
  /** Folder of store and SFU. */
  readonly folder: string;
  /** Folder of the issuing key. */
  readonly identity: string;
  readonly seats: DoorConfig;
  readonly peer: DoorConfig;
  /** Where it shows what it counts of itself, or nowhere. */
  readonly metrics: { readonly address: string; readonly port: number } | null;
  /** Folder of the built pages. */
  readonly web: string;
  /** Whether plain HTTP is spoken: on loopback, for a rehearsal. */
  readonly plain: boolean;
  /** What both doors speak TLS with; null only where `plain` is allowed, or something in front speaks it. */
  readonly tls: TlsFiles | null;
  /** Private address ranges in which counterparts may be, in CIDR. */
  readonly privateRanges: readonly string[];
  readonly counterparts: readonly CounterpartConfig[];
  /** Files of signed call sheets. */
  readonly sheets: readonly string[];
  readonly sfu: {
    readonly address: string;
    readonly port: number | null;
    readonly mediaPort: number | null;
    /** Signalling address in place of the SFU's own (a proxy between), or null. */
    readonly url: string | null;
    /** Path of livekit-server, or null: found or fetched. */
    readonly binary: string | null;
    /** Whether the SFU lives on after an orderly end of the node. */
    readonly keep: boolean;
  };
  /** One's own relay: its URLs, and the file of the secret that it shares with this node. */
  readonly relay: { readonly urls: readonly string[]; readonly secret: string } | null;
  /** A device is lost after its socket has been gone for so long: unexpectedly, or closed by its page. In ms. */
  readonly lostAfter: { readonly gone: number; readonly closed: number };
};

const originFault = (origin: string, plain: boolean): string | null => {
  if (!isOrigin(origin)) return `is no origin (scheme, host, port if it is not the usual one, nothing else): ${origin}`;
  return isPeerOrigin(origin, plain) ? null : `is not https: ${origin}`;
};

const rootOf = (base64: string): RootKeys | Refusal => decode(rootKeys, new Uint8Array(Buffer.from(base64, 'base64')));

const isRange = (range: string): boolean => {
  const [network = '', prefix = '', more] = range.split('/');
  const version = isIP(network);
  return (
    version !== 0 && more === undefined && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
  );
};

/** Reads a configuration; refuses `config.wrong`, which says in words what is wrong, with the setting and its line. */
export const readConfig = (path: string): NodeConfig | Refusal => {
  const read = readFile(path);
  if (read instanceof Refusal) return read;
  const { value, wrong } = read;
  const at = (one: string): string => resolve(dirname(path), one);
  if (decode(text(120), encode(value.name)) instanceof Refusal)
    return wrong(['name'], 'holds characters that are not seen, or that turn the direction of writing');
  for (const door of ['seats', 'peer'] as const) {
    const fault = originFault(value[door].origin, value.plain);
    if (fault) return wrong([door, 'origin'], fault);
  }
  const range = value.privateRanges.findIndex((one) => !isRange(one));
  if (range >= 0) return wrong(['privateRanges', range], 'is no range of addresses, such as 10.0.0.0/8');
  const relayUrl = value.relay?.urls.findIndex((one) => relayPlace(one) === null) ?? -1;
  if (relayUrl >= 0)
    return wrong(['relay', 'urls', relayUrl], 'is no address of a relay, such as turn:relay.alba.example:3478');
  const counterparts: CounterpartConfig[] = [];
  for (const [n, { name, root, peer }] of value.counterparts.entries()) {
    const keys = rootOf(root);
    if (keys instanceof Refusal) return wrong(['counterparts', n, 'root'], 'is no root');
    const fault = originFault(peer, value.plain);
    if (fault) return wrong(['counterparts', n, 'peer'], fault);
    const pinned = fingerprint(keys);
    if (counterparts.some((other) => equal(other.root, pinned))) return wrong(['counterparts', n], 'is pinned twice');
    counterparts.push({ name, root: pinned, keys, peer });
  }
  const folder = at(value.folder);
  return {
    name: value.name,
    folder,
    identity: value.identity === undefined ? join(folder, 'identity') : at(value.identity),
    seats: value.seats,
    peer: value.peer,
    metrics: value.metrics,
    web: value.web === undefined ? builtPages : at(value.web),
    plain: value.plain,
    tls: value.tls && { certificate: at(value.tls.certificate), key: at(value.tls.key) },
    privateRanges: value.privateRanges,
    counterparts,
    sheets: value.sheets.map(at),
    sfu: { ...value.sfu, binary: value.sfu.binary && at(value.sfu.binary) },
    relay: value.relay && { urls: value.relay.urls, secret: at(value.relay.secret) },
    lostAfter: value.lostAfter,
  };
};

/** The file in which a node's store lies. */
export const databaseOf = (config: Pick<NodeConfig, 'folder'>): string => join(config.folder, 'node.sqlite');

/** The same as JSON, for `readConfig`. */
export const writeConfig = (config: NodeConfig): string =>
  JSON.stringify(
    {
      ...config,
      counterparts: config.counterparts.map(({ name, keys, peer }) => ({
        name,
        peer,
        root: Buffer.from(encode(keys)).toString('base64'),
      })),
    },
    null,
    2,
  );

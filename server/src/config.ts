import { readFileSync } from 'node:fs';
import { type Bytes, decode, encode, Refusal, toHex } from '@parley/protocol/bytes';
import { fingerprint, type RootKeys, rootKeys } from '@parley/protocol/identity';
import type { TlsFiles } from './doors/tls.ts';

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

/** Everything that a node is told; all of it stands in one JSON file. */
export type NodeConfig = {
  readonly name: string;
  /** Folder of identity, store and SFU. */
  readonly folder: string;
  readonly seats: DoorConfig;
  readonly peer: DoorConfig;
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
  /** A device is lost after its socket has been gone for so long: unexpectedly, or closed by its page. In ms. */
  readonly lostAfter: { readonly gone: number; readonly closed: number };
};

class Wrong extends Error {}

type Reader = {
  readonly text: (name: string) => string;
  readonly textOrNull: (name: string) => string | null;
  readonly port: (name: string) => number;
  readonly portOrNull: (name: string) => number | null;
  readonly flag: (name: string) => boolean;
  readonly isNull: (name: string) => boolean;
  readonly inner: (name: string) => Reader;
  readonly list: (name: string) => readonly unknown[];
};

const reader = (value: unknown, path: string): Reader => {
  if (typeof value !== 'object' || value === null) throw new Wrong(`${path} is missing`);
  const get = (name: string): unknown => Reflect.get(value, name);
  const text = (name: string): string => {
    const found = get(name);
    if (typeof found !== 'string' || found === '') throw new Wrong(`${path}.${name} is no text`);
    return found;
  };
  const port = (name: string): number => {
    const found = get(name);
    if (typeof found !== 'number' || !Number.isInteger(found) || found < 1 || found > 65_535)
      throw new Wrong(`${path}.${name} is no port`);
    return found;
  };
  return {
    text,
    port,
    isNull: (name) => get(name) === null,
    textOrNull: (name) => (get(name) === null ? null : text(name)),
    portOrNull: (name) => (get(name) === null ? null : port(name)),
    flag: (name) => {
      const found = get(name);
      if (typeof found !== 'boolean') throw new Wrong(`${path}.${name} is neither true nor false`);
      return found;
    },
    inner: (name) => reader(get(name), `${path}.${name}`),
    list: (name) => {
      const found = get(name);
      if (!Array.isArray(found)) throw new Wrong(`${path}.${name} is no list`);
      return found;
    },
  };
};

const texts = (values: readonly unknown[], path: string): readonly string[] =>
  values.map((value) => {
    if (typeof value !== 'string') throw new Wrong(`${path} holds something else than texts`);
    return value;
  });

const origin = (text: string, plain: boolean): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.origin !== text) throw new Wrong(`${text} is no origin (scheme, host, port, nothing else)`);
  if (url.protocol !== 'https:' && !(plain && url.protocol === 'http:')) throw new Wrong(`${text} is not https`);
  return text;
};

const door = (from: Reader, plain: boolean): DoorConfig => ({
  origin: origin(from.text('origin'), plain),
  address: from.text('address'),
  port: from.port('port'),
});

const counterpart = (value: unknown, plain: boolean): CounterpartConfig => {
  const from = reader(value, 'counterparts[]');
  const keys = decode(rootKeys, new Uint8Array(Buffer.from(from.text('root'), 'base64')));
  if (keys instanceof Refusal) throw new Wrong('counterparts[].root is no root');
  const root = fingerprint(keys);
  return { name: from.text('name'), root, keys, peer: origin(from.text('peer'), plain) };
};

/** Reads a configuration; the refusal `config.wrong` says in words what is wrong with it. */
export const readConfig = (path: string): NodeConfig | Refusal => {
  try {
    return parseConfig(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return new Refusal('config.wrong', `${path}: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
};

const tlsFiles = (from: Reader): TlsFiles | null => {
  if (from.isNull('tls')) return null;
  const files = from.inner('tls');
  return { certificate: files.text('certificate'), key: files.text('key') };
};

const parseConfig = (value: unknown): NodeConfig => {
  const from = reader(value, 'config');
  const plain = from.flag('plain');
  const sfu = from.inner('sfu');
  const lost = from.list('lostAfter');
  const [gone, closed] = lost;
  if (typeof gone !== 'number' || typeof closed !== 'number') throw new Wrong('config.lostAfter is no pair of ms');
  const counterparts = from.list('counterparts').map((one) => counterpart(one, plain));
  if (new Set(counterparts.map((one) => toHex(one.root))).size !== counterparts.length)
    throw new Wrong('a root stands twice among the counterparts');
  return {
    name: from.text('name'),
    folder: from.text('folder'),
    seats: door(from.inner('seats'), plain),
    peer: door(from.inner('peer'), plain),
    web: from.text('web'),
    plain,
    tls: tlsFiles(from),
    privateRanges: texts(from.list('privateRanges'), 'config.privateRanges'),
    counterparts,
    sheets: texts(from.list('sheets'), 'config.sheets'),
    sfu: {
      address: sfu.text('address'),
      port: sfu.portOrNull('port'),
      mediaPort: sfu.portOrNull('mediaPort'),
      url: sfu.textOrNull('url'),
      binary: sfu.textOrNull('binary'),
      keep: sfu.flag('keep'),
    },
    lostAfter: { gone, closed },
  };
};

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
      lostAfter: [config.lostAfter.gone, config.lostAfter.closed],
    },
    null,
    2,
  );

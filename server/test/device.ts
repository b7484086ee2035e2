import { generateKeyPairSync } from 'node:crypto';
import { type Bytes, decode, encode, equal, Refusal, type Signer, sign, toHex } from '@parley/protocol/bytes';
import { fingerprint, type MandateChain, mandateHash } from '@parley/protocol/identity';
import { preparePackage } from '@parley/protocol/keys';
import {
  type Action,
  append,
  type Ledger,
  openEntry,
  openLedger,
  type Passing,
  type Sheet,
  signAct,
  signMessage,
  take,
  verifyCountersignature,
  verifyEntry,
  verifySheet,
} from '@parley/protocol/log';
import { type DeviceToNode, MESSAGE_LIMIT, type NodeToDevice, nodeToDevice } from '@parley/protocol/wire';
import { WebSocket } from 'ws';
import { signerOf } from '../src/identity/keys.ts';

type Word<K extends NodeToDevice['kind']> = Extract<NodeToDevice, { readonly kind: K }>;

/** A device of tests: speaks with its node as a page would, without keys of a circle and without media. */
export type Device = {
  readonly seat: string;
  readonly signer: Signer;
  /** Everything that the node has said, in order. */
  readonly heard: NodeToDevice[];
  /** Resolves with the first word that fits, said already or still to come. */
  readonly hears: <K extends NodeToDevice['kind']>(kind: K, fits?: (word: Word<K>) => boolean) => Promise<Word<K>>;
  /** Resolves when the ledger is as wanted. */
  readonly until: (fits: (ledger: Ledger) => boolean) => Promise<Ledger>;
  readonly say: (word: DeviceToNode) => void;
  readonly raw: WebSocket;
  readonly act: (action: Action, blobs?: readonly Bytes[]) => Promise<Bytes>;
  /** Knocks, and awaits nothing. */
  readonly knock: () => Promise<Bytes>;
  /** Asks to sit, and awaits nothing. */
  readonly ask: () => Promise<{ readonly keyPackage: Bytes; readonly frameKey: Bytes }>;
  readonly sit: () => Promise<{ readonly seating: number; readonly keyPackage: Bytes }>;
  readonly pass: (seating: number, n: number, passing: Passing) => Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
};

/** Names under .localhost are unknown to the system; browsers know them. */
export const loopback = {
  lookup: (_host: string, options: { all?: boolean }, done: (...answer: unknown[]) => void) =>
    options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
} as const;

export const freshSigner = (): Signer => signerOf(generateKeyPairSync('ed25519').privateKey);

/** Where a link leads: origin, seat, secret. */
export const readLink = (link: string) => {
  const url = new URL(link);
  const secret = new URLSearchParams(url.hash.slice(1)).get('link') ?? '';
  const seat = decodeURIComponent(url.pathname.split('/')[2] ?? '');
  return { origin: url.origin, port: url.port, seat, secret: new Uint8Array(Buffer.from(secret, 'base64url')) };
};

/** Redeems a link, as a page does on a click. */
export const redeem = async (
  link: string,
  signer: Signer,
  change: { readonly origin?: string; readonly sig?: Bytes; readonly seat?: string } = {},
): Promise<{ readonly status: number; readonly code: string | null; readonly cookie: string }> => {
  const { origin, port, seat, secret } = readLink(link);
  const proof = encode({ origin, seat, secret });
  const sig = change.sig ?? (await sign(signer, 'link', proof));
  const response = await fetch(`http://127.0.0.1:${port}/seat/${change.seat ?? seat}/redeem`, {
    method: 'POST',
    headers: { 'content-type': 'application/cbor', origin: change.origin ?? origin },
    body: encode({ secret, device: signer.publicKey, sig }),
  });
  const text = await response.text();
  const code = text ? String(JSON.parse(text).code) : null;
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { status: response.status, code, cookie };
};

/** Opens a WebSocket as the page of a seat would. */
export const openSocket = (origin: string, path: string, headers: { readonly [name: string]: string }): WebSocket =>
  new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers: { origin, ...headers }, ...loopback });

/** Redeems a link and opens the device socket, proven. `prove` false: the challenge stays unanswered. */
export const openDevice = async (link: string, known?: { readonly signer: Signer; readonly cookie: string }) => {
  const signer = known?.signer ?? freshSigner();
  const cookie = known?.cookie ?? (await redeem(link, signer)).cookie;
  const { origin, seat } = readLink(link);
  const device = speak(openSocket(origin, `/seat/${seat}/socket`, { cookie }), origin, seat, signer);
  await device.hears('host');
  return { ...device, cookie };
};

/** Answers the challenge and follows the log. */
export const speak = (raw: WebSocket, origin: string, seat: string, signer: Signer): Device => {
  const heard: NodeToDevice[] = [];
  const waiting = new Set<() => void>();
  let chain: MandateChain | null = null;
  let sheet: Sheet | null = null;
  let ledger: Ledger | null = null;
  let n = Date.now();

  const must = <T>(value: T | Refusal): T => {
    if (value instanceof Refusal) throw new Error(`${value.code}: ${value.detail}`);
    return value;
  };
  const held = <T>(value: T | null): T => {
    if (value === null) throw new Error('not agreed yet');
    return value;
  };
  const takeEntry = async (bytes: Bytes) => {
    const entry = must(openEntry(bytes));
    const now = held(ledger);
    if (entry.seq <= now.state.head.seq) return;
    ledger = must(append(now, must(await verifyEntry(now.state, entry))));
  };
  const takeWord = async (bytes: Bytes) => {
    ledger = must(take(held(ledger), must(await verifyCountersignature(held(sheet), bytes))));
  };
  const learn = async (word: NodeToDevice) => {
    if (word.kind === 'challenge') {
      const proof = encode({ origin, meeting: word.meeting, seat, nonce: word.nonce });
      const sig = await sign(signer, 'device-proof', proof);
      raw.send(encode({ kind: 'prove', device: signer.publicKey, sig }));
    }
    if (word.kind === 'agreed') {
      chain = word.chain;
      const pins = new Map(word.roots.map((keys) => [toHex(fingerprint(keys)), keys]));
      sheet = must(await verifySheet(pins, word.sheet));
      ledger = openLedger(sheet);
    }
    if (word.kind === 'log' || word.kind === 'entry') {
      for (const bytes of word.kind === 'log' ? word.entries : [word.entry]) await takeEntry(bytes);
      for (const bytes of word.countersignatures) await takeWord(bytes);
    }
    if (word.kind === 'countersigned') await takeWord(word.countersignature);
  };
  let last: Promise<void> = Promise.resolve();
  raw.on('error', () => raw.terminate()); // a node that is away: its closing says so
  raw.on('message', (data: Buffer) => {
    last = last.then(async () => {
      const word = must(decode(nodeToDevice, new Uint8Array(data), MESSAGE_LIMIT));
      await learn(word);
      heard.push(word);
      for (const look of waiting) look();
    });
  });
  const when = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });

  const device: Device = {
    seat,
    signer,
    heard,
    raw,
    hears: <K extends NodeToDevice['kind']>(kind: K, fits: (word: Word<K>) => boolean = () => true) =>
      when(() => heard.find((word): word is Word<K> => word.kind === kind && fits(word as Word<K>))),
    until: (fits) => when(() => (ledger && fits(ledger) ? ledger : undefined)),
    say: (word) => raw.send(encode(word)),
    act: async (action, blobs = []) => {
      const { state } = held(ledger);
      n += 1;
      const act = await signAct(signer, {
        meeting: held(sheet).meeting,
        by: { kind: 'device', mandate: mandateHash(held(chain).mandate) },
        n,
        saw: state.head,
        action,
      });
      device.say({ kind: 'submit', act, blobs });
      return act;
    },
    knock: () => device.act({ kind: 'knock', chain: held(chain) }),
    ask: async () => {
      const mandate = mandateHash(held(chain).mandate);
      const { from, until } = held(sheet);
      const { keyPackage, hash: name } = await preparePackage({ mandate, signer, from, until });
      const frameKey = freshSigner().publicKey;
      await device.act({ kind: 'sit', chain: held(chain), keyPackage: name, frameKey, takesOver: false }, [keyPackage]);
      return { keyPackage, frameKey };
    },
    sit: async () => {
      const { keyPackage, frameKey } = await device.ask();
      const seated = (now: Ledger) => [...now.settled.seatings.values()].find((one) => equal(one.frameKey, frameKey));
      const now = await device.until((one) => seated(one) !== undefined);
      return { seating: seated(now)?.id ?? 0, keyPackage };
    },
    pass: async (seating, number, passing) => {
      const message = await signMessage(signer, { meeting: held(sheet).meeting, seating, n: number, passing });
      device.say({ kind: 'pass', message });
    },
    closed: new Promise((resolve) => {
      raw.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    }),
  };
  return device;
};

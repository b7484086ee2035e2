import { once } from 'node:events';
import { type Bytes, decode, encode, Refusal, type Signer, sign } from '@parley/protocol/bytes';
import { type MandateChain, mandateHash } from '@parley/protocol/identity';
import { type Action, type Head, signAct } from '@parley/protocol/log';
import { testKey } from '@parley/protocol/testing';
import { type DeviceToNode, MESSAGE_LIMIT, type NodeToDevice, nodeToDevice } from '@parley/protocol/wire';
import { WebSocket } from 'ws';

type Word<K extends NodeToDevice['kind']> = Extract<NodeToDevice, { readonly kind: K }>;

/** A device without a browser, at a node's real doors: it says what it likes and keeps all that it hears. */
export type Device = {
  readonly signer: Signer;
  readonly chain: MandateChain;
  readonly mandate: Bytes;
  readonly heard: readonly NodeToDevice[];
  /** The first word of a kind that fits, heard already or still to come. */
  readonly hears: <K extends NodeToDevice['kind']>(kind: K, fits?: (word: Word<K>) => boolean) => Promise<Word<K>>;
  readonly say: (word: DeviceToNode) => void;
  /** Signs an act and hands it in; resolves to the act's bytes. */
  readonly act: (action: Action, saw: Head, blobs?: readonly Bytes[]) => Promise<Bytes>;
  readonly close: () => void;
};

let names = 0;
let numbers = Date.now();

/** A device key that nobody had before. */
export const freshKey = (): Promise<Signer> => testKey(`attack ${process.pid} ${Date.now()} ${++names}`);

/** Signs an act under a mandate, with a number that rises. */
export const signDeviceAct = (
  signer: Signer,
  statement: { readonly meeting: Bytes; readonly mandate: Bytes; readonly saw: Head; readonly action: Action },
): Promise<Bytes> => {
  const { meeting, mandate, saw, action } = statement;
  numbers += 1;
  return signAct(signer, {
    meeting,
    by: { kind: 'device', mandate },
    n: numbers,
    saw: { seq: saw.seq, head: saw.head },
    action,
  });
};

/** Redeems a one-time link and proves the device at the socket, as a browser would. */
export const openDevice = async (link: string): Promise<Device> => {
  const url = new URL(link);
  const { origin, port } = url;
  const seat = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
  const secret = new Uint8Array(Buffer.from(new URLSearchParams(url.hash.slice(1)).get('link') ?? '', 'base64url'));
  const signer = await freshKey();
  const redeemed = await fetch(`http://127.0.0.1:${port}${url.pathname}/redeem`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/cbor' },
    body: encode({
      secret,
      device: signer.publicKey,
      sig: await sign(signer, 'link', encode({ origin, seat, secret })),
    }),
  });
  const cookie = redeemed.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`the link was refused: ${await redeemed.text()}`);
  const socket = new WebSocket(`ws://127.0.0.1:${port}${url.pathname}/socket`, { origin, headers: { cookie } });
  const heard: NodeToDevice[] = [];
  const waiting = new Set<(word: NodeToDevice) => void>();
  const say = (word: DeviceToNode) => socket.send(encode(word));
  socket.on('message', async (data: Buffer) => {
    const word = decode(nodeToDevice, new Uint8Array(data), MESSAGE_LIMIT);
    if (word instanceof Refusal) throw new Error(`${word.code}: ${word.detail}`);
    if (word.kind === 'challenge') {
      const proof = encode({ origin, meeting: word.meeting, seat, nonce: word.nonce });
      say({ kind: 'prove', device: signer.publicKey, sig: await sign(signer, 'device-proof', proof) });
    }
    heard.push(word);
    for (const one of waiting) one(word);
  });
  await once(socket, 'open');
  const hears = <K extends NodeToDevice['kind']>(kind: K, fits: (word: Word<K>) => boolean = () => true) =>
    new Promise<Word<K>>((resolve) => {
      const is = (word: NodeToDevice): word is Word<K> => word.kind === kind && fits(word as Word<K>); // by its kind
      const known = heard.find(is);
      if (known) return resolve(known);
      const look = (word: NodeToDevice) => {
        if (!is(word)) return;
        waiting.delete(look);
        resolve(word);
      };
      waiting.add(look);
    });
  const { chain, sheet } = await hears('agreed');
  const mandate = mandateHash(chain.mandate);
  const meeting = (await hears('challenge')).meeting;
  if (sheet.length === 0) throw new Error('nothing was agreed');
  return {
    signer,
    chain,
    mandate,
    heard,
    hears,
    say,
    act: async (action, saw, blobs = []) => {
      const act = await signDeviceAct(signer, { meeting, mandate, saw, action });
      say({ kind: 'submit', act, blobs });
      return act;
    },
    close: () => socket.close(),
  };
};

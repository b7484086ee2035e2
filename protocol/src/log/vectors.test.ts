import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bytesUpTo,
  type Codec,
  decode,
  encode,
  equal,
  fromHex,
  hash,
  type Plain,
  type Purpose,
  Refusal,
  record,
  text,
  toHex,
  uint,
  verify,
} from '../bytes/index.ts';
import { fingerprint, mandateHash, type Pins, type RootKeys, rootKeys, verifyMandate } from '../identity/index.ts';
import { codeOf, enter, granted } from '../testing/index.ts';
import { allVectors, type Json, stateJson } from '../testing/vectors/index.ts';
import { openLedger, proveEquivocation, readPlan, verifyLog } from './index.ts';

const folder = join(import.meta.dirname, '../../vectors');
const read = (file: string): Json => JSON.parse(readFileSync(join(folder, file), 'utf8'));

// Vectors are read as what they are said to be; whatever else would fail the tests below.
type Text = { readonly [key: string]: string };
type Rows = readonly Text[];
const bytes = read('bytes.json') as {
  encodings: readonly { value: Json; hex: string }[];
  refused: Rows;
  hashes: Rows;
  signatures: readonly (Text & { stands: boolean })[];
} & Json;
const identity = read('identity.json') as {
  root: string;
  fingerprint: string;
  meeting: string;
  mandateHash: string;
  cases: readonly (Text & { time: number })[];
} & Json;
const sheet = read('sheet.json') as { plans: Rows } & Json;
const log = read('log.json') as {
  roots: readonly string[];
  sheet: string;
  entries: readonly string[];
  countersignatures: readonly string[];
  states: readonly Json[];
  settled: number;
  next: Rows;
  equivocation: readonly [string, string];
} & Json;

const hex = (row: Text, name: string) => fromHex(row[name] ?? '-');
const pinsOf = (roots: readonly string[]): Pins =>
  new Map(
    roots.map((root): [string, RootKeys] => {
      const keys = granted(decode(rootKeys, fromHex(root)));
      return [toHex(fingerprint(keys)), keys];
    }),
  );

test('[BYTES4] the vectors are what the code makes, byte for byte', async () => {
  for (const [file, made] of Object.entries(await allVectors()))
    expect(JSON.parse(JSON.stringify(made)), file).toEqual(read(file));
});

const shapes: { readonly [shape: string]: Codec<unknown> } = {
  uint: uint(),
  'text(8)': text(8),
  'bytes(8)': bytesUpTo(8),
  '{a: uint, b: uint}': record({ a: uint(), b: uint() }),
};

test('[BYTES2] vectors of bytes that are refused', () => {
  for (const row of bytes.refused) {
    const shape = shapes[row.shape ?? ''];
    if (!shape) throw new Error(`no shape ${row.shape}`);
    expect(codeOf(decode(shape, hex(row, 'hex'))), row.what).toBe(row.code);
  }
});

test('[BYTES1, BYTES6, BYTES7] vectors of bytes', async () => {
  const plain = (value: Json): Plain => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(plain);
    if ('bytes' in value) return fromHex(String(value.bytes));
    return 'map' in value ? (value.map as Plain) : null; // the vectors' maps hold numbers
  };
  for (const { value, hex: encoded } of bytes.encodings) expect(toHex(encode(plain(value)))).toBe(encoded);
  // JSON names purposes by text; one that is none would hash otherwise.
  for (const row of bytes.hashes) expect(toHex(hash(row.purpose as Purpose, hex(row, 'message')))).toBe(row.hash);
  for (const row of bytes.signatures) {
    const stands = await verify(hex(row, 'key'), row.purpose as Purpose, hex(row, 'message'), hex(row, 'sig'));
    expect(stands, row.what).toBe(row.stands);
  }
});

test('[IDENT1, IDENT6] vectors of identity', async () => {
  const pins = pinsOf([identity.root]);
  expect(pins.has(identity.fingerprint)).toBe(true);
  for (const row of identity.cases) {
    const chain = { certificate: hex(row, 'certificate'), mandate: hex(row, 'mandate') };
    const judged = await verifyMandate(pins, chain, fromHex(identity.meeting), row.time);
    expect(codeOf(judged), row.what).toBe(row.code);
    if (row.what === 'valid') expect(toHex(mandateHash(chain.mandate))).toBe(identity.mandateHash);
  }
});

test('[SHEET1, SHEET2] vectors of call sheets’ bodies', () => {
  for (const row of sheet.plans) expect(codeOf(readPlan(hex(row, 'body'))), row.what).toBe(row.code);
});

test('[LOG4, LOG7, LOG10, LOG11] vectors of a log: every state, what is settled, what is refused then, an equivocation', async () => {
  const pins = pinsOf(log.roots);
  const record = {
    sheet: fromHex(log.sheet),
    entries: log.entries.map(fromHex),
    countersignatures: log.countersignatures.map(fromHex),
  };
  const whole = granted(await verifyLog(pins, record));
  expect(whole.settled.head.seq).toBe(log.settled);
  let ledger = openLedger(whole.state.sheet);
  for (const [n, entry] of record.entries.entries()) {
    ledger = granted(await enter(ledger, entry));
    expect(stateJson(ledger.state)).toEqual(log.states[n]);
  }
  for (const row of log.next) expect(codeOf(await enter(ledger, hex(row, 'entry'))), row.what).toBe(row.code);
  const [first, second] = log.equivocation.map(fromHex);
  if (!first || !second) throw new Error('two countersignatures');
  const proof = await proveEquivocation(ledger.state.sheet, first, second);
  expect(proof instanceof Refusal ? proof.code : proof.seq).toBe(1);
  expect(equal(first, second)).toBe(false);
});

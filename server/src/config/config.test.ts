import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openIdentity } from '../identity/files.ts';
import { type NodeConfig, readConfig, writeConfig } from './config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (text: string | Uint8Array): NodeConfig | Refusal => {
  const path = join(folder, 'parley.jsonc');
  writeFileSync(path, text);
  return readConfig(path);
};
const refused = (text: string | Uint8Array): string => {
  const read = written(text);
  if (!(read instanceof Refusal)) throw new Error('it was read');
  expect(read.code).toBe('config.wrong');
  return read.detail.replace(folder, '');
};

const SOUND = `{
  // The least that a node is told.
  "name": "Alba",
  "folder": "data",
  "seats": { "origin": "https://parley.alba.example", "address": "::", "port": 443 },
  "peer": { "origin": "https://parley.alba.example:8443", "address": "::", "port": 8443 },
  "sfu": { "address": "192.0.2.1" },
}
`;
const changed = (from: string, to: string): string => {
  if (!SOUND.includes(from)) throw new Error(`no ${from}`);
  return SOUND.replace(from, to);
};

test('[NODE15] what is not said is as the schema says, and paths are relative to the file', () => {
  expect(written(SOUND)).toMatchObject({
    name: 'Alba',
    folder: join(folder, 'data'),
    identity: join(folder, 'data', 'identity'),
    plain: false,
    metrics: null,
    tls: null,
    privateRanges: [],
    counterparts: [],
    sheets: [],
    sfu: { address: '192.0.2.1', port: null, mediaPort: null, url: null, binary: null, keep: false },
    relay: null,
    lostAfter: { gone: 2_000, closed: 300 },
  });
});

test('[NODE15] a configuration with everything in it is read as it was written', async () => {
  const { root, keys } = await openIdentity(join(folder, 'other'), Date.now());
  const config: NodeConfig = {
    name: 'Alba',
    folder: '/data',
    identity: '/secret',
    seats: { origin: 'http://alba.localhost:1', address: '127.0.0.1', port: 1 },
    peer: { origin: 'https://alba.example', address: '::1', port: 2 },
    metrics: { address: '127.0.0.1', port: 5 },
    web: '/pages',
    plain: true,
    tls: { certificate: '/tls/chain.pem', key: '/tls/key.pem' },
    privateRanges: ['10.0.0.0/8', 'fd00::/8'],
    counterparts: [{ name: 'Borland', root, keys, peer: 'https://borland.example' }],
    sheets: ['/sheets/one'],
    sfu: { address: '::1', port: 3, mediaPort: 4, url: 'wss://sfu.example', binary: '/bin/livekit-server', keep: true },
    relay: { urls: ['turn:relay.example', 'turns:[2001:db8::1]:443?transport=tcp'], secret: '/relay.secret' },
    lostAfter: { gone: 5, closed: 6 },
  };
  expect(written(writeConfig(config))).toEqual(config);
});

test.each([
  [
    changed('"::", "port": 443', '"::", "prot": 443'),
    ', line 5: seats.prot is no setting; known here: origin, address, port',
  ],
  [changed('"folder"', '"fodler"'), ', line 4: fodler is no setting; known here: $schema, name,'],
  [changed('  "sfu": { "address": "192.0.2.1" },\n', ''), ', line 1: the whole lacks sfu'],
  [changed('{ "address": "192.0.2.1" }', '{ }'), ', line 7: sfu lacks address'],
  [changed('8443 }', '0 }'), ', line 6: peer.port must be >= 1'],
  [changed('8443 }', '"8443" }'), ', line 6: peer.port must be integer'],
  [changed('Alba', 'Al\u202eba'), ', line 3: name holds characters that are not seen'],
  [changed('Alba', 'Al\\u001bba'), ', line 3: name holds characters that are not seen'],
  [changed('"Alba"', '""'), ', line 3: name must NOT have fewer than 1 characters'],
  [changed('"Alba"', 'Alba'), ', line 3: this is no JSON (InvalidSymbol)'],
  [changed('"folder": "data",', '"folder": "data",\n "name": "Borland",'), ', line 5: name stands twice'],
  [changed('"https://parley.alba.example"', '"http://parley.alba.example"'), ', line 5: seats.origin is not https'],
  [changed(':8443"', ':8443/"'), ', line 6: peer.origin is no origin'],
  [
    changed('"sfu"', '"privateRanges": ["10.0.0.0/33"],\n  "sfu"'),
    ', line 7: privateRanges.0 is no range of addresses',
  ],
  [changed('"sfu"', '"__proto__": {},\n  "sfu"'), ', line 7: __proto__ is no setting'],
  [
    changed('"sfu"', '"relay": { "urls": ["stun:relay.example"], "secret": "s" },\n  "sfu"'),
    ', line 7: relay.urls.0 is no address of a relay',
  ],
  ['', ', line 1: this is no JSON'],
  ['[]', ', line 1: the whole must be object'],
])('[NODE15] what is wrong is named, with its line: %#', (text, words) => {
  expect(refused(text)).toContain(words);
});

test('[NODE15] another encoding, one that is too long, none', () => {
  expect(refused(Buffer.from(changed('Alba', 'Ålba'), 'latin1'))).toContain('it is not in UTF-8');
  expect(refused(`${SOUND}${' '.repeat(1_048_576)}`)).toContain('bytes are too many');
  expect(refused(Buffer.from(SOUND, 'utf16le'))).toContain('this is no JSON');
  expect(refused('['.repeat(100_000))).toContain('too many brackets');
  expect(readConfig(join(folder, 'nowhere'))).toMatchObject({ code: 'config.wrong' });
});

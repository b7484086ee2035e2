import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { signIntroduction } from '@parley/protocol/identity';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openIdentity } from '../src/identity/files.ts';
import { COMPARED, type Office, openTown, type Town } from './office.ts';
import { MAIN, parley } from './parley.ts';

let town: Town;
beforeEach(() => {
  town = openTown();
});
afterEach(() => town.leave());
const at = (...names: readonly string[]) => town.at(...names);
const office = (name: string, id?: string) => town.office(name, id);

const wordsOf = async (reader: Office, card: string, ...more: readonly string[]) => {
  const read = await parley('introduce', card, '--json', '--config', reader.config, ...more);
  expect(read, read.erred).toMatchObject({ status: 0 });
  return JSON.parse(read.said);
};

describe('two offices that have never met', () => {
  test('[INTRO3] [INTRO4] see the same words; once both said so, their nodes speak, and not before', async () => {
    const [alba, borland] = [await office('Alba'), await office('Borland')];
    const [one, other] = [await alba.start(), await borland.start()];
    const ask = () => one.ask(other.root, { kind: 'status' });

    const ours = await wordsOf(alba, borland.card);
    const theirs = await wordsOf(borland, alba.card, '--words', 'fr');
    expect(ours).toMatchObject({ name: 'Borland', root: other.root, confirmation: null });
    expect(theirs).toMatchObject({ name: 'Alba', root: one.root });
    expect(theirs.digits).toEqual(ours.digits);
    expect(ours.digits).toHaveLength(12);
    expect(theirs.words).not.toEqual(ours.words);
    expect(await ask()).toMatchObject({ code: 'peer.unknown-root' });

    const said = await parley('introduce', borland.card, ...COMPARED, '--config', alba.config);
    expect(said.said).toContain('Borland is introduced. The words were compared with Mira Osei, by telephone, on ');
    // One side is not enough.
    await expect.poll(ask, { timeout: 5_000 }).toMatchObject({ code: 'peer.refused' });
    await parley('introduce', alba.card, ...COMPARED, '--config', borland.config);
    await expect.poll(ask, { timeout: 5_000 }).toMatchObject({ kind: 'status' });

    const listed = await parley('counterparts', '--json', '--config', alba.config);
    expect(JSON.parse(listed.said)).toMatchObject([
      {
        name: 'Borland',
        root: other.root,
        how: 'introduced',
        confirmation: { who: 'Mira Osei', channel: 'telephone' },
      },
    ]);
  }, 60_000);

  test('[INTRO5] somebody else under a name that is known, or at an address that is, changes nothing', async () => {
    const [alba, borland] = [await office('Alba'), await office('Borland')];
    const blind = await parley('introduce', borland.card, ...COMPARED, '--config', alba.config);
    expect(blind, 'words that nobody saw').toMatchObject({ status: 2 });
    expect(blind.erred).toMatch(/^introduction\.unread: Borland\nRead it in first/);
    await town.introduce(alba, borland);
    const impostor = await office('Borland', 'impostor');
    const refused = await parley('introduce', impostor.card, ...COMPARED, '--config', alba.config);
    expect(refused).toMatchObject({ status: 2, said: '' });
    expect(refused.erred).toMatch(
      /^introduction\.changed: Borland [0-9a-f]{64}, not [0-9a-f]{64}\nNothing was changed/,
    );
    const listed = JSON.parse((await parley('counterparts', '--json', '--config', alba.config)).said);
    expect(listed).toHaveLength(1);

    const identity = await openIdentity(at('impostor', 'identity'), Date.now());
    const card = async (name: string, peer: string, when = Date.now()) => {
      const path = at(`${name}.${when}`);
      writeFileSync(path, await signIntroduction(identity, { name, peer, at: when }));
      return (await parley('introduce', path, '--config', alba.config)).erred.split(':')[0];
    };
    expect(await card('Casta', borland.read().peer.origin)).toBe('introduction.changed');
    // What reads like a name that is known is that name (alike.test.ts).
    expect(await card('BORL\u0410ND', 'https://other.example')).toBe('introduction.changed');
    expect(await card('\u0410lba', 'https://other.example')).toBe('introduction.name');
    expect(await card('Casta', 'ftp://casta.example')).toBe('introduction.address');
    expect(await card('Casta', 'https://casta.example/path')).toBe('introduction.address');
    expect(await card('Casta', 'https://casta.example', Date.now() + 3_600_000)).toBe('introduction.future');
    expect(await card('Casta', 'https://casta.example')).toBe('');
    expect(await card('Casta', 'https://casta.example:2', Date.now() - 60_000)).toBe('introduction.old');
    // Nobody said yet that its words were the same: it keeps nobody from its name.
    const honest = await office('Casta', 'honest');
    await town.introduce(alba, honest);
    expect(await card('Casta', 'https://casta.example')).toBe('introduction.changed');
  }, 60_000);

  test('[PEER14] the line is tried while nobody meets, and is said to be away since when', async () => {
    const [alba, borland] = [await office('Alba'), await office('Borland')];
    await alba.start();
    const other = await borland.start();
    await town.introduce(alba, borland);
    const line = async () => JSON.parse(await alba.parley('counterparts', '--json'))[0].line;
    const soon = { timeout: 25_000, interval: 500 };
    await expect.poll(line, soon).toMatchObject({ reached: expect.any(Number), away: null });
    const before = Date.now();
    await other.stop();
    await expect.poll(line, soon).toMatchObject({ away: { why: 'peer.unreachable', since: expect.any(Number) } });
    const { away } = await line();
    expect(away.since).toBeGreaterThanOrEqual(before);
    expect(await alba.parley('counterparts')).toMatch(
      /Its node is away since \S+Z \(peer\.unreachable\)\. It was reached last/,
    );
    await borland.start();
    await expect.poll(line, soon).toMatchObject({ away: null });
  }, 120_000);

  test('[INTRO4] who was read in can be forgotten, and then nothing of them opens any more', async () => {
    const [alba, borland] = [await office('Alba'), await office('Borland')];
    const [one, other] = [await alba.start(), await borland.start()];
    await town.introduce(alba, borland);
    const ask = () => one.ask(other.root, { kind: 'status' });
    await expect.poll(ask, { timeout: 5_000 }).toMatchObject({ kind: 'status' });
    const forget = (root: string) => alba.tries('counterparts', '--forget', root);
    expect((await forget(other.root.slice(0, 7))).erred).toContain('introduction.unknown');
    expect((await forget('00000000')).erred).toContain('introduction.unknown');
    expect((await forget(other.root.slice(0, 8))).said).toContain(`Borland ${other.root} is forgotten`);
    expect(await alba.parley('counterparts')).toContain('Nobody yet');
    await expect.poll(ask, { timeout: 5_000 }).toMatchObject({ code: 'peer.unknown-root' });
  }, 60_000);

  test('[INTRO5] whoever is trusted takes another name or address only with the words compared once more', async () => {
    const [alba, borland] = [await office('Alba'), await office('Borland')];
    await town.introduce(alba, borland);
    const identity = await openIdentity(at('borland', 'identity'), Date.now());
    const moved = at('moved');
    const peer = borland.read().peer.origin;
    writeFileSync(moved, await signIntroduction(identity, { name: 'Borland, Republic of', peer, at: Date.now() }));
    const read = await alba.tries('introduce', moved);
    expect(read.status).toBe(2);
    expect(read.erred).toMatch(/^introduction\.renamed: Borland http\S+ → Borland, Republic of http/);
    expect(await alba.parley('counterparts')).toMatch(/^Borland: introduced/);
    await alba.parley('introduce', moved, ...COMPARED);
    expect(await alba.parley('counterparts')).toMatch(/^Borland, Republic of: introduced/);
  }, 60_000);

  test('[INTRO4] a second word about a comparison changes nothing, and a language without words keeps nothing', async () => {
    const [alba, borland] = [await office('Alba'), await office('Borland')];
    expect(await alba.tries('introduce', borland.card, '--words', 'tlh')).toMatchObject({ status: 2 });
    expect(await alba.parley('counterparts')).toContain('Nobody yet');
    await town.introduce(alba, borland);
    const again = await alba.parley('introduce', borland.card, '--with', 'somebody else', '--by', 'pigeon');
    expect(again).toContain('Borland was introduced before; that stays. The words were compared with Mira Osei');
  }, 60_000);

  test('[INTRO5] one’s own, a file that is none, one that is cut', async () => {
    const alba = await office('Alba');
    const refusal = async (path: string) =>
      (await parley('introduce', path, '--config', alba.config)).erred.split(':')[0];
    expect(await refusal(alba.card)).toBe('introduction.own');
    expect(await refusal(at('nowhere'))).toBe('file.unreadable');
    expect(await refusal(alba.config)).toBe('bytes.malformed');
    writeFileSync(at('cut'), readFileSync(alba.card).subarray(0, 900));
    expect(await refusal(at('cut'))).toBe('bytes.malformed');
    writeFileSync(at('huge'), Buffer.alloc(20_000));
    expect(await refusal(at('huge'))).toBe('file.too-long');
  }, 60_000);
});

describe('[IDENT7] a root that is kept elsewhere', () => {
  const init = (name: string) =>
    parley(
      ...['init', at(name), '--name', name, '--root-elsewhere'],
      ...['--seats', 'https://a.example', '--peer', 'https://a.example:8443'],
    );

  test('certifies the node’s key, and is never on the node', async () => {
    expect(await init('alba')).toMatchObject({ status: 0, erred: '' });
    const config = ['--config', at('alba', 'parley.jsonc')];
    const early = await parley('introduce', '--out', at('card'), ...config);
    expect(early).toMatchObject({ status: 2 });
    expect(early.erred).toMatch(/^identity\.none.*\n.*parley certificate/);

    expect(await parley('root', 'create', at('root'))).toMatchObject({ status: 0, erred: '' });
    const before = readFileSync(at('root'));
    expect((await parley('root', 'create', at('root'))).erred).toContain('file.exists');
    expect(readFileSync(at('root'))).toEqual(before);
    const certify = (request: string, out: string, ...more: readonly string[]) =>
      parley('root', 'certify', request, '--root', at('root'), '--out', out, ...more);
    const request = at('alba', 'request.parley');
    expect(await certify(request, at('certified'))).toMatchObject({ status: 0, erred: '' });
    expect(await parley('certificate', at('certified'), ...config)).toMatchObject({ status: 0, erred: '' });
    expect(await parley('introduce', '--out', at('card'), ...config)).toMatchObject({ status: 0, erred: '' });

    // The same again is for nobody any more; another root's is for another node.
    expect((await parley('certificate', at('certified'), ...config)).erred).toContain('identity.not-requested');
    await parley('request', '--out', at('second'), ...config);
    await parley('root', 'create', at('other'));
    await parley('root', 'certify', at('second'), '--root', at('other'), '--out', at('by-other'));
    expect((await parley('certificate', at('by-other'), ...config)).erred).toContain('identity.other-root');
    expect(await certify(at('second'), at('renewed'), '--days', '90')).toMatchObject({ status: 0 });
    const renewed = await parley('certificate', at('renewed'), ...config);
    const until = /until (\S+)\./.exec(renewed.said)?.[1] ?? '';
    expect((Date.parse(until) - Date.now()) / 86_400_000).toBeCloseTo(90, 1);
  }, 60_000);

  test('a request of another node, one that is changed, days that are none', async () => {
    await init('alba');
    await init('borland');
    await parley('root', 'create', at('root'));
    const request = at('alba', 'request.parley');
    const certify = (from: string, days: string) =>
      parley('root', 'certify', from, '--root', at('root'), '--out', at(`for-${days}`), '--days', days);
    await certify(request, '1');
    const wrong = await parley('certificate', at('for-1'), '--config', at('borland', 'parley.jsonc'));
    expect(wrong.erred).toContain('identity.not-requested');
    const bytes = readFileSync(request);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(at('bent'), bytes);
    expect((await certify(at('bent'), '2')).erred).toMatch(/^(identity\.request-forged|bytes\.malformed)/);
    for (const days of ['0', '367', '1.5', 'many'])
      expect((await certify(request, days)).erred).toMatch(/^command\.usage/);
  }, 60_000);
});

test('[COMMAND3] whoever stops reading ends a command without a word', async () => {
  const child = spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let erred = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    erred += part;
  });
  await once(child, 'exit');
  expect(erred).toBe('');
}, 20_000);

test('[COMMAND3] what is not understood is said, and nothing is begun twice', async () => {
  const help = await parley('--help');
  expect(help.status).toBe(0);
  for (const name of ['init', 'root create', 'root certify', 'introduce', 'start', 'verify'])
    expect(help.said).toContain(`  ${name} `);
  for (const words of [['nonsense'], ['start', '--nonsense'], ['introduce'], ['verify'], ['export'], ['init', at('x')]])
    expect((await parley(...words)).erred).toMatch(/^command\.usage: .+\nAll commands: parley --help\n$/);
  const alba = await office('Alba');
  const before = readFileSync(alba.config);
  const doors = ['--seats', 'https://a.example', '--peer', 'https://a.example:8443'];
  expect((await parley('init', at('alba'), '--name', 'Other', ...doors)).erred).toContain('file.exists');
  expect(readFileSync(alba.config)).toEqual(before);
}, 60_000);

test('[NODE15] a second node on one folder does not start, and does the first no harm', async () => {
  const alba = await office('Alba');
  const node = await alba.start();
  const state = node.sfu.state();
  const elsewhere = readFileSync(alba.config, 'utf8').replace(/"port": \d+/g, () => '"port": 1');
  writeFileSync(alba.config, elsewhere);
  const second = await alba.tries('start');
  expect(second).toMatchObject({ status: 2 });
  expect(second.erred).toMatch(/node\.running: .*\nAnother node holds that folder/);
  expect(node.sfu.state()).toEqual(state);
  expect(state.kind).toBe('running');
}, 60_000);

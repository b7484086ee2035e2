import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Refusal } from '@parley/protocol/bytes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AcquireOptions, acquireSfu, plan } from './index.ts';

const program = (version: string): string => `#!/bin/sh\necho livekit-server version ${version}\n`;
const good = gzipSync(
  tar([
    ['LICENSE', 'words'],
    ['livekit-server', program('1.13.5')],
  ]),
);

let folder: string;
let server: Server | undefined;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-acquire-'));
  said = [];
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => (server ? server.close(done) : done(null)));
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** Serves the release on loopback and says which archive to expect there. */
async function release(
  answer: RequestListener,
  expected: Uint8Array = good,
): Promise<AcquireOptions['release'] & object> {
  const serving = createServer(answer);
  server = serving;
  await new Promise<void>((done) => serving.listen(0, '127.0.0.1', done));
  const address = serving.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `http://127.0.0.1:${address.port}/v1.13.5`,
    archive: { name: 'livekit.tar.gz', sha256: createHash('sha256').update(expected).digest('hex') },
  };
}

async function onPath(name: string, script: string): Promise<string> {
  const path = join(folder, 'bin', name);
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

function acquire(options: Partial<AcquireOptions>): ReturnType<typeof acquireSfu> {
  return acquireSfu({
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') },
    platform: 'linux',
    arch: 'x64',
    release: { host: 'http://127.0.0.1:9', archive: null },
    say: (line) => said.push(line),
    ...options,
  });
}

const noGo = { PATH: '/nowhere' };
const cached = (): string => join(folder, 'cache', 'parley', 'livekit-server', '1.13.5', 'livekit-server');

async function refused(options: Partial<AcquireOptions>): Promise<string> {
  const result = await acquire({ ...options, env: { ...noGo, XDG_CACHE_HOME: join(folder, 'cache') } });
  if (!(result instanceof Refusal)) throw new Error(`found ${result.path}`);
  expect(result.code).toBe('sfu.unavailable');
  await expect(readdir(join(folder, 'cache'), { recursive: true }).catch(() => [])).resolves.not.toContainEqual(
    expect.stringMatching(/part$|1\.13\.5.livekit-server$/),
  );
  return result.lines.join('\n');
}

test('the order: PATH, cache, release, Homebrew on macOS only, Go; a configured path stands alone', () => {
  expect(plan('linux', undefined)).toEqual(['path', 'cache', 'release', 'go']);
  expect(plan('darwin', undefined)).toEqual(['path', 'cache', 'release', 'homebrew', 'go']);
  expect(plan('linux', '/opt/livekit-server')).toEqual(['configured']);
});

test('a configured path is taken, or refused without looking further', async () => {
  const path = await onPath('mine', program('1.13.7'));
  expect(await acquire({ configured: path })).toEqual({ path, how: 'configured' });
  const wrong = await acquire({ configured: join(folder, 'absent') });
  expect(wrong instanceof Refusal && wrong.lines[0]).toMatch(/^PARLEY_LIVEKIT: .*absent is not a program/);
});

test('PATH is taken when its version serves, and said when it does not', async () => {
  const path = await onPath('livekit-server', program('1.13.5'));
  expect(await acquire({})).toEqual({ path, how: 'path' });
  await onPath('livekit-server', program('1.12.9'));
  await onPath('go', '#!/bin/sh\necho no network; exit 1\n');
  const result = await acquire({});
  expect(result instanceof Refusal && result.lines[0]).toMatch(
    /PATH: .*"livekit-server version 1.12.9"; 1.13.5 is needed/,
  );
});

test('the right archive, behind a redirect, is kept in the cache and found there next time', async () => {
  const served = await release((request, response) => {
    if (request.url?.startsWith('/v1.13.5/')) response.writeHead(302, { location: '/objects/1?name=x' }).end();
    else response.end(good);
  });
  expect(await acquire({ release: served })).toEqual({ path: cached(), how: 'release' });
  expect(await acquire({})).toEqual({ path: cached(), how: 'cache' });
});

test('an archive with another digest is thrown away, and the next way is tried', async () => {
  const other = gzipSync(tar([['livekit-server', program('1.13.5 but not theirs')]]));
  const served = await release((_, response) => response.end(other));
  expect(await refused({ release: served })).toMatch(
    /Release archive: livekit.tar.gz: its SHA-256 is .* thrown away\.\ngo install: /,
  );
});

test('a download that is cut off is refused', async () => {
  const served = await release((_, response) => {
    response.writeHead(200, { 'content-length': good.length });
    response.write(good.subarray(0, 100), () => response.destroy());
  });
  expect(await refused({ release: served })).toMatch(
    /Release archive: livekit.tar.gz: .*\ngo install: go is not on PATH/,
  );
});

test('a host that takes the request and never answers is given up', async () => {
  const served = await release(() => {});
  expect(await refused({ release: served, answerWithinMs: 50 })).toMatch(/no answer for 50 ms/);
});

test('a host that falls silent within the body is given up', async () => {
  const served = await release((_, response) => void response.write(good.subarray(0, 100)));
  expect(await refused({ release: served, answerWithinMs: 50 })).toMatch(/no answer for 50 ms/);
});

test('redirects without end, to another protocol, and answers that are no file are refused', async () => {
  const served = await release((_, response) => response.writeHead(302, { location: '/again' }).end());
  expect(await refused({ release: served })).toMatch(/more than 5 redirects/);
  server
    ?.removeAllListeners('request')
    .on('request', (_, response) => response.writeHead(302, { location: 'ftp://x/' }).end());
  expect(await refused({ release: served })).toMatch(/a redirect leaves http: for ftp:/);
  server?.removeAllListeners('request').on('request', (_, response) => response.writeHead(404).end());
  expect(await refused({ release: served })).toMatch(/the host answered 404/);
});

test('an archive that is damaged, or holds the program not once, is refused', async () => {
  const twice = tar([
    ['livekit-server', 'a'],
    ['livekit-server', 'b'],
  ]);
  const damaged = tar([['livekit-server', 'a']]);
  damaged[3] = 0x58;
  const cut = tar([['livekit-server', 'x'.repeat(2000)]]).subarray(0, 1024);
  for (const [bytes, words] of [
    [gzipSync(twice), /twice/],
    [gzipSync(damaged), /a header is damaged/],
    [gzipSync(cut), /cut off/],
    [gzipSync(tar([['README', 'a']])), /livekit-server is not in it/],
    [Buffer.from('no gzip'), /incorrect header check/],
    [gzipSync(tar([['livekit-server', program('9.9.9')]])), /1.13.5 is needed/],
  ] as const) {
    const served = await release((_, response) => response.end(bytes), bytes);
    expect(await refused({ release: served })).toMatch(words);
    server?.close();
  }
});

test('Homebrew is asked on macOS', async () => {
  const kept = await onPath('livekit-server.kept', program('1.13.6'));
  await mkdir(join(folder, 'cellar', 'bin'), { recursive: true });
  await writeFile(join(folder, 'cellar', 'bin', 'livekit-server'), program('1.13.6'), { mode: 0o755 });
  await onPath('brew', `#!/bin/sh\n[ "$1" = install ] && exit 0\necho ${join(folder, 'cellar')}\n`);
  const result = await acquire({ platform: 'darwin', arch: 'arm64' });
  expect(result).toEqual({ path: join(folder, 'cellar', 'bin', 'livekit-server'), how: 'homebrew' });
  await rm(kept);
});

test('go install builds without cgo, says the wait beforehand, and keeps the binary', async () => {
  await onPath(
    'go',
    `#!/bin/sh\n[ "$CGO_ENABLED" = 0 ] || exit 1\nprintf '${program('1.13.5').replaceAll('\n', '\\n')}' > "$GOBIN/server"\nchmod 755 "$GOBIN/server"\n`,
  );
  expect(await acquire({})).toEqual({ path: cached(), how: 'go' });
  expect(said.join('\n')).toMatch(/with Go: about four minutes/);
});

test('where nothing works, each way has its sentence and the last one says what to do', async () => {
  await onPath('go', '#!/bin/sh\necho go: no such host >&2; exit 1\n');
  const result = await acquire({});
  expect(result instanceof Refusal && result.lines).toEqual([
    'PATH: no livekit-server is on it.',
    `Cache: nothing is kept at ${cached()}.`,
    'Release archive: no archive is published for linux x64.',
    'go install: go install: go: no such host.',
    'Put livekit-server 1.13.5 on PATH, or name its path in PARLEY_LIVEKIT, and start again.',
  ]);
});

test('who no longer waits is let go: the build is ended', async () => {
  await onPath(
    'go',
    `#!/bin/sh\necho $$ > '${folder}/pid.part'\nmv '${folder}/pid.part' '${folder}/pid'\nexec sleep 600\n`,
  );
  const stop = new AbortController();
  const waiting = acquire({ signal: stop.signal });
  for await (const { filename } of watch(folder)) if (filename === 'pid') break;
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
  stop.abort();
  expect(await waiting).toBeInstanceOf(Refusal);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

function tar(files: readonly (readonly [string, string])[]): Buffer {
  const blocks = files.flatMap(([name, text]) => {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000755\0', 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.fill(' ', 148, 156);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

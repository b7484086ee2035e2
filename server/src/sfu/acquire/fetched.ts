import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { cachedBinary, place } from './cache.ts';
import { lastWords, onPath, run } from './command.ts';
import { download } from './download.ts';
import { unfit } from './found.ts';
import { goPackage, version } from './release.ts';
import { unpack } from './unpack.ts';
import type { World } from './world.ts';

const minute = 60_000;
const archiveLimit = 64 * 1024 * 1024;
const progressEveryMs = 10_000;

/** Fetches the published archive into the cache. @returns the binary's path, or a Refusal `sfu.release` */
export async function fromRelease(world: World): Promise<string | Refusal> {
  const { host, archive } = world.release;
  if (!archive) return new Refusal('sfu.release', `no archive is published for ${world.platform} ${world.arch}`);
  world.say(`Fetching livekit-server ${version} (about 18 MB) from the LiveKit project's releases.`);
  const limits = { bytes: archiveLimit, answerWithinMs: world.answerWithinMs, withinMs: 10 * minute };
  const bytes = await download(`${host}/${archive.name}`, archive.sha256, limits, world.signal);
  const binary = bytes instanceof Refusal ? bytes : await unpack(bytes, 'livekit-server');
  if (binary instanceof Refusal) return new Refusal('sfu.release', `${archive.name}: ${binary.detail}`);
  return keep(world, binary, 'sfu.release');
}

/** Lets Homebrew install livekit. @returns the binary's path, or a Refusal `sfu.homebrew` */
export async function fromHomebrew(world: World): Promise<string | Refusal> {
  const no = (reason: string): Refusal => new Refusal('sfu.homebrew', reason);
  const brew = await onPath('brew', world.env);
  if (brew === null) return no('brew is not on PATH');
  world.say('Homebrew installs livekit; this may take some minutes.');
  const { env, signal } = world;
  const installed = await run(brew, ['install', 'livekit'], { withinMs: 15 * minute, env, signal, onLine: world.say });
  if (installed.code !== 0) return no(`brew install livekit: ${lastWords(installed)}`);
  const prefix = await run(brew, ['--prefix', 'livekit'], { withinMs: minute, env, signal });
  if (prefix.code !== 0) return no(`brew --prefix livekit: ${lastWords(prefix)}`);
  const path = join(lastWords(prefix), 'bin', 'livekit-server');
  const reason = await unfit(world, path, 'line');
  return reason === null ? path : no(reason);
}

/** Builds livekit-server with Go into the cache. @returns the binary's path, or a Refusal `sfu.go` */
export async function fromGo(world: World): Promise<string | Refusal> {
  const no = (reason: string): Refusal => new Refusal('sfu.go', reason);
  const go = await onPath('go', world.env);
  if (go === null) return no('go is not on PATH');
  world.say(`Building livekit-server ${version} with Go: about four minutes on two cores, once.`);
  const folder = await mkdtemp(join(tmpdir(), 'parley-go-'));
  const began = performance.now();
  let compiled = 0;
  const progress = setInterval(() => {
    world.say(`  ${compiled} packages compiled after ${Math.round((performance.now() - began) / 1000)} s`);
  }, progressEveryMs);
  try {
    const built = await run(go, ['install', '-v', goPackage], {
      withinMs: 40 * minute,
      env: { ...world.env, CGO_ENABLED: '0', GOBIN: folder },
      signal: world.signal,
      onLine: (line) => {
        if (!line.startsWith('go: ')) compiled++;
      },
    });
    if (built.code !== 0) return no(`go install: ${lastWords(built)}`);
    // `go install` names a binary after its folder, which upstream calls "server".
    return await keep(world, await readFile(join(folder, 'server')), 'sfu.go');
  } catch (error) {
    return no(error instanceof Error ? error.message : String(error));
  } finally {
    clearInterval(progress);
    await rm(folder, { recursive: true, force: true });
  }
}

async function keep(world: World, binary: Uint8Array, code: string): Promise<string | Refusal> {
  const path = cachedBinary(world.cache);
  try {
    const reason = await place(path, binary, (part) => unfit(world, part, 'pinned'));
    return reason === null ? path : new Refusal(code, reason);
  } catch (error) {
    return new Refusal(code, `it cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

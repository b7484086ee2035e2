import { Refusal } from '@parley/protocol/bytes';
import { cachedBinary } from './cache.ts';
import { executable, lastWords, onPath, run } from './command.ts';
import { fits, version } from './release.ts';
import type { World } from './world.ts';

/** Takes the livekit-server that a person configured. @returns its path, or a Refusal `sfu.configured` */
export async function configured(world: World, path: string): Promise<string | Refusal> {
  const reason = await unfit(world, path, 'line');
  return reason === null ? path : new Refusal('sfu.configured', reason);
}

/** Looks for livekit-server on PATH. @returns its path, or a Refusal `sfu.path` */
export async function fromPath(world: World): Promise<string | Refusal> {
  const path = await onPath('livekit-server', world.env);
  if (path === null) return new Refusal('sfu.path', 'no livekit-server is on it');
  const reason = await unfit(world, path, 'line');
  return reason === null ? path : new Refusal('sfu.path', reason);
}

/** Looks into the cache, which earlier ways fill. @returns its path, or a Refusal `sfu.cache` */
export async function fromCache(world: World): Promise<string | Refusal> {
  const path = cachedBinary(world.cache);
  if (!(await executable(path))) return new Refusal('sfu.cache', `nothing is kept at ${path}`);
  const reason = await unfit(world, path, 'pinned');
  return reason === null ? path : new Refusal('sfu.cache', reason);
}

/**
 * Why a binary cannot serve, or null where it can.
 * @param choice see `fits`
 */
export async function unfit(world: World, path: string, choice: 'pinned' | 'line'): Promise<string | null> {
  if (!(await executable(path))) return `${path} is not a program`;
  const ended = await run(path, ['--version'], { withinMs: 10_000, env: world.env, signal: world.signal });
  if (ended.code !== 0) return `${path} does not run: ${lastWords(ended)}`;
  return fits(ended.out, choice) ? null : `${path} says "${lastWords(ended)}"; ${version} is needed`;
}

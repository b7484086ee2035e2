import { Refusal } from '@parley/protocol/bytes';
import { cacheFolder } from './cache.ts';
import { fromGo, fromHomebrew, fromRelease } from './fetched.ts';
import { configured, fromCache, fromPath } from './found.ts';
import { type Archive, archives, releaseHost, version } from './release.ts';
import { Unavailable } from './unavailable.ts';
import type { World } from './world.ts';

/** The ways, by the name that `how` gives them. */
export type Way = 'configured' | 'path' | 'cache' | 'release' | 'homebrew' | 'go';

/** A livekit-server that runs here, and the way by which it was found. */
export type Acquired = { readonly path: string; readonly how: Way };

/** All but `configured` and `say` is for tests: this process' own surroundings stand in for what is left out. */
export type AcquireOptions = {
  /** PARLEY_LIVEKIT: a path that must serve, else nothing else is tried. */
  readonly configured?: string | undefined;
  /** Hears one line at a time: what is being waited for, and how it goes. */
  readonly say: (line: string) => void;
  /** Stops waiting; whatever runs is ended. */
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  readonly release?: { readonly host: string; readonly archive: Archive | null };
  readonly answerWithinMs?: number;
};

const names: Readonly<Record<Way, string>> = {
  configured: 'PARLEY_LIVEKIT',
  path: 'PATH',
  cache: 'Cache',
  release: 'Release archive',
  homebrew: 'Homebrew',
  go: 'go install',
};

/** The ways that are worth trying, in order: a configured path stands alone, Homebrew is for macOS. */
export function plan(platform: NodeJS.Platform, configuredPath: string | undefined): readonly Way[] {
  if (configuredPath) return ['configured'];
  return ['path', 'cache', 'release', ...(platform === 'darwin' ? (['homebrew'] as const) : []), 'go'];
}

/**
 * Finds or gets livekit-server 1.13.5: the configured path, PATH, the cache, the published archive (digest pinned),
 * Homebrew on macOS, `go install`.
 * @returns its path and the way, or `sfu.unavailable` with one line for each way that was tried and a last one that
 *   says what to do
 */
export async function acquireSfu(options: AcquireOptions): Promise<Acquired | Unavailable> {
  const { env = process.env, platform = process.platform, arch = process.arch } = options;
  const world: World = {
    env,
    platform,
    arch,
    cache: cacheFolder(env, platform),
    release: options.release ?? { host: releaseHost, archive: archives[`${platform} ${arch}`] ?? null },
    answerWithinMs: options.answerWithinMs ?? 20_000,
    say: options.say,
    signal: options.signal,
  };
  const ways: Readonly<Record<Way, () => Promise<string | Refusal>>> = {
    configured: () => configured(world, options.configured ?? ''),
    path: () => fromPath(world),
    cache: () => fromCache(world),
    release: () => fromRelease(world),
    homebrew: () => fromHomebrew(world),
    go: () => fromGo(world),
  };
  const tried: string[] = [];
  for (const how of plan(platform, options.configured)) {
    const path = await ways[how]();
    if (!(path instanceof Refusal)) return { path, how };
    const sentence = `${names[how]}: ${path.detail}.`;
    if (how !== 'path' && how !== 'cache') options.say(sentence);
    tried.push(sentence);
    if (options.signal?.aborted) break;
  }
  const advice = `Put livekit-server ${version} on PATH, or name its path in PARLEY_LIVEKIT, and start again.`;
  return new Unavailable('sfu.unavailable', [...tried, advice]);
}

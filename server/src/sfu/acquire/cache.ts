import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { version } from './release.ts';

/**
 * Parley's cache folder of this person: `XDG_CACHE_HOME/parley`, else what the platform keeps for caches.
 * A relative `XDG_CACHE_HOME` is ignored, as the XDG Base Directory Specification asks.
 */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env.HOME ?? homedir();
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'parley');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'parley') : join(home, '.cache', 'parley');
}

/** Where the pinned livekit-server lies in a cache folder. */
export function cachedBinary(folder: string): string {
  return join(folder, 'livekit-server', version, 'livekit-server');
}

/** A name beside `path` that nobody else writes to; whatever becomes of it, `path` is whole or absent. */
function partOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.part`;
}

/**
 * Writes an executable so that nobody ever sees half of it: beside its place first, checked there, then renamed.
 * @param check looks at the written part before it takes its place
 * @returns what `check` refused with, or null when the file stands
 */
export async function place<R>(
  path: string,
  bytes: Uint8Array,
  check: (part: string) => Promise<R | null>,
): Promise<R | null> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = partOf(path);
  try {
    const file = await open(part, 'wx', 0o755);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    const refused = await check(part);
    if (refused === null) await rename(part, path);
    return refused;
  } finally {
    await rm(part, { force: true });
  }
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this machine lets tests have a disk of their own. */
export const hasDisks = (): boolean => {
  const tried = mkdtempSync(join(tmpdir(), 'parley-disk-'));
  try {
    mountDisk(tried, 1)();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(tried, { recursive: true, force: true });
  }
};

/** Mounts a disk of so many megabytes on a folder; the returned function takes it away. */
export const mountDisk = (folder: string, megabytes: number): (() => void) => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  return () => execFileSync('umount', [folder]);
};

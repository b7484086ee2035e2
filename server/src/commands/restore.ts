import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { equal, Refusal, toHex } from '@parley/protocol/bytes';
import { databaseOf } from '../config/config.ts';
import { keptRoot } from '../identity/files.ts';
import { checkStore, takeOwner } from '../store/copy.ts';
import { isHeld } from '../store/hold.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

const HEAD = 'SQLite format 3\0';

/** Whether a file begins as a store does: anything else is not even copied. */
const beginsAsStore = (path: string): boolean => {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const file = openSync(path, 'r');
  const head = Buffer.alloc(HEAD.length);
  readSync(file, head);
  closeSync(file);
  return head.toString('latin1') === HEAD;
};

export default command({
  usage: `restore BACKUP [--config FILE]
    puts a backup where this node keeps nothing yet; before it signs, it asks its counterparts what came since`,
  files: { least: 1, most: 1 },
  options: CONFIG_OPTION,
  run: async ({ values, files: [backup = ''] }, { say, env }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const to = databaseOf(config);
    // A leftover log of SQLite's would be played into what is restored.
    const left = ['', '-wal', '-shm', '-journal'].map((end) => `${to}${end}`).find(existsSync);
    if (left) return new Refusal('file.exists', left);
    if (isHeld(config.folder)) return new Refusal('node.running', config.folder);
    const between = `${to}.restoring`;
    try {
      if (!beginsAsStore(backup)) return new Refusal('file.unreadable', `${backup}: it is no backup`);
      mkdirSync(config.folder, { recursive: true, mode: 0o700 });
      copyFileSync(backup, between);
      const refusal = await checkStore(between);
      if (refusal) return refusal;
      const [owner, own] = [takeOwner(between), keptRoot(config.identity)];
      if (owner && !(own instanceof Refusal) && !equal(owner, own.root))
        return new Refusal('backup.other', `${backup}: of the root ${toHex(owner)}`);
      renameSync(between, to);
    } catch (error) {
      return new Refusal('file.unreadable', error instanceof Error ? error.message : backup);
    } finally {
      for (const end of ['', '-wal', '-shm']) rmSync(`${between}${end}`, { force: true });
    }
    say(`${to}: restored. What came after the backup is fetched from the counterparts when the node is started:`);
    say('the logs whole; of what was agreed on meanwhile all but your own signatures (parley meetings shows it).');
    return EXIT.done;
  },
});

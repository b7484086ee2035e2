import { Refusal, toHex } from '@parley/protocol/bytes';
import { fingerprint } from '@parley/protocol/identity';
import { createRoot } from '../identity/root-file.ts';
import { command, EXIT } from './command.ts';

export default command({
  usage: `root create FILE
    makes a delegation's root in FILE. Do this on a machine without a network, and keep the file there and in a safe:
    whoever has it is the delegation, and it cannot be made again`,
  files: { least: 1, most: 1 },
  options: {},
  run: async ({ files: [path = ''] }, { say }) => {
    const root = createRoot(path);
    if (root instanceof Refusal) return root;
    say(`${path}: a new root, ${toHex(fingerprint(root.keys))}`);
    say('Keep it off every network, and a copy of it in another place.');
    return EXIT.done;
  },
});

#!/usr/bin/env node
// Plain JavaScript for any Node from 20 on: refuses an installation that lacks something, else hands over to the
// pinned Node, which runs the TypeScript as it is.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pinnedNode, projectRoot, whatIsMissing } from './installed.js';

/** A terminal's Ctrl-C arrives from the terminal and again from npm: one wish, passed on once. */
const sameWishMs = 1_000;

const missing = await whatIsMissing(projectRoot);
if (missing.length > 0) {
  process.stderr.write(
    `${[
      'Parley does not start: something is not installed as it must be.',
      ...missing.map((sentence) => `  ${sentence}`),
      'The install scripts put both the pinned Node and the corrections in place, so install with them:',
      '  npm ci            (without --ignore-scripts, and with scripts allowed in your npm settings)',
    ].join('\n')}\n`,
  );
  process.exit(1);
}

// Its own process group, so that it hears of Ctrl-C from here alone; the channel's end tells it when this is killed.
const child = spawn(
  pinnedNode(projectRoot),
  [
    '--import',
    pathToFileURL(join(projectRoot, 'server', 'bin', 'tether.js')).href,
    join(projectRoot, 'server', 'src', 'main.ts'),
    ...process.argv.slice(2),
  ],
  { detached: true, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
);

let passedAt = Number.NEGATIVE_INFINITY;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    const now = performance.now();
    if (now - passedAt < sameWishMs) return;
    passedAt = now;
    child.kill(signal);
  });
}

child.on('error', (error) => {
  process.stderr.write(`The pinned Node cannot be started: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));

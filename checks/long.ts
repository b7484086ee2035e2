import { run } from './tool.ts';

/** `npm run long [name …]`: the long runs (`*.long.ts`), one after another so that each has the machine for itself. */
const words = ['run', '--config', 'checks/long.config.ts', '--reporter=verbose', ...process.argv.slice(2)];
process.exitCode = (await run('vitest', words, { show: true })).code;

import { run } from './tool.ts';

/**
 * `npm run long [name …]`: the long runs (`*.long.ts`), one after another so that each has the machine for itself; then
 * the attackers in browsers (build the pages first).
 */
const words = ['run', '--config', 'checks/long.config.ts', '--reporter=verbose', ...process.argv.slice(2)];
const unit = (await run('vitest', words, { show: true })).code;
process.env.PARLEY_LONG = '1';
const attackers = (await run('playwright', ['test', 'attack-', 'break'], { show: true })).code;
process.exitCode = unit || attackers;

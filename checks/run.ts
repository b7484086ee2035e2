import { checks, runChecks } from './all.ts';

/** `npm run check [name …]`: all checks, or those named. */
const wanted = process.argv.slice(2);
const failed = await runChecks(
  checks.filter(({ name }) => wanted.length === 0 || wanted.some((each) => name.startsWith(each))),
  console.log,
);
if (failed.length > 0) {
  console.log(`\n${failed.length} failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

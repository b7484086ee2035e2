import { Refusal } from '@parley/protocol/bytes';
import own from '../package.json' with { type: 'json' };
import type { Command, World } from './commands/command.ts';
import { shown } from './commands/shown.ts';

/** Every command, loaded only when it is asked for. */
const COMMANDS: { readonly [name: string]: () => Promise<{ readonly default: Command }> } = {
  rehearse: () => import('./commands/rehearse.ts'),
  init: () => import('./commands/init.ts'),
  'root create': () => import('./commands/root-create.ts'),
  'root certify': () => import('./commands/root-certify.ts'),
  request: () => import('./commands/request.ts'),
  certificate: () => import('./commands/certificate.ts'),
  start: () => import('./commands/start.ts'),
  introduce: () => import('./commands/introduce.ts'),
  counterparts: () => import('./commands/counterparts.ts'),
  propose: () => import('./commands/propose.ts'),
  meetings: () => import('./commands/meetings.ts'),
  accept: () => import('./commands/accept.ts'),
  withdraw: () => import('./commands/withdraw.ts'),
  link: () => import('./commands/link.ts'),
  guest: () => import('./commands/guest.ts'),
  doctor: () => import('./commands/doctor.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  export: () => import('./commands/export.ts'),
  verify: () => import('./commands/verify.ts'),
};

const ENVIRONMENT = `PARLEY_CONFIG    configuration that is meant where --config is not given; else parley.jsonc in this folder
PARLEY_DATA      folder of everything that a rehearsal keeps
PARLEY_LIVEKIT   path of livekit-server 1.13.5
PARLEY_PAGES     folder of built pages for a rehearsal, in place of building them

Every command ends with 0 when it was done, and with 2 when nothing was done, after a line that says why.`;

const world: World = {
  say: (line) => process.stdout.write(`${shown(line)}\n`),
  now: Date.now,
  env: process.env,
  binary: async (signal) => {
    const { acquireSfu } = await import('./sfu/acquire/index.ts');
    const found = await acquireSfu({
      configured: process.env.PARLEY_LIVEKIT,
      say: world.say,
      ...(signal ? { signal } : {}),
    });
    if (!(found instanceof Refusal)) return found.path;
    if (!signal?.aborted) process.stderr.write(`${found.lines.join('\n')}\n`);
    return found;
  },
};

const sayHelp = async (): Promise<void> => {
  world.say('parley COMMAND\n');
  for (const load of Object.values(COMMANDS)) world.say(`  ${(await load()).default.usage}\n`);
  world.say(ENVIRONMENT);
};

const fail = async (refusal: Refusal): Promise<void> => {
  const { adviceOn } = await import('./commands/advice.ts');
  const advice = adviceOn(refusal);
  const why = refusal.detail ? `: ${shown(refusal.detail)}` : '';
  process.stderr.write(`${refusal.code}${why}\n${advice ? `${advice}\n` : ''}`);
  process.exitCode = 2;
};

const main = async (words: readonly string[]): Promise<void> => {
  const two = words.slice(0, 2).join(' ');
  const name = Object.hasOwn(COMMANDS, two) ? two : (words[0] ?? '');
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (words[0] === '--version') return world.say(`parley ${own.version}`);
  const asked = words.includes('--help') || words.includes('-h') || words[0] === 'help';
  if (asked || words.length === 0) {
    if (load && name !== 'help') return world.say(`parley ${(await load()).default.usage}`);
    await sayHelp();
    process.exitCode = words.length === 0 ? 2 : 0;
    return;
  }
  if (!load) return fail(new Refusal('command.usage', `there is no command ${words[0]}`));
  const { orRefused } = await import('./store/failure.ts');
  const ended = await orRefused((await load()).default.run(words.slice(name.split(' ').length), world));
  if (ended instanceof Refusal) return fail(ended);
  if (ended !== 0) process.exitCode = ended;
};

// Whoever reads has enough (parley … | head): nothing is left to say, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await main(process.argv.slice(2));

import { parseArgs } from 'node:util';
import { Refusal } from '@parley/protocol/bytes';

const USAGE = `Parley

  rehearse [--port N]     two delegations on this machine, to try it out
  node --config FILE      a delegation's node

PARLEY_DATA      folder of everything that is kept
PARLEY_LIVEKIT   path of livekit-server 1.13.5
PARLEY_PAGES     folder of built pages, in place of building them
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

const fail = (refusal: Refusal): never => {
  process.stderr.write(`${refusal.code}: ${refusal.detail}\n`);
  process.exit(1);
};

/** Finds livekit-server; loaded only when it is needed, since a node has its path in its configuration. */
const binary = async (signal?: AbortSignal): Promise<string | Refusal> => {
  const { acquireSfu } = await import('./sfu/acquire/index.ts');
  const found = await acquireSfu({ configured: process.env.PARLEY_LIVEKIT, say, ...(signal ? { signal } : {}) });
  if (!(found instanceof Refusal)) return found.path;
  if (!signal?.aborted) process.stderr.write(`${found.lines.join('\n')}\n`);
  return found;
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [command] = positionals;
  if (command === 'node' && values.config) {
    const { runNode } = await import('./run-node.ts');
    return runNode(values.config, binary);
  }
  if (command === 'rehearse' && !values.help) {
    const { runRehearsal } = await import('./rehearsal/run.ts');
    const refusal = await runRehearsal(values.port, binary, say);
    return refusal ? fail(refusal) : undefined;
  }
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
};

await main();

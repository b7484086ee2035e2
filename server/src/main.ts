import { parseArgs } from 'node:util';
import { Refusal } from '@parley/protocol/bytes';

const USAGE = `Parley

  rehearse [--port N]     two delegations on this machine, to try it out
  node --config FILE      a delegation's node
  export --config FILE --out RECORD [--meeting HEX]
                          writes the record of a meeting (the newest unless told) that a node keeps
  verify RECORD [--config FILE] [--json]
                          says what a record proves, offline; with FILE under the roots that this node has pinned.
                          Ends with 0: it stands; 1: it does not; 3: it stands, but lacks something;
                          2: nothing was judged

PARLEY_DATA      folder of everything that is kept
PARLEY_LIVEKIT   path of livekit-server 1.13.5
PARLEY_PAGES     folder of built pages, in place of building them
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

const fail = (refusal: Refusal, status = 1): never => {
  process.stderr.write(`${refusal.code}: ${refusal.detail}\n`);
  process.exit(status);
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
    options: {
      config: { type: 'string' },
      port: { type: 'string' },
      out: { type: 'string' },
      meeting: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [command, file] = positionals;
  if (command === 'node' && values.config) {
    const { runNode } = await import('./run-node.ts');
    return runNode(values.config, binary);
  }
  if (command === 'rehearse' && !values.help) {
    const { runRehearsal } = await import('./rehearsal/run.ts');
    const refusal = await runRehearsal(values.port, binary, say);
    return refusal ? fail(refusal) : undefined;
  }
  if (command === 'export' && values.config && values.out && !values.help) {
    const { exportCommand } = await import('./commands/export.ts');
    const { config, out, meeting } = values;
    const refusal = await exportCommand({ config, out, meeting }, say, Date.now());
    return refusal ? fail(refusal, 2) : undefined;
  }
  if (command === 'verify' && file !== undefined && !values.help) {
    const { verifyCommand } = await import('./commands/verify.ts');
    const ended = await verifyCommand(file, values, say);
    if (ended instanceof Refusal) return fail(ended, 2);
    process.exitCode = ended;
    return undefined;
  }
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
};

await main();

import { Refusal } from '@parley/protocol/bytes';
import { dataFolder } from './folder.ts';
import { DELEGATIONS } from './plan.ts';
import { type Rehearsal, type RehearseOptions, rehearse } from './rehearse.ts';

const WIDTH = 46;

const print = async (rehearsal: Rehearsal, say: (line: string) => void): Promise<Refusal | null> => {
  say('');
  say('  A rehearsal is running. Open this page:');
  say('');
  say(`    ${rehearsal.url}`);
  say('');
  say('  or these one-time links:');
  for (const [n, delegation] of rehearsal.delegations.entries()) {
    say('');
    say(`  ${delegation.name}${n === 0 ? ', which hosts' : ''}`);
    for (const seat of delegation.seats) {
      const url = await rehearsal.link(seat.id);
      if (url instanceof Refusal) return url;
      say(`    ${`${seat.name}, ${seat.function}`.padEnd(WIDTH)} ${url}`);
    }
  }
  say('');
  say('  Everything stays on this machine (plain HTTP on 127.0.0.1). Ctrl-C ends it.');
  return null;
};

/** Runs a rehearsal in this process until a signal ends it. */
export const runRehearsal = async (
  { port, delegations }: { readonly port?: string | undefined; readonly delegations?: string | undefined },
  binary: RehearseOptions['binary'],
  say: (line: string) => void,
): Promise<Refusal | null> => {
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port)) return new Refusal('config.wrong', `--port ${port}`);
  const count = Number(delegations ?? DELEGATIONS.least);
  if (!Number.isInteger(count) || count < DELEGATIONS.least || count > DELEGATIONS.most)
    return new Refusal('config.wrong', `--delegations is a number from ${DELEGATIONS.least} to ${DELEGATIONS.most}`);
  const starting = new AbortController();
  let end = () => {
    // Whoever asks twice will not wait; the nodes end with this process.
    if (starting.signal.aborted) process.exit(1);
    starting.abort();
    say('  Ending …');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
  const data = dataFolder(process.env);
  const { signal } = starting;
  const web = process.env.PARLEY_PAGES;
  const rehearsal = await rehearse({
    data,
    delegations: count,
    port: port === undefined ? null : Number(port),
    binary,
    say,
    signal,
    ...(web ? { web } : {}),
  });
  if (rehearsal instanceof Refusal) {
    if (rehearsal.code === 'rehearsal.ended') return null;
    if (rehearsal.code !== 'rehearsal.running') return rehearsal;
    const words = `a rehearsal is running already: ${rehearsal.detail}. Open it, or end it with Ctrl-C where it was started; with PARLEY_DATA naming another folder, a second one runs beside it.`;
    return new Refusal('rehearsal.running', words);
  }
  let ending = false;
  end = () => {
    if (ending) return;
    ending = true;
    say('  Ending: the nodes and their SFUs are stopped …');
    void rehearsal.stop().then(() => process.exit(0));
  };
  return print(rehearsal, say);
};

import { runRehearsal } from '../rehearsal/run.ts';
import { command, EXIT } from './command.ts';

export default command({
  usage: `rehearse [--delegations N] [--port N]
    two to eight delegations on this machine, to try it out`,
  options: { port: { type: 'string' }, delegations: { type: 'string' } },
  run: async ({ values }, { say, binary }) => (await runRehearsal(values, binary, say)) ?? EXIT.done,
});

import { runRehearsal } from '../rehearsal/run.ts';
import { command, EXIT } from './command.ts';

export default command({
  usage: `rehearse [--port N]
    two delegations on this machine, to try it out`,
  options: { port: { type: 'string' } },
  run: async ({ values }, { say, binary }) => (await runRehearsal(values.port, binary, say)) ?? EXIT.done,
});

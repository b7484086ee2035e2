import { Refusal } from '@parley/protocol/bytes';
import { systemClock } from '../../server/src/clock.ts';
import type { NodeConfig } from '../../server/src/config/config.ts';
import { nodeLogger } from '../../server/src/log.ts';
import { type DelegationNode, startNode } from '../../server/src/node.ts';
import { acquireSfu } from '../../server/src/sfu/acquire/index.ts';

/** Starts a real node in this process, or gives the refusal for which it does not start. */
export const tryNode = (config: NodeConfig): Promise<DelegationNode | Refusal> =>
  startNode(config, {
    clock: systemClock,
    logger: nodeLogger(config.name, process.env.PARLEY_NODE_LOG ? 'info' : 'silent'),
    binary: async () => {
      const sfu = await acquireSfu({ configured: process.env.PARLEY_LIVEKIT, say: (line) => console.log(line) });
      return sfu instanceof Refusal ? sfu : sfu.path;
    },
  });

/** Starts a real node in this process. */
export const openNode = async (config: NodeConfig): Promise<DelegationNode> => {
  const node = await tryNode(config);
  if (node instanceof Refusal) throw new Error(`${node.code}: ${node.detail}`);
  return node;
};

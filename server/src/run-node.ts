import { flushCompileCache } from 'node:module';
import { fromHex, Refusal, toHex } from '@parley/protocol/bytes';
import { systemClock } from './clock.ts';
import type { NodeConfig } from './config/config.ts';
import { nodeLogger } from './log.ts';
import { type DelegationNode, startNode } from './node.ts';
import { type FromNode, type ToNode, unpack } from './rehearsal/words.ts';

// A supervisor that is gone hears nothing; that must not end the node before it has ended its SFU.
const tell = (word: FromNode): void => {
  if (process.connected) process.send?.(word, undefined, undefined, () => {});
};

const answer = async (
  node: DelegationNode,
  word: Exclude<ToNode, { kind: 'stop' }>,
): Promise<string | null | Refusal> => {
  switch (word.kind) {
    case 'link':
      return node.link(word.seat);
    case 'guest':
      return node.guest(word.guest);
    case 'hold':
      return node.hold();
    case 'reroute':
      node.sfu.reroute(word.url);
      return null;
    case 'cut':
      node.cut(word.root);
      return null;
    case 'head': {
      const meeting = node.meetings().at(-1);
      if (!meeting) return null;
      const { seq, head } = meeting.head();
      return `${toHex(meeting.sheet.meeting)} ${seq} ${toHex(head)}`;
    }
    case 'push': {
      const meeting = fromHex(word.meeting);
      const entry = unpack(word.entry);
      const reply = await node.ask(word.root, { kind: 'entry', meeting, entry, blobs: [], countersignatures: [] });
      return reply instanceof Refusal ? reply : reply.kind;
    }
  }
};

/**
 * Runs a node in this process until it is told to end: by a signal, or by the supervisor that started it. Resolves once
 * it works; refused with why it does not.
 */
export const runNode = async (
  config: NodeConfig | Refusal,
  binary: () => Promise<string | Refusal>,
): Promise<Refusal | null> => {
  if (config instanceof Refusal) {
    tell({ kind: 'failed', code: config.code, detail: config.detail });
    process.channel?.unref();
    return config;
  }
  const logger = nodeLogger(config.name, 'info');
  // Listened for before the start: whoever wishes the end during it is heard, once it is done.
  const { promise: wished, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
  process.on('disconnect', () => end()); // the supervisor is gone
  // Nothing else may keep this process alive while what was begun of a node that does not start is ended.
  const alive = setInterval(() => {}, 1_000);
  const node = await startNode(config, { clock: systemClock, logger, binary });
  clearInterval(alive);
  if (node instanceof Refusal) {
    logger.error({ code: node.code }, 'the node did not start');
    tell({ kind: 'failed', code: node.code, detail: node.detail });
    process.channel?.unref();
    return node;
  }
  void wished.then(async () => {
    await node.stop();
    process.exit(0);
  });
  process.on('message', (word: ToNode) => {
    if (word.kind === 'stop') return end();
    void answer(node, word).then((found) =>
      tell({
        kind: 'answer',
        id: word.id,
        text: found instanceof Refusal ? null : found,
        code: found instanceof Refusal ? found.code : null,
      }),
    );
  });
  const tellOccupied = () => {
    const closed = node.meetings().every((meeting) => meeting.isClosed());
    tell({ kind: 'occupied', seats: node.occupied(), closed });
  };
  node.onChange(tellOccupied);
  tellOccupied();
  const sfu = node.sfu.state();
  tell({ kind: 'ready', sfu: sfu.kind === 'running' ? sfu.pid : null });
  flushCompileCache(); // a node that is killed would not leave it behind
  globalThis.gc?.();
  logger.info({ root: node.root, meetings: node.meetings().map((one) => toHex(one.sheet.meeting)) }, 'the node works');
  return null;
};

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, toHex } from '@parley/protocol/bytes';
import { AccessToken } from 'livekit-server-sdk';
import type { NodeConfig } from '../../server/src/config.ts';
import type { DelegationNode } from '../../server/src/node.ts';
import { readRecord } from '../../server/src/sfu/livekit/record.ts';
import { openNode } from './node.ts';
import { openSfuProxy, type SfuProxy } from './sfu-proxy.ts';
import { makeTalk, type Party, type Talk } from './talk.ts';

/** A delegation's real node with its real SFU, and the hostile signalling between the two. */
export type Side = {
  readonly party: Party;
  readonly node: DelegationNode;
  readonly proxy: SfuProxy;
  /** Where its SFU is, for clients that go there by themselves. */
  readonly sfu: string;
  /** A token that the SFU mints for whomever it likes, under a transport name. */
  readonly mint: (name: string, publishes: boolean) => Promise<string>;
};

/** Two delegations at work, Alba hosting; what `openSeat` needs of a rehearsal is here too. */
export type Stage = {
  readonly talk: Talk;
  readonly alba: Side;
  readonly borland: Side;
  readonly link: (seat: string, how?: { readonly standIn?: boolean; readonly tone?: number }) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** Starts both nodes; `change` may put attackers between them. */
export const openStage = async (
  options: { readonly talk?: Talk; readonly change?: (party: Party) => Partial<NodeConfig> } = {},
): Promise<Stage> => {
  const talk = options.talk ?? (await makeTalk());
  const open = async (party: Party): Promise<Side> => {
    const proxy = await openSfuProxy(party.sfuPort);
    const config = talk.configOf(party, options.change?.(party));
    mkdirSync(party.folder, { recursive: true });
    const node = await openNode({ ...config, sfu: { ...config.sfu, url: proxy.url } });
    return {
      party,
      node,
      proxy,
      sfu: `ws://127.0.0.1:${party.sfuPort}`,
      mint: async (name, publishes) => {
        const record = readRecord(join(party.folder, 'sfu'));
        if (!record) throw new Error('no SFU');
        const token = new AccessToken(record.key, record.secret, { identity: name, ttl: 600 });
        const room = toHex(talk.sheet.meeting);
        token.addGrant({ roomJoin: true, room, canSubscribe: true, canPublish: publishes, canPublishData: true });
        return token.toJwt();
      },
    };
  };
  const [alba, borland] = await Promise.all([open(talk.alba), open(talk.borland)]);
  return {
    talk,
    alba,
    borland,
    link: async (seat, { standIn = false, tone } = {}) => {
      const side = seat.startsWith('alba') ? alba : borland;
      const link = await side.node.link(seat);
      if (link instanceof Refusal) throw new Error(link.code);
      return `${link}${standIn ? '&stand-in' : ''}${tone === undefined ? '' : `&tone=${tone}`}`;
    },
    stop: async () => {
      await Promise.all([alba.node.stop(), borland.node.stop()]);
      await Promise.all([alba.proxy.close(), borland.proxy.close()]);
      if (!options.talk) talk.remove();
    },
  };
};

import { join } from 'node:path';
import { Refusal, toHex } from '@parley/protocol/bytes';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import type { DelegationNode } from '../../server/src/node.ts';
import { readRecord } from '../../server/src/sfu/livekit/record.ts';
import { openNode } from './node.ts';
import { openPeerProxy, type PeerProxy } from './peer-proxy.ts';
import { openSfuProxy, type SfuProxy } from './sfu-proxy.ts';
import { makeTalk, originOf, type Party, type Talk } from './talk.ts';

/** A delegation's real node with its real SFU, and the hostile signalling between the two. */
export type Side = {
  readonly party: Party;
  readonly node: DelegationNode;
  readonly proxy: SfuProxy;
  /** What stands before its peer door. */
  readonly peers: PeerProxy;
  /** Where its SFU is, for clients that go there by themselves. */
  readonly sfu: string;
  /** A token that the SFU mints for whomever it likes, under a transport name. */
  readonly mint: (name: string, publishes: boolean) => Promise<string>;
  /** Stops forwarding one participant's tracks to another; how many tracks there were. */
  readonly withhold: (to: string, from: string) => Promise<number>;
};

/** Two delegations at work, Alba hosting; what `openSeat` needs of a rehearsal is here too. */
export type Stage = {
  readonly talk: Talk;
  readonly alba: Side;
  readonly borland: Side;
  readonly link: (seat: string, how?: { readonly standIn?: boolean; readonly tone?: number }) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** Starts both nodes of a talk, with attackers between them that lie low until they are told otherwise. */
export const openStage = async (given?: Talk): Promise<Stage> => {
  const talk = given ?? (await makeTalk());
  const doors = { Alba: await openPeerProxy(talk.alba.peerPort), Borland: await openPeerProxy(talk.borland.peerPort) };
  const open = async (party: Party): Promise<Side> => {
    const proxy = await openSfuProxy(party.sfuPort);
    const config = talk.configOf(party);
    const other = party === talk.alba ? talk.borland : talk.alba;
    const node = await openNode({
      ...config,
      peer: { ...config.peer, origin: originOf(party, doors[party.name].port) },
      counterparts: config.counterparts.map((one) => ({ ...one, peer: originOf(other, doors[other.name].port) })),
      sfu: { ...config.sfu, url: proxy.url },
    });
    const room = toHex(talk.sheet.meeting);
    const record = readRecord(join(party.folder, 'sfu'));
    if (!record) throw new Error('no SFU');
    const administration = new RoomServiceClient(`http://127.0.0.1:${party.sfuPort}`, record.key, record.secret);
    return {
      party,
      node,
      proxy,
      peers: doors[party.name],
      sfu: `ws://127.0.0.1:${party.sfuPort}`,
      withhold: async (to, from) => {
        const { tracks } = await administration.getParticipant(room, from);
        const sids = tracks.map(({ sid }) => sid);
        await administration.updateSubscriptions(room, to, sids, false);
        return sids.length;
      },
      mint: async (name, publishes) => {
        const token = new AccessToken(record.key, record.secret, { identity: name, ttl: 600 });
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
      await Promise.all([alba, borland].flatMap(({ proxy, peers }) => [proxy.close(), peers.close()]));
      if (!given) talk.remove();
    },
  };
};

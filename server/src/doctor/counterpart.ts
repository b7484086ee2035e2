import { type Refusal, Refusal as Refused, toHex } from '@parley/protocol/bytes';
import type { Clock } from '../clock.ts';
import type { NodeConfig } from '../config/config.ts';
import type { Pinned } from '../counterparts/pinned.ts';
import { openCounterparts } from '../counterparts/registry.ts';
import { addressGuard } from '../doors/peer/address.ts';
import type { Identity } from '../identity/files.ts';
import { bad, type Finding, good, isWithin, poor } from './finding.ts';

/** What countersigners bear of a host's clock, and half of it. */
const SKEW_MS = 120_000;
const SOON_DAYS = 3;

const REFUSED: { readonly [code: string]: readonly [says: string, todo: string] } = {
  'peer.unreachable': [
    'Its node does not answer, or its TLS certificate is not trusted here.',
    'Ask whether their node runs; look at DNS, the firewall for that port, and their certificate’s authority.',
  ],
  'peer.address': [
    'Its name leads to a private address only.',
    'If that is right, add its range to privateRanges; if not, somebody plays with DNS.',
  ],
  'peer.root-changed': [
    'Another root answers there. Nothing is believed of it.',
    'Speak to them by another channel before anything else.',
  ],
  'peer.unknown-root': ['Its node does not know this one.', 'Have them confirm your introduction.'],
  'peer.refused': ['Its node does not take what this one signs.', 'Ask them what their node’s log says.'],
  'peer.forged': ['Its signature does not stand.', 'Ask them for a new introduction, by a way that you trust.'],
  'peer.stale': [
    'Its clock and this one are more than a minute apart.',
    'Nothing passes between the two nodes: set both clocks by a time server.',
  ],
};

const judge = (of: string, { issuer, peer }: Pinned, answer: Refusal | number, now: number): Finding => {
  if (answer instanceof Refused) {
    const [says, todo] = REFUSED[answer.detail] ??
      REFUSED[answer.code] ?? [`It refuses (${answer.code}).`, 'Ask them what their node’s log says.'];
    return bad(of, `${peer}: ${says}`, todo);
  }
  const off = answer - now;
  if (Math.abs(off) > SKEW_MS / 4) {
    const seconds = Math.round(off / 1_000);
    return poor(of, `Its clock is ${seconds} s off from this one.`, 'Set both by a time server.');
  }
  if (issuer && isWithin(issuer.until, now, SOON_DAYS))
    return poor(of, 'It answers; its issuing key’s certificate ends soon.', 'Ask them to renew it.');
  return good(of, `${peer} answers, under its root, with the same time.`);
};

/** Asks every counterpart's node whether it answers, and what time it is there. */
export const judgeCounterparts = async (
  config: NodeConfig,
  own: Identity,
  pinned: readonly Pinned[],
  clock: Clock,
): Promise<readonly Finding[]> => {
  const counterparts = openCounterparts({ own, guard: addressGuard(config.privateRanges), clock });
  counterparts.pin(pinned);
  const findings = await Promise.all(
    pinned.map(async (one) => {
      const root = toHex(one.root);
      let answer = await counterparts.ask(root, { kind: 'status' });
      // Its key may have been renewed: then it is known now.
      if (answer instanceof Refused && answer.code === 'peer.forged')
        answer = await counterparts.ask(root, { kind: 'status' });
      const found =
        answer instanceof Refused ? answer : answer.kind === 'status' ? answer.now : new Refused('peer.answer');
      return judge(`counterpart ${one.name}`, one, found, clock.now());
    }),
  );
  counterparts.close();
  return findings;
};

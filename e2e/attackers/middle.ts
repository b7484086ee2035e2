import { ParticipantInfo_State } from '@livekit/protocol';
import { expect } from '@playwright/test';
import type { GhostPage } from './pages.ts';
import { type Passage, participantsOf, type Rewrite } from './sfu-proxy.ts';
import type { Side } from './stage.ts';

/** The truth, as an honest SFU tells it. */
export const truth: Rewrite = (response) => response;

/**
 * Puts a relay between the one who publishes at a side's SFU and all who only subscribe there: to them the relay is that
 * participant, who is not there. A source that comes anew, under another name, finds the relay before it again. Resolves
 * when the SFU has stopped forwarding the real tracks; the function that it gives takes the relay out again.
 */
export const standBetween = async (side: Side, relay: GhostPage): Promise<() => void> => {
  const { proxy } = side;
  const sources: string[] = [];
  const newestSource = (): string => {
    for (const { identity, publishes } of proxy.passages)
      if (publishes && !sources.includes(identity)) sources.push(identity);
    return sources.at(-1) ?? '';
  };
  /** Under which name each of those who listen knows the relay. */
  const known = new WeakMap<Passage, string>();
  proxy.rewrite = (response, to) => {
    const source = newestSource();
    // Nobody is given both: those who listen only the relay, and the source not its own frames back.
    const isHidden = (identity: string) => (to.publishes ? identity === relay.name : sources.includes(identity));
    const { message } = response;
    if (message.case === 'join')
      message.value.otherParticipants = message.value.otherParticipants.filter(({ identity }) => !isHidden(identity));
    if (message.case === 'update')
      message.value.participants = message.value.participants.filter(
        ({ identity, state }) => !isHidden(identity) && (to.publishes || state !== ParticipantInfo_State.DISCONNECTED),
      );
    if (to.publishes) return response;
    const name = known.get(to) ?? source;
    known.set(to, name);
    for (const one of participantsOf(response)) if (one.identity === relay.name) one.identity = name;
    return response;
  };
  // Only now: a source that had heard of the relay's tracks would miss them, and come anew under another name.
  await relay.page.evaluate(() => window.ghost.publishRelay());
  for (const passage of proxy.passages) if (!passage.publishes) passage.cut();
  // Whoever comes back is given the real tracks by themselves, at a time of the SFU's: they are taken away again and again.
  const withheld = new Set<Passage>();
  const withhold = async (): Promise<void> => {
    for (const passage of proxy.passages) {
      const from = passage.publishes ? relay.name : newestSource();
      const tracks = await side.withhold(passage.identity, from).catch(() => 0);
      if (tracks === 2) withheld.add(passage);
    }
  };
  const watching = setInterval(() => void withhold(), 150);
  const standsBetweenAll = () => {
    const passages = [...proxy.passages];
    return passages.some(({ publishes }) => !publishes) && passages.every((one) => withheld.has(one));
  };
  await expect.poll(standsBetweenAll, { timeout: 45_000 }).toBe(true);
  return () => {
    clearInterval(watching);
    proxy.rewrite = truth;
  };
};

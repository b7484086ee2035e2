import { ParticipantInfo_State } from '@livekit/protocol';
import { expect } from '@playwright/test';
import type { GhostPage } from './pages.ts';
import { participantsOf, type Rewrite } from './sfu-proxy.ts';
import type { Side } from './stage.ts';

/** The truth, as an honest SFU tells it. */
export const truth: Rewrite = (response) => response;

/**
 * Puts a relay between one participant of a side's SFU and all who only subscribe there: to them the relay is the
 * participant, who is not there. Resolves when the SFU has stopped forwarding the real tracks; the function that it
 * gives takes the relay out again.
 */
export const standBetween = async (side: Side, relay: GhostPage, source: string): Promise<() => void> => {
  await relay.page.evaluate((of) => window.ghost.publishRelay(of), source);
  const { proxy } = side;
  proxy.rewrite = (response, to) => {
    if (to.publishes) return response;
    const { message } = response;
    if (message.case === 'join')
      message.value.otherParticipants = message.value.otherParticipants.filter(({ identity }) => identity !== source);
    if (message.case === 'update')
      message.value.participants = message.value.participants.filter(
        ({ identity, state }) => identity !== source && state !== ParticipantInfo_State.DISCONNECTED,
      );
    for (const one of participantsOf(response)) if (one.identity === relay.name) one.identity = source;
    return response;
  };
  for (const passage of proxy.passages) if (!passage.publishes) passage.cut();
  // Whoever comes back is given the real tracks by themselves: they are taken away again.
  const withheld = new Set<string>();
  const withhold = async (): Promise<void> => {
    for (const { publishes, identity } of proxy.passages) {
      if (publishes || withheld.has(identity)) continue;
      const tracks = await side.withhold(identity, source).catch(() => 0);
      if (tracks === 2) withheld.add(identity);
    }
  };
  const watching = setInterval(() => void withhold(), 150);
  await expect.poll(() => withheld.size, { timeout: 45_000 }).toBeGreaterThan(0);
  return () => {
    clearInterval(watching);
    proxy.rewrite = truth;
  };
};

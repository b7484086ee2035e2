import { ParticipantInfo_State } from '@livekit/protocol';
import { expect } from '@playwright/test';
import type { GhostPage } from './pages.ts';
import { type Passage, participantsOf, type Rewrite } from './sfu-proxy.ts';
import type { Side } from './stage.ts';

/** The truth, as an honest SFU tells it. */
export const truth: Rewrite = (response) => response;

/**
 * Puts a relay between one participant of a side's SFU and all who only subscribe there: to them the relay is the
 * participant, who is not there. Resolves when the SFU has stopped forwarding the real tracks; the function that it
 * gives takes the relay out again.
 */
export const standBetween = async (side: Side, relay: GhostPage, source: string): Promise<() => void> => {
  const { proxy } = side;
  // Nobody is given both: those who listen only the relay, and the source not its own frames back.
  const hiddenFrom = ({ publishes }: Passage) => (publishes ? relay.name : source);
  proxy.rewrite = (response, to) => {
    const { message } = response;
    const hidden = hiddenFrom(to);
    if (message.case === 'join')
      message.value.otherParticipants = message.value.otherParticipants.filter(({ identity }) => identity !== hidden);
    if (message.case === 'update')
      message.value.participants = message.value.participants.filter(
        ({ identity, state }) => identity !== hidden && (to.publishes || state !== ParticipantInfo_State.DISCONNECTED),
      );
    if (!to.publishes)
      for (const one of participantsOf(response)) if (one.identity === relay.name) one.identity = source;
    return response;
  };
  // Only now: a source that had heard of the relay's tracks would miss them, and come anew under another name.
  await relay.page.evaluate((of) => window.ghost.publishRelay(of), source);
  for (const passage of proxy.passages) if (!passage.publishes) passage.cut();
  // Whoever comes back is given the real tracks by themselves, at a time of the SFU's: they are taken away again and again.
  const withheld = new Set<Passage>();
  const withhold = async (): Promise<void> => {
    for (const passage of proxy.passages) {
      const tracks = await side.withhold(passage.identity, hiddenFrom(passage)).catch(() => 0);
      if (tracks === 2) withheld.add(passage);
    }
  };
  const watching = setInterval(() => void withhold(), 150);
  await expect.poll(() => withheld.size, { timeout: 45_000 }).toBeGreaterThan(1);
  return () => {
    clearInterval(watching);
    proxy.rewrite = truth;
  };
};

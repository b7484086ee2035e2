import { ParticipantInfo_State } from '@livekit/protocol';
import { expect } from '@playwright/test';
import type { GhostPage } from './pages.ts';
import { participantsOf, type Rewrite } from './sfu-proxy.ts';
import type { Side } from './stage.ts';

/** The truth, as an honest SFU tells it. */
export const truth: Rewrite = (response) => response;

/**
 * Puts a relay between one participant of a side's SFU and all who only subscribe there: to them the relay is the
 * participant, who is not there. Resolves when the SFU has stopped forwarding the real tracks.
 */
export const standBetween = async (side: Side, relay: GhostPage, source: string): Promise<void> => {
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
  await expect
    .poll(
      async () => {
        const [there] = [...proxy.passages].filter(({ publishes }) => !publishes);
        return there ? side.withhold(there.identity, source).catch(() => 0) : 0;
      },
      { timeout: 45_000 },
    )
    .toBe(2);
};

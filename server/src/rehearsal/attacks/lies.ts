import { Encryption_Type } from '@livekit/protocol';
import { type Lie, participantsOf } from './lying-relay.ts';

/** Tells everybody that the pictures of one participant are another's, and the other way round. */
export const swapNames =
  (names: () => readonly [string, string] | null): Lie =>
  (response, to) => {
    const pair = names();
    if (!pair) return;
    for (const participant of participantsOf(response)) {
      if (participant.identity === to.identity) continue; // to themselves they are who they are
      const at = pair.indexOf(participant.identity);
      if (at >= 0) participant.identity = pair[1 - at] ?? participant.identity;
    }
  };

/** Tells everybody that nothing is encrypted, their own tracks included. */
export const noEncryption: Lie = (response) => {
  for (const participant of participantsOf(response))
    for (const track of participant.tracks) track.encryption = Encryption_Type.NONE;
  const { message } = response;
  if (message.case === 'trackPublished' && message.value.track) message.value.track.encryption = Encryption_Type.NONE;
};

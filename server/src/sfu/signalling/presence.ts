import type { ParticipantInfo } from '@livekit/protocol';
import { ParticipantInfo_State, ParticipantUpdate, SignalResponse } from '@livekit/protocol';

/** What an SFU told of others, kept back until the seat is admitted. */
export type Presence = {
  /** What the device may be told of this message now; null: nothing. */
  readonly tell: (response: SignalResponse) => SignalResponse | null;
  /** From now on everything is told; the answer is one update with everybody who is there, or null for nobody yet. */
  readonly release: () => SignalResponse | null;
  /** Tracks of others that the device has been told of, by sid. */
  readonly tracks: () => readonly string[];
};

/** Withholds other participants while `released` is false. Knows its own participant from `join`. */
export const presence = (alreadyReleased: boolean): Presence => {
  const others = new Map<string, ParticipantInfo>();
  let released = alreadyReleased;
  let own = '';

  const learn = (participants: readonly ParticipantInfo[]) => {
    for (const participant of participants) {
      if (participant.sid === own) continue;
      if (participant.state === ParticipantInfo_State.DISCONNECTED) others.delete(participant.sid);
      else others.set(participant.sid, participant);
    }
  };
  const ofOwn = <T extends { readonly participantSid: string }>(items: T[]): T[] =>
    released ? items : items.filter((item) => item.participantSid === own);

  return {
    tell: (response) => {
      const { message } = response;
      switch (message.case) {
        case 'join':
          own = message.value.participant?.sid ?? '';
          learn(message.value.otherParticipants);
          if (!released) message.value.otherParticipants = [];
          return response;
        case 'update':
          learn(message.value.participants);
          if (!released) message.value.participants = message.value.participants.filter(({ sid }) => sid === own);
          return message.value.participants.length > 0 ? response : null;
        case 'connectionQuality':
          message.value.updates = ofOwn(message.value.updates);
          return message.value.updates.length > 0 ? response : null;
        case 'streamStateUpdate':
          message.value.streamStates = ofOwn(message.value.streamStates);
          return message.value.streamStates.length > 0 ? response : null;
        case 'subscriptionPermissionUpdate':
        case 'subscriptionResponse':
        case 'mediaSectionsRequirement':
          return released ? response : null;
        default:
          return response;
      }
    },
    release: () => {
      released = true;
      if (others.size === 0) return null;
      const value = new ParticipantUpdate({ participants: [...others.values()] });
      return new SignalResponse({ message: { case: 'update', value } });
    },
    tracks: () =>
      released ? [...others.values()].flatMap((participant) => participant.tracks.map((track) => track.sid)) : [],
  };
};

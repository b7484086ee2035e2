import type { ParticipantInfo } from '@livekit/protocol';
import { ParticipantInfo_State, ParticipantUpdate, SignalResponse } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';

/** What an SFU told of others, kept back until the seat is admitted. */
export type Presence = {
  /** What the device may be told of this message now; null: nothing. Refuses (`sfu.malformed`) more than may be kept. */
  readonly tell: (response: SignalResponse) => SignalResponse | null | Refusal;
  /** From now on everything is told; the answer is one update with everybody who is there, or null for nobody yet. */
  readonly release: () => SignalResponse | null;
  /** Tracks of others, by sid, that a message tells of. */
  readonly tracksIn: (response: SignalResponse) => readonly string[];
};

/** What is kept back of others, at the most. */
const MOST_OTHERS = 256;
const MOST_TRACKS = 16;

/** Withholds other participants while `released` is false. Knows its own participant from `join`. */
export const presence = (alreadyReleased: boolean): Presence => {
  const others = new Map<string, ParticipantInfo>();
  let released = alreadyReleased;
  let own = '';

  const learn = (participants: readonly ParticipantInfo[]): Refusal | null => {
    if (released) return null;
    for (const participant of participants) {
      if (participant.sid === own) continue;
      if (participant.tracks.length > MOST_TRACKS) return new Refusal('sfu.malformed', 'tracks');
      if (participant.state === ParticipantInfo_State.DISCONNECTED) others.delete(participant.sid);
      else others.set(participant.sid, participant);
    }
    return others.size > MOST_OTHERS ? new Refusal('sfu.malformed', 'participants') : null;
  };
  const ofOwn = <T extends { readonly participantSid: string }>(items: T[]): T[] =>
    released ? items : items.filter((item) => item.participantSid === own);

  return {
    tracksIn: ({ message }) => {
      const told = message.case === 'update' ? message.value.participants : [];
      const joined = message.case === 'join' ? message.value.otherParticipants : [];
      return [...told, ...joined]
        .filter(({ sid }) => sid !== own)
        .flatMap(({ tracks }) => tracks.map(({ sid }) => sid));
    },
    tell: (response) => {
      const { message } = response;
      switch (message.case) {
        case 'join': {
          own = message.value.participant?.sid ?? '';
          const refused = learn(message.value.otherParticipants);
          if (!released) message.value.otherParticipants = [];
          return refused ?? response;
        }
        case 'update': {
          const refused = learn(message.value.participants);
          if (refused) return refused;
          if (!released) message.value.participants = message.value.participants.filter(({ sid }) => sid === own);
          return message.value.participants.length > 0 ? response : null;
        }
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
      others.clear();
      return new SignalResponse({ message: { case: 'update', value } });
    },
  };
};

import { Refusal } from '../bytes/index.ts';
import { type Act, type Action, actingSeating, actorName } from './act.ts';
import type { Effect } from './effect.ts';
import { roster, type State } from './state.ts';

/** Whether a new generation of the table's group may begin (CIRCLE1). */
export const judgeFound = (state: State, act: Act, action: Extract<Action, { kind: 'found' }>): Effect | Refusal => {
  const own = actingSeating(state, act);
  if (!own) return new Refusal('circle.not-member', actorName(act.by));
  const { table } = state;
  if (table?.members.some((member) => state.seatings.has(member)))
    return new Refusal('circle.stands', `generation ${table.generation}`);
  if (action.generation !== (table?.generation ?? 0) + 1)
    return new Refusal('circle.generation', `${action.generation}`);
  return {
    kind: 'circle',
    table: {
      generation: action.generation,
      epoch: 0,
      upTo: own.id,
      authenticator: action.authenticator,
      members: [own.id],
    },
  };
};

/** Whether a commit may change the table's keys (CIRCLE2 to CIRCLE5). */
export const judgeCommit = (state: State, act: Act, action: Extract<Action, { kind: 'commit' }>): Effect | Refusal => {
  const own = actingSeating(state, act);
  const { table } = state;
  if (!table || action.generation !== table.generation) return new Refusal('circle.generation', `${action.generation}`);
  if (!own || !table.members.includes(own.id)) return new Refusal('circle.not-member', actorName(act.by));
  if (action.epoch !== table.epoch) return new Refusal('circle.epoch', `${action.epoch} at ${table.epoch}`);
  // Whoever ended after it was made would be given the new epoch's keys.
  if (action.ended !== state.ended) return new Refusal('circle.ended', `${action.ended} at ${state.ended}`);
  if (action.upTo < table.upTo || action.upTo > act.saw.seq) return new Refusal('circle.up-to', `${action.upTo}`);
  const members = roster(state, action.upTo);
  const adds = members.some((member) => !table.members.includes(member));
  if (adds !== (action.welcome !== null)) return new Refusal('circle.welcome', adds ? 'missing' : 'needless');
  const { generation, epoch } = table;
  const { upTo, authenticator } = action;
  return { kind: 'circle', table: { generation, epoch: epoch + 1, upTo, authenticator, members } };
};

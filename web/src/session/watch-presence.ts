import type { Conversation } from './conversation.ts';
import type { MediaFacts } from './media/facts.ts';
import { type Announced, compare, type Mismatch } from './presence.ts';
import type { Notice } from './view.ts';

/**
 * A device connects before it is admitted, and tells its names once it is: shorter differences are on their way. It can
 * neither be seen nor decrypt anything in that time.
 */
const SETTLING = 4_000;

/** Differences between circle and SFUs, with the time of the first look that saw each. */
export type Differences = ReadonlyMap<string, { readonly since: number; readonly mismatch: Mismatch }>;

const nameOf = (mismatch: Mismatch): string =>
  `${mismatch.kind} ${mismatch.delegation} ${mismatch.kind === 'unknown-device' ? mismatch.name : mismatch.seating}`;

/** The differences after new facts. */
export const watchPresence = (before: Differences, conversation: Conversation, facts: MediaFacts): Differences => {
  const announced: Announced = new Map(conversation.others().map(({ seating, names }) => [seating.id, names]));
  const ready = facts.legs.filter(({ state }) => state === 'ready');
  const seen = ready.flatMap(({ delegation, present }) =>
    present.map(({ name, audio, video }) => ({ delegation, name, publishes: audio || video })),
  );
  const own = new Set(ready.flatMap(({ name }) => (name === null ? [] : [name])));
  const reached = new Set(ready.map(({ delegation }) => delegation));
  const found = compare(announced, seen, reached, own, conversation.former());
  return new Map(
    found.map((mismatch) => {
      const name = nameOf(mismatch);
      return [name, before.get(name) ?? { since: facts.atMs, mismatch }];
    }),
  );
};

/** Notices for the differences that lasted, by name of delegation and delegate. */
export const presenceNotices = (
  differences: Differences,
  conversation: Conversation,
  facts: MediaFacts,
  nameOfDelegation: (root: string) => string,
): readonly Omit<Notice, 'id' | 'atMs'>[] =>
  [...differences.values()]
    .filter(({ since }) => facts.atMs - since >= SETTLING)
    .map(({ mismatch }) => {
      const delegation = nameOfDelegation(mismatch.delegation);
      if (mismatch.kind === 'unknown-device')
        return { tone: 'danger', kind: mismatch.kind, values: { delegation } } as const;
      const other = conversation.others().find(({ seating }) => seating.id === mismatch.seating);
      const name = other?.seating.seat.name ?? '';
      return { tone: 'warning', kind: mismatch.kind, values: { delegation, name } } as const;
    });

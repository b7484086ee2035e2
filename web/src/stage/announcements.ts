import type { Text } from '../messages/use-text.ts';
import type { View } from '../session/view.ts';
import { markOf } from './tile-state.ts';

type Stage = Extract<View, { kind: 'stage' }>;

/** What a change of the stage is worth saying aloud: `urgent` interrupts, `calm` waits its turn. */
export const spoken = (
  before: Stage,
  after: Stage,
  text: Text,
  refusalText: (code: string) => string,
): { readonly calm: readonly string[]; readonly urgent: readonly string[] } => {
  const calm: string[] = [];
  const urgent: string[] = [];
  const wasOpen = before.me.microphone || before.me.talking;
  const isOpen = after.me.microphone || after.me.talking;
  if (wasOpen !== isOpen) calm.push(text(isOpen ? 'stage.heard' : 'stage.muted'));
  if (before.me.camera !== after.me.camera) calm.push(text(after.me.camera ? 'stage.seen' : 'stage.unseen'));
  const known = new Set(before.notices.map(({ id }) => id));
  for (const notice of after.notices) {
    if (known.has(notice.id)) continue;
    (notice.tone === 'danger' ? urgent : calm).push(text(`notice.${notice.kind}`, notice.values));
  }
  const states = new Map(before.tiles.map((tile) => [tile.seating, tile.state.kind]));
  for (const tile of after.tiles) {
    const was = states.get(tile.seating);
    if (was === undefined || was === tile.state.kind) continue;
    const mark = markOf(tile.state, text, refusalText);
    const sentence = text('tile.spoken', { name: tile.seat.name, state: mark.words });
    (mark.tone === 'danger' ? urgent : calm).push(sentence);
  }
  return { calm, urgent };
};

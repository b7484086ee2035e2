import type { Text } from '../messages/use-text.ts';
import type { StageView } from '../session/view.ts';
import { noticeText } from './notice-text.ts';
import { markOf } from './tile-state.ts';

/** What a change of the stage is worth saying aloud: `urgent` interrupts, `calm` waits its turn. */
export const spoken = (
  before: StageView,
  after: StageView,
  text: Text,
  refusalText: (code: string) => string,
): { readonly calm: readonly string[]; readonly urgent: readonly string[] } => {
  const calm: string[] = [];
  const urgent: string[] = [];
  const wasOpen = before.me.microphone || before.me.talking;
  const isOpen = after.me.microphone || after.me.talking;
  if (wasOpen !== isOpen) calm.push(text(isOpen ? 'stage.heard' : 'stage.muted'));
  if (before.me.camera !== after.me.camera) calm.push(text(after.me.camera ? 'stage.seen' : 'stage.unseen'));
  // By its words, not its id: what happens again and again while it is in sight is said once.
  const known = new Set(before.notices.map((notice) => noticeText(notice, text)));
  for (const notice of after.notices) {
    const sentence = noticeText(notice, text);
    if (!known.has(sentence)) (notice.tone === 'danger' ? urgent : calm).push(sentence);
    known.add(sentence);
  }
  const codeOf = ({ code }: StageView) => code.standing?.numbers.join(' ');
  if (after.code.round?.kind === 'making' && before.code.round === null) calm.push(text('code.making'));
  if (codeOf(after) !== undefined && codeOf(after) !== codeOf(before)) calm.push(text('code.stands'));
  const different = (view: StageView) => text.list(view.code.different.map(({ name }) => name));
  if (different(after) !== '' && different(after) !== different(before))
    urgent.push(text('code.alarm', { names: different(after) }));
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

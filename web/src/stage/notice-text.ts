import type { Text } from '../messages/use-text.ts';
import type { Notice } from '../session/view.ts';

/** The sentence of a notice. An attack is not always under somebody's name. */
export const noticeText = ({ kind, values }: Pick<Notice, 'kind' | 'values'>, text: Text): string =>
  text(
    kind === 'attack-refused' && values.name !== undefined ? 'notice.attack-refused.named' : `notice.${kind}`,
    values,
  );

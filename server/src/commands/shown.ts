/**
 * What a terminal would obey, or not show: controls, marks that turn the direction of writing, characters without a shape.
 * Names that are signed hold few of these (BYTES5); paths, and what others wrote into files, may hold any.
 */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`,
  ).join('');

/** A text as it is safe to show in a terminal: such characters stand there by number, as JSON writes them. */
export const shown = (text: string): string => text.replace(UNSEEN, escaped);

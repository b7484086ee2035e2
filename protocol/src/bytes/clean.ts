/**
 * A character that is not seen, or that turns the direction of writing: no text that is signed holds one. Named one
 * by one and not by a property of Unicode, because readers of different Unicode versions must agree; no normalisation
 * is asked for, for the same reason.
 */
export const UNCLEAN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff]|\udb40[\udc00-\udc7f]/;

const ALL = new RegExp(UNCLEAN, 'g');

/** A text as a codec reads it, whatever it was: unclean characters become spaces, and what is too long is cut. */
export const cleaned = (text: string, most: number): string => text.replace(ALL, ' ').slice(0, most).toWellFormed();

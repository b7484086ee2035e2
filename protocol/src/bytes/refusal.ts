import { cleaned } from './clean.ts';

/** Longest detail that travels, in UTF-16 units. */
const DETAIL = 400;

/**
 * An expected "no". `code` is named in SPEC.md and chooses the sentence that a person reads; `detail` is for
 * engineers, holds no secret, and is never shown on its own.
 */
export class Refusal {
  readonly kind = 'refusal';
  readonly code: string;
  readonly detail: string;

  constructor(code: string, detail = '') {
    this.code = code;
    this.detail = cleaned(detail, DETAIL);
  }
}

import { Refusal } from '@parley/protocol/bytes';

/** A program that no way gave. It speaks to a terminal: one line for each way tried, and a last one on what to do. */
export class Unavailable extends Refusal {
  readonly lines: readonly string[];

  constructor(code: string, lines: readonly string[]) {
    super(code, `${lines.length - 1} ways were tried`);
    this.lines = lines;
  }
}

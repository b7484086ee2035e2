import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Refusal } from '@parley/protocol/bytes';

/** How a command ended, as its exit status. */
export const EXIT = {
  done: 0,
  /** What was judged does not stand. */
  refused: 1,
  /** The command, a file or a configuration is not as it must be, or nothing was done. */
  usage: 2,
  /** What was judged stands, and something in it is missing or wrong. */
  incomplete: 3,
} as const;

/** The world as a command sees it. */
export type World = {
  readonly say: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
  /** Finds livekit-server, or gets it, which may take minutes. */
  readonly binary: (signal?: AbortSignal) => Promise<string | Refusal>;
};

type Options = NonNullable<ParseArgsConfig['options']>;
type Given<O extends Options> = {
  readonly values: ReturnType<typeof parseArgs<{ options: O }>>['values'];
  readonly files: readonly string[];
};

/** A command of `parley`. */
export type Command = {
  /** What follows its name, and below it what it does; shown as it stands. */
  readonly usage: string;
  /** Runs it with the words after its name; the exit status, or why nothing was done. */
  readonly run: (words: readonly string[], world: World) => Promise<number | Refusal>;
};

/** Makes a command; `files`: how many words that are no options it takes. Refuses `command.usage`. */
export const command = <const O extends Options>(made: {
  readonly usage: string;
  readonly files?: { readonly least: number; readonly most: number };
  readonly options: O;
  readonly run: (given: Given<O>, world: World) => Promise<number | Refusal>;
}): Command => ({
  usage: made.usage,
  run: async (words, world) => {
    const { least, most } = made.files ?? { least: 0, most: 0 };
    try {
      const { values, positionals } = parseArgs({ args: [...words], options: made.options, allowPositionals: true });
      const [line] = made.usage.split('\n');
      if (positionals.length < least) return new Refusal('command.usage', `something is missing: parley ${line}`);
      if (positionals.length > most) return new Refusal('command.usage', `too much: ${positionals[most]}`);
      return await made.run({ values, files: positionals }, world);
    } catch (error) {
      const usage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
      if (usage) return new Refusal('command.usage', error.message);
      throw error;
    }
  },
});

import { randomBytes } from 'node:crypto';

/** What a ghost page is to do: join an SFU with a token that the SFU made, and play one part for a while. */
export type Haunt = {
  readonly id: 'inject-picture' | 'replay';
  readonly url: string;
  readonly token: string;
  readonly ms: number;
};

/** The ghost page in the rehearsal's own tab, as the supervisor sees it. */
export type Ghosts = {
  /** Has the page play; resolves to how many frames it sent, or null where no page came in time. */
  readonly haunt: (haunt: Haunt, withinMs: number) => Promise<number | null>;
  /** What a page is to do now, under a name by which it answers; null: nothing. */
  readonly wanted: () => (Haunt & { readonly name: string }) | null;
  /** A page has played. */
  readonly played: (name: string, sent: number) => void;
  readonly stop: () => void;
};

/** No ghost, until one is wanted. */
export const ghosts = (): Ghosts => {
  let now: (Haunt & { readonly name: string }) | null = null;
  let settle: (sent: number | null) => void = () => {};
  const end = (sent: number | null) => {
    now = null;
    settle(sent);
  };
  return {
    haunt: (haunt, withinMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => end(null), withinMs);
        settle = (sent) => {
          clearTimeout(timer);
          resolve(sent);
        };
        now = { ...haunt, name: randomBytes(12).toString('hex') };
      }),
    wanted: () => now,
    played: (name, sent) => {
      if (now?.name === name) end(sent);
    },
    stop: () => end(null),
  };
};

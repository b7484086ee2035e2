/** Names of the attacks that a rehearsal can play on itself. */
export const attackIds = ['swap-names', 'no-encryption', 'inject-picture', 'replay', 'forge-admission'] as const;
export type AttackId = (typeof attackIds)[number];

/** One step of an attack: when (ms), which sentence, with which values. */
export type AttackStep = {
  readonly at: number;
  readonly key: string;
  readonly values: { readonly [name: string]: string | number };
};

export type AttackState = {
  readonly id: AttackId;
  readonly state: 'idle' | 'running' | 'done' | 'failed';
  readonly steps: readonly AttackStep[];
  /** What must be so before it can run, or null. */
  readonly needs: string | null;
};

/** What the rehearsal page shows. */
export type RehearsalState = {
  readonly delegations: readonly {
    readonly name: string;
    readonly root: string;
    readonly host: boolean;
    readonly seats: readonly {
      readonly id: string;
      readonly role: string;
      readonly name: string;
      readonly function: string;
      readonly occupied: 'free' | 'person' | 'stand-in';
      /** Not named in the call sheet: whoever sits here knocks first. */
      readonly guest: boolean;
    }[];
  }[];
  readonly attacks: readonly AttackState[];
};

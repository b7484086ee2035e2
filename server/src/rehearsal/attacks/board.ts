import { type AttackId, type AttackState, type AttackStep, attackIds } from '../state.ts';

/** What the rehearsal page shows of each attack. */
export type Board = {
  readonly begin: (id: AttackId) => void;
  readonly step: (id: AttackId, key: string, values?: AttackStep['values']) => void;
  readonly end: (id: AttackId, outcome: 'done' | 'failed') => void;
  readonly running: () => AttackId | null;
  readonly states: (needs: (id: AttackId) => string | null) => readonly AttackState[];
};

/** An empty board; `changed` hears of every line. */
export const board = (changed: () => void): Board => {
  const lines = new Map<AttackId, { state: AttackState['state']; steps: readonly AttackStep[] }>();
  const line = (id: AttackId) => lines.get(id) ?? { state: 'idle' as const, steps: [] };
  return {
    begin: (id) => {
      lines.set(id, { state: 'running', steps: [] });
      changed();
    },
    step: (id, key, values = {}) => {
      const { state, steps } = line(id);
      lines.set(id, { state, steps: [...steps, { at: Date.now(), key, values }] });
      changed();
    },
    end: (id, outcome) => {
      lines.set(id, { ...line(id), state: outcome });
      changed();
    },
    running: () => attackIds.find((id) => line(id).state === 'running') ?? null,
    states: (needs) => attackIds.map((id) => ({ id, ...line(id), needs: needs(id) })),
  };
};

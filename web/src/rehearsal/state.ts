import { useCallback, useEffect, useState } from 'react';

/** A seat of the rehearsal and who sits in it now. */
export type RehearsalSeat = {
  readonly id: string;
  readonly role: 'principal' | 'adviser' | 'note-taker' | 'interpreter' | 'technician' | 'press';
  readonly name: string;
  readonly function: string;
  readonly occupied: 'free' | 'person' | 'stand-in';
  /** Not named in the call sheet: whoever sits here knocks first. */
  readonly guest: boolean;
};

export type RehearsalDelegation = {
  readonly name: string;
  /** Fingerprint of its root key, hex. */
  readonly root: string;
  /** Its node orders the meeting's log. */
  readonly host: boolean;
  readonly seats: readonly RehearsalSeat[];
};

export type AttackId = 'swap-names' | 'no-encryption' | 'inject-picture' | 'replay' | 'forge-admission';

export type Attack = {
  readonly id: AttackId;
  readonly state: 'idle' | 'running' | 'done' | 'failed';
  /** What happened, in order; `at` in ms since 1970, `key` names the sentence. */
  readonly steps: readonly {
    readonly at: number;
    readonly key: string;
    readonly values: { readonly [name: string]: string | number };
  }[];
  /** What must be so before it can run (names a sentence), or null when it can. */
  readonly needs: string | null;
};

/** What the rehearsal's door says of itself. */
export type Rehearsal = {
  readonly delegations: readonly RehearsalDelegation[];
  readonly attacks: readonly Attack[];
};

/** What the page knows: `null` until the door answered; `reached` false while it does not answer (any more). */
export type RehearsalView = { readonly rehearsal: Rehearsal | null; readonly reached: boolean };

/** The rehearsal as it is now: once asked for, then told on every change. */
export const useRehearsal = (): RehearsalView => {
  const [view, setView] = useState<RehearsalView>({ rehearsal: null, reached: true });
  // The page and its door come from one server and one version: what it says is taken as it is.
  const take = useCallback((json: string) => setView({ rehearsal: JSON.parse(json), reached: true }), []);
  useEffect(() => {
    const events = new EventSource('/api/events');
    events.addEventListener('state', (event: MessageEvent<string>) => take(event.data));
    // The browser connects again by itself; until then the page says so.
    events.addEventListener('error', () => setView((last) => ({ ...last, reached: false })));
    events.addEventListener('open', () => setView((last) => ({ ...last, reached: true })));
    const asking = new AbortController();
    fetch('/api/state', { signal: asking.signal })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then(take)
      .catch(() => {
        if (!asking.signal.aborted) setView((last) => ({ ...last, reached: false }));
      });
    return () => {
      asking.abort();
      events.close();
    };
  }, [take]);
  return view;
};

const order = async (path: string, body: unknown): Promise<unknown> => {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
};

/**
 * Asks for a new one-time link for a seat.
 * @returns the address to open, or null when the door does not give one
 */
export const askForLink = async (seat: string, standIn: boolean): Promise<string | null> => {
  const answer = await order('/api/link', { seat, standIn }).catch(() => null);
  if (typeof answer !== 'object' || answer === null || !('url' in answer)) return null;
  return typeof answer.url === 'string' ? answer.url : null;
};

/**
 * Orders an attack against the running rehearsal; what becomes of it comes with the state.
 * @returns whether the door took the order
 */
export const runAttack = (id: AttackId): Promise<boolean> =>
  order('/api/attack', { id }).then(
    () => true,
    () => false,
  );

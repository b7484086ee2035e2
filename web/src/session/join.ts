import type { Ending, RefusalView } from './view.ts';

/**
 * One join, from the page that opened to the seat that is seen: the list in ARCHITECTURE.md, as states. What must hold
 * before the next state is named at each; nothing is skipped, and every failure has its own end.
 */
export type Join =
  /** The page is open; a one-time link waits for its click (or this device has redeemed one before). */
  | { readonly kind: 'opened'; readonly redeeming: boolean; readonly refusal: RefusalView | null }
  /** The device key stands; the node is asked for the sheet and the mandate, and both are verified here. */
  | { readonly kind: 'proving' }
  /** Holding: what was agreed is verified. Tracks and connections are prepared; nothing is published. */
  | { readonly kind: 'holding'; readonly refusal: RefusalView | null; readonly denied: Denial | null }
  /** Whom the call sheet does not name has knocked: every delegation's chair decides. */
  | { readonly kind: 'knocking' }
  /** *Take your seat* was pressed: KeyPackage and frame key are made, the request to sit is with the host. */
  | { readonly kind: 'asked' }
  /** The entry is settled: every delegation that must countersign did. Waiting for the Welcome. */
  | { readonly kind: 'admitted'; readonly seating: number }
  /** The group was compared with roster and log: keys stand, the camera opens. */
  | { readonly kind: 'seated'; readonly seating: number }
  /** `open`: another window of this browser holds the seat. `unknown`: our node does not know this device any more. */
  | { readonly kind: 'left'; readonly why: Ending }
  /** Something that must hold does not. Nothing leads out of here. */
  | { readonly kind: 'stopped'; readonly refusal: RefusalView };

/** Whose chair (root in hex) said no, and why. */
export type Denial = { readonly root: string; readonly reason: string };

export type JoinEvent =
  | { readonly kind: 'clicked' }
  | { readonly kind: 'link-refused'; readonly refusal: RefusalView }
  | { readonly kind: 'device-stands' }
  | { readonly kind: 'agreed' }
  | { readonly kind: 'knocked' }
  | { readonly kind: 'denied'; readonly denied: Denial }
  | { readonly kind: 'took-seat' }
  | { readonly kind: 'refused'; readonly refusal: RefusalView }
  | { readonly kind: 'settled'; readonly seating: number }
  | { readonly kind: 'keyed' }
  /** Keys cannot be followed any more: sitting anew under the same device. */
  | { readonly kind: 'lost-keys' }
  | { readonly kind: 'ended'; readonly why: Ending }
  | { readonly kind: 'broke'; readonly refusal: RefusalView };

const holding = (refusal: RefusalView | null, denied: Denial | null = null): Join => ({
  kind: 'holding',
  refusal,
  denied,
});

/** The state before anything happened. */
export const opened: Join = { kind: 'opened', redeeming: false, refusal: null };

/** The next state; an event that makes no sense in a state leaves it as it is. */
export const step = (join: Join, event: JoinEvent): Join => {
  if (join.kind === 'stopped' || join.kind === 'left') return join;
  if (event.kind === 'broke') return { kind: 'stopped', refusal: event.refusal };
  if (event.kind === 'ended') return { kind: 'left', why: event.why };
  switch (join.kind) {
    case 'opened':
      if (event.kind === 'clicked') return { ...join, redeeming: true, refusal: null };
      if (event.kind === 'link-refused') return { ...join, redeeming: false, refusal: event.refusal };
      return event.kind === 'device-stands' ? { kind: 'proving' } : join;
    case 'proving':
      if (event.kind === 'link-refused') return { kind: 'opened', redeeming: false, refusal: event.refusal };
      return event.kind === 'agreed' ? holding(null) : join;
    case 'holding':
      if (event.kind === 'knocked') return { kind: 'knocking' };
      return event.kind === 'took-seat' ? { kind: 'asked' } : join;
    case 'knocking':
      if (event.kind === 'refused') return holding(event.refusal);
      if (event.kind === 'denied') return holding(null, event.denied);
      return event.kind === 'took-seat' ? { kind: 'asked' } : join;
    case 'asked':
      if (event.kind === 'refused') return holding(event.refusal);
      if (event.kind === 'denied') return holding(null, event.denied);
      return event.kind === 'settled' ? { kind: 'admitted', seating: event.seating } : join;
    case 'admitted':
      if (event.kind === 'refused') return holding(event.refusal);
      if (event.kind === 'denied') return holding(null, event.denied);
      if (event.kind === 'lost-keys') return { kind: 'asked' };
      return event.kind === 'keyed' ? { kind: 'seated', seating: join.seating } : join;
    case 'seated':
      return event.kind === 'lost-keys' ? { kind: 'asked' } : join;
  }
};

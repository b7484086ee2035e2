import type { Refusal } from '@parley/protocol/bytes';

/** What a connection may do at an SFU: publish and subscribe on one's own, only subscribe on a counterpart's. */
export type SfuPermission = 'publish' | 'subscribe';

/** Leave to connect once, soon, under one random transport name. */
export type SfuTicket = {
  /** Base address of the signalling (http), without a path. */
  readonly url: string;
  readonly token: string;
  /** Transport name: random, says nothing of the person. */
  readonly identity: string;
};

/** `down` names how often in a row a start has failed. */
export type SfuState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly pid: number; readonly adopted: boolean }
  | { readonly kind: 'down'; readonly failures: number; readonly why: string }
  | { readonly kind: 'stopped' };

/** A media server of one's own delegation. It carries sealed frames and is trusted with nothing. */
export type Sfu = {
  readonly state: () => SfuState;
  /** Tells every change of state; the returned function ends that. */
  readonly onState: (listener: (state: SfuState) => void) => () => void;
  /** Adopts the living SFU of an earlier start, or starts one; resolves once it answers. */
  readonly start: () => Promise<undefined | Refusal>;
  /**
   * Leave to join the room of a meeting. With `identity` the same transport name again (to resume), otherwise a
   * fresh one. Refused with `sfu.down` while the SFU does not answer.
   */
  readonly ticket: (room: string, permission: SfuPermission, identity?: string) => Promise<SfuTicket | Refusal>;
  /** Ends a connection, for comfort only: secrecy comes from keys. */
  readonly evict: (room: string, identity: string) => Promise<void>;
  /** From now on signalling goes to another address in place of the SFU's own (null: its own again). */
  readonly reroute: (url: string | null) => void;
  /** `leave`: lets the child live, so that the next start adopts it. */
  readonly stop: (how: 'end' | 'leave') => Promise<void>;
};

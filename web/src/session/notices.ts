import type { Notice } from './view.ts';

const KEPT = 6;
/** Quiet notices go by themselves after this long, in ms; the others when what they say is over. */
const QUIET_FOR = 8_000;

/** The notices on the stage. */
export type Notices = readonly Notice[];

/** Adds a notice; the same one again replaces itself. */
export const notify = (notices: Notices, notice: Omit<Notice, 'id'>): Notices => {
  const same = (one: Notice) =>
    one.kind === notice.kind && JSON.stringify(one.values) === JSON.stringify(notice.values);
  const id = (notices.at(-1)?.id ?? 0) + 1;
  return [...notices.filter((one) => !same(one)), { ...notice, id }].slice(-KEPT);
};

/** Takes away what is over: notices of these kinds, or, without kinds, quiet ones that were there long enough. */
export const settleNotices = (notices: Notices, now: number, over: readonly Notice['kind'][] = []): Notices => {
  const next = notices.filter(
    (one) => !over.includes(one.kind) && !(one.tone === 'quiet' && now - one.atMs > QUIET_FOR),
  );
  return next.length === notices.length ? notices : next;
};

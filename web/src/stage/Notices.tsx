import { Info, type LucideIcon, ShieldAlert, TriangleAlert } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { CodeView, Notice } from '../session/view.ts';
import styles from './Notices.module.css';
import { noticeText } from './notice-text.ts';
import { useNow } from './use-now.ts';

type AlertsProps = {
  readonly notices: readonly Notice[];
  /** Whose node does not answer, the nearest first. */
  readonly away: 'own' | 'host' | null;
  /** False while new keys are awaited: nothing is being sent. */
  readonly sending: 'yes' | 'keys' | 'line';
  readonly code: CodeView;
};

/** What has happened and is over goes out of sight after a while; for all else the session says when it is over. */
const staysMs: { readonly [kind in Notice['kind']]?: number } = {
  'attack-refused': 60_000,
  'clocks-apart': 60_000,
  removed: 20_000,
  lost: 20_000,
};
const LASTING: ReadonlySet<Notice['kind']> = new Set(['host-away', 'node-away', 'knocked', 'wants-end']);
const icons: { readonly [tone in Notice['tone']]: LucideIcon } = {
  quiet: Info,
  warning: TriangleAlert,
  danger: ShieldAlert,
};

/** Newest first, the gravest before all. */
const fresh = (notices: readonly Notice[], now: number) =>
  notices
    .filter(({ atMs, kind }) => now - atMs < (staysMs[kind] ?? Number.POSITIVE_INFINITY))
    .toSorted((a, b) => Number(b.tone === 'danger') - Number(a.tone === 'danger') || b.atMs - a.atMs);

/** What must be seen now, above the picture: nothing, mostly. What lasts (a node is away) stays. */
export const Alerts = ({ notices, away, sending, code }: AlertsProps) => {
  const text = useText();
  const now = useNow();
  // What lasts as long as the view says so has its own line here, or asks beside it (Asks.tsx).
  const lasting = (kind: Notice['kind']) => LASTING.has(kind);
  const shown = fresh(notices, now).filter(({ tone, kind }) => tone !== 'quiet' && !lasting(kind));
  const different = code.different.map(({ name }) => name);
  return (
    <ul className={styles.alerts}>
      {different.length > 0 ? <Line tone="danger" words={text('code.alarm', { names: text.list(different) })} /> : null}
      {sending === 'keys' ? <Line tone="warning" words={text('stage.new-keys')} /> : null}
      {sending === 'line' && away !== 'own' ? <Line tone="warning" words={text('stage.no-line')} /> : null}
      {shown.slice(0, 2).map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
      {away === null ? null : (
        <Line tone="warning" words={text(away === 'own' ? 'stage.node-away' : 'stage.host-away')} />
      )}
    </ul>
  );
};

/** What has just happened and is no trouble, beside the controls. */
export const News = ({ notices }: { readonly notices: readonly Notice[] }) => {
  const now = useNow();
  const shown = fresh(notices, now).filter(({ tone }) => tone === 'quiet');
  return (
    <ul className={styles.news}>
      {shown.slice(0, 2).map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </ul>
  );
};

const NoticeLine = ({ notice }: { readonly notice: Notice }) => {
  const text = useText();
  const { tone, values } = notice;
  const { code } = values;
  return <Line tone={tone} words={noticeText(notice, text)} {...(code === undefined ? {} : { code })} />;
};

type LineProps = { readonly tone: Notice['tone']; readonly words: string; readonly code?: string };

const Line = ({ tone, words, code }: LineProps) => {
  const Icon = icons[tone];
  return (
    <li className={styles.notice} data-tone={tone}>
      <Icon aria-hidden size={16} />
      <span>
        {words} {code === undefined ? null : <code>{code}</code>}
      </span>
    </li>
  );
};

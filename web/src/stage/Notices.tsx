import { Info, type LucideIcon, ShieldAlert, TriangleAlert } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { Notice } from '../session/view.ts';
import styles from './Notices.module.css';
import { useNow } from './use-now.ts';

type Props = {
  readonly notices: readonly Notice[];
  readonly hostAway: boolean;
  /** False while new keys are awaited: nothing is being sent. */
  readonly sending: boolean;
};

/** How long a notice stays in sight; the session keeps them all. */
const staysMs = { quiet: 10_000, warning: 20_000, danger: 60_000 };
const icons: { readonly [tone in Notice['tone']]: LucideIcon } = {
  quiet: Info,
  warning: TriangleAlert,
  danger: ShieldAlert,
};

/** What has just happened, the newest first, beside the controls; what lasts (the host is away) stays. */
export const Notices = ({ notices, hostAway, sending }: Props) => {
  const text = useText();
  const now = useNow();
  const fresh = notices.filter(({ atMs, tone }) => now - atMs < staysMs[tone]);
  const weight = { danger: 0, warning: 1, quiet: 2 };
  const shown = fresh.toSorted((a, b) => weight[a.tone] - weight[b.tone] || b.atMs - a.atMs).slice(0, 2);
  return (
    <ul className={styles.notices}>
      {sending ? null : <Line tone="warning" words={text('stage.new-keys')} />}
      {hostAway ? <Line tone="warning" words={text('stage.host-away')} /> : null}
      {shown.map((notice) => (
        <Line
          key={notice.id}
          tone={notice.tone}
          words={text(`notice.${notice.kind}`, notice.values)}
          {...(notice.values.code === undefined ? {} : { code: notice.values.code })}
        />
      ))}
    </ul>
  );
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

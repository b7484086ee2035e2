import type { RecordReport } from '@parley/protocol/log';
import { ShieldX } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import styles from './Verdict.module.css';

type Props = { readonly file: string; readonly report: Extract<RecordReport, { verdict: 'refused' }> };

/** A record that does not stand: where it breaks, what that means, what to do. */
export const RefusedRecord = ({ file, report: { code, entry } }: Props) => {
  const text = useText();
  const family = code.split('.')[0] ?? '';
  const meaning = text.known(`record.means.${code}`, `record.means.${family}`) ?? 'record.means.other';
  return (
    <section className={styles.verdict} data-verdict="refused">
      <h2>
        <ShieldX aria-hidden size={24} />
        {entry === null ? text('record.refused') : text('record.refused.at', { entry })}
      </h2>
      <p>{text(meaning)}</p>
      <p>{text('record.refused.do')}</p>
      <p className={styles.small}>
        {file} · <code>{code}</code>
      </p>
    </section>
  );
};

import type { RecordReport } from '@parley/protocol/log';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import { Planned } from '../ui/Planned.tsx';
import styles from './ProvenRecord.module.css';
import verdict from './Verdict.module.css';

type Report = Extract<RecordReport, { verdict: 'stands' }>;
type Props = { readonly file: string; readonly report: Report };

/** A record that stands: what it proves, who signed it, who sat, and what is missing. */
export const ProvenRecord = ({ file, report }: Props) => {
  const text = useText();
  const { meeting, exported, entries, whole } = report;
  const at = (iso: string) => text.dated(Date.parse(iso));
  const Icon = whole ? ShieldCheck : ShieldAlert;
  return (
    <>
      <section className={verdict.verdict} data-verdict={whole ? 'whole' : 'lacking'}>
        <h2>
          <Icon aria-hidden size={24} />
          {text(whole ? 'record.stands' : 'record.lacks')}
        </h2>
        <p>
          {entries.newest === null
            ? text('record.entries.none')
            : text('record.entries', { count: entries.count, newest: at(entries.newest) })}{' '}
          {entries.settled === entries.count
            ? entries.count > 0 && text('record.settled')
            : text('record.unsettled', { from: entries.settled + 1, to: entries.count })}
        </p>
        {report.unordered.map(({ by, kind }) => (
          <p key={`${by} ${kind}`}>
            {text('record.unordered', {
              delegation: by,
              what: text(text.known(`record.act.${kind}`) ?? 'record.act.other'),
            })}
          </p>
        ))}
        {report.twoLogs.map(({ delegation, entry }) => (
          <p key={`${delegation} ${entry}`}>{text('record.two-logs', { delegation, entry })}</p>
        ))}
        <p className={verdict.small}>
          {text('record.exported', { file, delegation: exported.by, at: at(exported.at) })}
        </p>
      </section>
      <section className={styles.part}>
        <h2>{meeting.title}</h2>
        <Planned fromMs={Date.parse(meeting.from)} untilMs={Date.parse(meeting.until)} zone={meeting.zone} />
        <p>{text(`kept.${meeting.record}`)}</p>
        {report.closed === null ? null : <p>{text('record.closed', { at: at(report.closed) })}</p>}
        <p>{text('record.clock')}</p>
        <Sittings sittings={report.sittings} />
      </section>
      <section className={styles.part}>
        <h2>{text('record.signed')}</h2>
        <p>{text('record.roots')}</p>
        <ul className={styles.delegations}>
          {report.delegations.map(({ name, root, host, signedTo }) => (
            <li key={root}>
              <h3>{host ? text('record.host', { name }) : name}</h3>
              <p>{signedTo === 0 ? text('record.signed.none') : text('record.signed.to', { entry: signedTo })}</p>
              <p className={styles.root} dir="ltr">
                {root.match(/.{8}/g)?.join(' ')}
              </p>
            </li>
          ))}
        </ul>
      </section>
      <section className={styles.part}>
        <h2>{text('record.not')}</h2>
        <p>{text('record.not.lead')}</p>
      </section>
    </>
  );
};

const Sittings = ({ sittings }: Pick<Report, 'sittings'>) => {
  const text = useText();
  if (sittings.length === 0) return null;
  const second = (iso: string) => <time dateTime={iso}>{text.second(Date.parse(iso))}</time>;
  return (
    <div className={styles.scroll}>
      <table className={styles.sittings}>
        <caption>{text('record.sat')}</caption>
        <thead>
          <tr>
            {(['who', 'delegation', 'from', 'until'] as const).map((column) => (
              <th key={column} scope="col">
                {text(`record.sat.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sittings.map(({ seat, name, function: does, delegation, named, from, until, ended }) => (
            <tr key={`${seat} ${from}`}>
              <th scope="row">
                {name}
                <span>{does}</span>
                {named ? null : <span>{text('record.sat.unnamed')}</span>}
              </th>
              <td>{delegation}</td>
              <td>{second(from)}</td>
              <td>
                {until === null ? text('record.sat.on') : second(until)}
                {ended === null ? null : <span>{text(text.known(`record.act.${ended}`) ?? 'record.act.other')}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

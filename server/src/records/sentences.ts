import type { RecordReport } from '@parley/protocol/log';
import { keptOf } from '../agreeing/sentences.ts';

type Stands = Extract<RecordReport, { verdict: 'stands' }>;
type Refused = Extract<RecordReport, { verdict: 'refused' }>;

/** Under which roots a record was verified: of the node named, or the record's own. */
export type Under = { readonly kind: 'pinned'; readonly node: string } | { readonly kind: 'own' };

/** A report in sentences, a line each. */
export const sentencesOf = (report: RecordReport, under: Under): readonly string[] =>
  report.verdict === 'refused' ? refused(report) : stands(report, under);

/** What a refusal means to a reader, by code, else by its family. */
const MEANINGS: { readonly [code: string]: string } = {
  bytes: 'It is no record, or bytes of it are missing, added or changed.',
  record: 'Its content is not what the node that exported it signed.',
  'record.roots': 'The roots that it brings along are not those of its call sheet.',
  identity:
    'It is not signed under the roots that are trusted here, or not at a time when its certificates were valid.',
  sheet: 'Its call sheet is not signed by every delegation.',
  log: 'What stands there does not follow from what stands before it: something was left out, put in, moved or changed.',
  'log.ahead': 'Somebody countersigned more than it holds: its end is missing.',
  'log.no-equivocation': 'It claims that somebody signed two logs, and does not prove it.',
  act: 'What stands there was not signed by the device that it names.',
};
const OTHERWISE = 'What stands there was never allowed.';

const refused = ({ code, detail, entry }: Refused): readonly string[] => [
  entry === null ? 'This record does not stand.' : `This record does not stand: it breaks at entry ${entry}.`,
  MEANINGS[code] ?? MEANINGS[code.split('.')[0] ?? ''] ?? OTHERWISE,
  `Code: ${code}${detail === '' ? '' : ` (${detail})`}`,
  'Nothing of it is proven. Ask whoever gave it to you, or another delegation, for theirs.',
];

const stands = (report: Stands, under: Under): readonly string[] => {
  const { meeting, delegations, exported, entries } = report;
  return [
    report.whole ? 'This record stands.' : 'This record stands, and something is missing or wrong: see below.',
    `Meeting: ${meeting.title}, planned from ${meeting.from} to ${meeting.until} (in the time zone ${meeting.zone}).`,
    `Agreed to be kept: ${keptOf(meeting.record)}`,
    `Exported by the node of ${exported.by} at ${exported.at} by its own clock.`,
    ...(report.closed === null ? [] : [`It ended at ${report.closed}: every delegation had left or agreed to end it.`]),
    ...entryLines(report),
    '',
    ...delegations.map(
      ({ name, root, host, signedTo }) =>
        `${name}${host ? ' (host)' : ''}: ${signedTo === 0 ? 'signed the call sheet, no entry' : `signed entries 1 to ${signedTo}`}. Root ${root}`,
    ),
    under.kind === 'pinned'
      ? `Verified under the roots that ${under.node} has pinned.`
      : 'Verified under the roots that it brings along: compare them with those that you know from the delegations themselves.',
    '',
    ...(entries.count === 0 ? [] : ['Who sat, by the host’s clock:']),
    ...report.sittings.map(
      ({ name, function: does, delegation, named, from, until, ended }) =>
        `  ${name}, ${does}, ${delegation}${named ? '' : ' (not on the call sheet; every chair let them in)'}: from ${from} ${until === null ? 'on; no end is recorded' : `to ${until} (${END[ended ?? ''] ?? ended})`}`,
    ),
    '',
    'It proves who sat when, who ended it, and that everybody named above had the same log. It does not prove what was said.',
  ];
};

const END: { readonly [kind: string]: string } = {
  leave: 'left',
  remove: 'was removed',
  lost: 'the line was lost',
  sit: 'took the seat anew',
  deny: 'was turned away',
  close: 'the meeting ended',
};

const entryLines = ({ entries, unordered, twoLogs }: Stands): readonly string[] => {
  const { count, settled, newest } = entries;
  return [
    count === 0
      ? 'It holds no entries: nobody sat.'
      : `It holds ${count} ${count === 1 ? 'entry' : 'entries'}, the newest of ${newest} by the host’s clock.`,
    ...(settled < count
      ? [
          `Entries ${settled + 1} to ${count} were not countersigned by everybody who had to: what they permit was never in force.`,
        ]
      : count === 0
        ? []
        : ['Every entry was countersigned by everybody who had to.']),
    ...unordered.map(
      ({ by, kind }) => `MISSING IN THE LOG: ${by} said “${kind}”; it acted, and the host never ordered it.`,
    ),
    ...twoLogs.map(
      ({ delegation, entry }) =>
        `TWO LOGS: ${delegation} signed two different entries ${entry}. This file proves it to anyone.`,
    ),
  ];
};

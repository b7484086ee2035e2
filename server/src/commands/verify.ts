import { Refusal } from '@parley/protocol/bytes';
import type { Pins } from '@parley/protocol/identity';
import { RECORD_LIMIT, reportOf, verifyRecord } from '@parley/protocol/log';
import { readBytes } from '../files.ts';
import { sentencesOf, type Under } from '../records/sentences.ts';
import { command, EXIT } from './command.ts';

export default command({
  usage: `verify RECORD [--config FILE] [--json]
    says what a record proves, offline; with --config under the roots that this node has pinned, else under its own.
    Ends with 0: it stands; 1: it does not; 3: it stands, but lacks something; 2: nothing was judged`,
  files: { least: 1, most: 1 },
  options: { config: { type: 'string' }, json: { type: 'boolean', default: false } },
  run: async ({ values, files: [path = ''] }, { say }) => {
    let pins: Pins | null = null;
    let under: Under = { kind: 'own' };
    if (values.config !== undefined) {
      // Loaded only for that: an auditor has neither a node nor a store.
      const { ownPins } = await import('../counterparts/own-pins.ts');
      const own = await ownPins(values.config);
      if (own instanceof Refusal) return own;
      pins = own.pins;
      under = { kind: 'pinned', node: own.node };
    }
    const bytes = readBytes(path, RECORD_LIMIT);
    if (bytes instanceof Refusal) return bytes;
    const report = reportOf(await verifyRecord(bytes, pins));
    if (values.json) say(JSON.stringify({ ...report, under: under.kind }, null, 2));
    else for (const line of sentencesOf(report, under)) say(line);
    if (report.verdict === 'refused') return EXIT.refused;
    return report.whole ? EXIT.done : EXIT.incomplete;
  },
});

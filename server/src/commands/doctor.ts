import { Refusal } from '@parley/protocol/bytes';
import { systemClock } from '../clock.ts';
import { examine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

const MARKS: { readonly [K in Finding['how']]: string } = { good: 'ok  ', poor: 'look', bad: 'BAD ', skipped: '-   ' };

export default command({
  usage: `doctor [--json] [--config FILE]
    looks at keys, disk, TLS, DNS, ports, SFU and every counterpart, says what is wrong and what to do; changes nothing.
    Ends with 0: all is well; 3: something is to be looked at; 1: something is broken`,
  options: { ...CONFIG_OPTION, json: { type: 'boolean', default: false } },
  run: async ({ values }, { say, env }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const findings = await examine(config, systemClock);
    if (values.json) say(JSON.stringify(findings, null, 2));
    else
      for (const { of, how, says, todo } of findings) {
        say(`${MARKS[how]} ${of}: ${says}`);
        if (todo) say(`       ${todo}`);
      }
    if (findings.some(({ how }) => how === 'bad')) return EXIT.refused;
    return findings.some(({ how }) => how === 'poor') ? EXIT.incomplete : EXIT.done;
  },
});

import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../src/sfu/livekit/settings.ts';
import { openTown, type Town } from './office.ts';

let town: Town;
beforeEach(() => {
  town = openTown();
});
afterEach(() => town.leave());

test('[NODE13] [NODE16] a watched node counts itself at an address of its own, without a name', async () => {
  const [alba, borland] = [await town.office('Alba'), await town.office('Borland')];
  await town.introduce(alba, borland);
  const port = await freePort('127.0.0.1');
  const text = readFileSync(alba.config, 'utf8');
  writeFileSync(
    alba.config,
    text.replace('"sfu":', `"metrics": { "address": "127.0.0.1", "port": ${port} },\n  "sfu":`),
  );
  const node = await alba.start();
  const told = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(told).toContain('\nparley_counterparts 1\n');
  expect(told).toContain('\nparley_meetings 0\n');
  expect(told).toContain('\nparley_sfu_up 1\n');
  expect(told).toContain('\nparley_errands_waiting 0\n');
  const [, end] = /\nparley_certificate_end_seconds (\d+)\n/.exec(told) ?? [];
  expect((Number(end) * 1_000 - Date.now()) / 86_400_000).toBeCloseTo(30, 1);
  expect(told).toContain('\nprocess_resident_memory_bytes ');
  for (const secret of ['Alba', 'Borland', node.root]) expect(told).not.toContain(secret);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  // Nobody asks at the doors that others reach.
  for (const door of [alba.read().seats, alba.read().peer])
    expect((await fetch(`http://127.0.0.1:${door.port}/metrics`)).status).toBe(404);
}, 60_000);

import { Refusal } from '@parley/protocol/bytes';
import type { Pins } from '@parley/protocol/identity';
import { readConfig } from '../config/config.ts';
import { keptRoot } from '../identity/files.ts';
import { keptPins } from './kept.ts';
import { pinsOf } from './pinned.ts';

/** The roots that the node of a configuration trusts, and its name; refuses what reading these refuses. */
export const ownPins = async (path: string): Promise<{ readonly pins: Pins; readonly node: string } | Refusal> => {
  const config = readConfig(path);
  if (config instanceof Refusal) return config;
  const own = keptRoot(config.identity);
  return own instanceof Refusal ? own : { pins: pinsOf(own, await keptPins(config)), node: config.name };
};

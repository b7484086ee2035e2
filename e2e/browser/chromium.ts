import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { chromium } from '@playwright/test';
import { executable, lastWords, onPath, run } from '../../server/src/sfu/acquire/command.ts';
import { Unavailable } from '../../server/src/sfu/acquire/unavailable.ts';

/** A Chromium that runs here, and the way by which it was found. */
type Chromium = { readonly path: string; readonly how: Way };

type Way = 'configured' | 'path' | 'playwright' | 'playwright install' | 'apt-get';

/** What the search looks at and acts through; tests give their own. */
export type Surroundings = {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Whether this process may install system packages. */
  readonly root: boolean;
  /** Where Playwright keeps a Chromium of its own, there or not. */
  readonly playwrights: string;
  /** Playwright's command line program, a file for Node. */
  readonly cli: string;
  /** Says one line to the person who waits. */
  readonly say: (line: string) => void;
};

/** Ed25519 and X25519 in WebCrypto and encoded transforms are all there from this version on. */
const oldest = 137;
const minute = 60_000;

const names: Readonly<Record<Way, string>> = {
  configured: 'PARLEY_CHROMIUM',
  path: 'PATH',
  playwright: "Playwright's own",
  'playwright install': 'playwright install chromium',
  'apt-get': 'apt-get install chromium',
};

/**
 * Finds a Chromium for the tests: PARLEY_CHROMIUM, PATH (and /Applications on macOS), Playwright's own,
 * `playwright install chromium`, apt-get where root.
 * @returns its path and the way, or a Refusal `chromium.unavailable` with one line for each way that was tried and a
 *   last one that says what to do
 */
export async function findChromium(surroundings: Partial<Surroundings> = {}): Promise<Chromium | Unavailable> {
  const here: Surroundings = {
    env: process.env,
    platform: process.platform,
    root: process.getuid?.() === 0,
    playwrights: chromium.executablePath(),
    cli: join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js'),
    say: (line) => process.stderr.write(`${line}\n`),
    ...surroundings,
  };
  const configured = here.env.PARLEY_CHROMIUM;
  const ways: readonly (readonly [Way, () => Promise<string | Refusal>])[] = configured
    ? [['configured', () => usable(here, configured)]]
    : [
        ['path', () => fromPath(here)],
        ['playwright', () => usable(here, here.playwrights)],
        ['playwright install', () => fromPlaywright(here)],
        ['apt-get', () => fromApt(here)],
      ];
  const tried: string[] = [];
  for (const [how, find] of ways) {
    const path = await find();
    if (!(path instanceof Refusal)) return { path, how };
    tried.push(`${names[how]}: ${path.detail}.`);
  }
  const advice = `Install Chromium or Chrome ${oldest} or later, or name its path in PARLEY_CHROMIUM, and run again.`;
  return new Unavailable('chromium.unavailable', [...tried, advice]);
}

async function fromPath(here: Surroundings): Promise<string | Refusal> {
  const paths = [];
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']) {
    const path = await onPath(name, here.env);
    if (path !== null) paths.push(path);
  }
  if (here.platform === 'darwin') {
    for (const app of ['Chromium', 'Google Chrome']) paths.push(`/Applications/${app}.app/Contents/MacOS/${app}`);
  }
  const reasons = [];
  for (const path of paths) {
    const found = await usable(here, path);
    if (!(found instanceof Refusal)) return found;
    reasons.push(found.detail);
  }
  return no(reasons.length > 0 ? reasons.join('; ') : 'neither chromium nor google-chrome is on it');
}

async function fromPlaywright(here: Surroundings): Promise<string | Refusal> {
  here.say('Playwright installs a Chromium (about 180 MB).');
  const options = { withinMs: 15 * minute, env: here.env, onLine: here.say };
  const installed = await run(process.execPath, [here.cli, 'install', 'chromium'], options);
  return installed.code === 0 ? usable(here, here.playwrights) : no(lastWords(installed));
}

async function fromApt(here: Surroundings): Promise<string | Refusal> {
  const apt = await onPath('apt-get', here.env);
  if (apt === null) return no('apt-get is not on PATH');
  if (!here.root) return no('only root may install packages');
  here.say('apt-get installs chromium; this may take some minutes.');
  const options = { withinMs: 15 * minute, env: { ...here.env, DEBIAN_FRONTEND: 'noninteractive' } };
  for (const words of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const ended = await run(apt, words, options);
    if (ended.code !== 0) return no(`apt-get ${words[0]}: ${lastWords(ended)}`);
  }
  return fromPath(here);
}

async function usable(here: Surroundings, path: string): Promise<string | Refusal> {
  if (!(await executable(path))) return no(`${path} is not there`);
  const ended = await run(path, ['--version'], { withinMs: 20_000, env: here.env });
  const found = /\b(?:Chromium|Google Chrome(?: for Testing)?) (\d+)\./.exec(ended.out);
  if (ended.code !== 0 || !found) return no(`${path} does not run: ${lastWords(ended)}`);
  return Number(found[1]) >= oldest ? path : no(`${path} is version ${found[1]}; ${oldest} is needed`);
}

function no(reason: string): Refusal {
  return new Refusal('chromium.way', reason);
}

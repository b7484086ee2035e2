import { Refusal } from '@parley/protocol/bytes';
import { openAct, openEntry } from '@parley/protocol/log';
import type { PeerRequest } from '@parley/protocol/wire';
import { expect, test } from '@playwright/test';
import { type Member, openMember } from './attackers/member.ts';
import { tryNode } from './attackers/node.ts';
import { type GhostPage, openGhost, servePages } from './attackers/pages.ts';
import { openStage, type Stage } from './attackers/stage.ts';
import { makeTalk, originOf } from './attackers/talk.ts';
import { closeSeats, openSeat, type Seat } from './rehearsal/index.ts';

/** The host, and a member who helps it, give the wrong keys or none; a counterpart comes back with another root. */
test.describe.configure({ mode: 'serial', timeout: 120_000 });

const within = { timeout: 45_000 };

let pages: Awaited<ReturnType<typeof servePages>>;
let stage: Stage;
let member: Member;
let newcomer: Seat;
let observer: GhostPage;

const linkOf = async (seat: string): Promise<string> => {
  const link = await (seat.startsWith('alba') ? stage.alba : stage.borland).node.link(seat);
  if (link instanceof Refusal) throw new Error(link.code);
  return link;
};
const reads = (text: string | RegExp) => expect(newcomer.page.getByText(text).first()).toBeVisible(within);
const nothingSent = async (): Promise<void> =>
  expect(await observer.page.evaluate(() => window.ghost.observed())).toMatchObject({ audio: 0, video: 0, bare: 0 });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  [pages, stage] = await Promise.all([servePages(), openStage()]);
  member = await openMember(stage.talk, await linkOf('alba-principal'));
  observer = await openGhost(browser, pages, stage.borland);
  newcomer = await openSeat(browser, stage, 'borland-principal');
});
test.afterAll(async ({ browser }) => {
  member?.close();
  await closeSeats(browser);
  await pages?.close();
  await stage?.stop();
  stage?.talk.remove();
});

const takeSeat = () => newcomer.page.getByRole('button', { name: 'Take your seat' }).click();

// Turns red without `if (!equal(groupContext.groupId, groupId(expected))) return new Refusal('welcome.group');` in
// readInfo (protocol/src/keys/join.ts).
test('[KEYS13] a Welcome to another group lets nobody sit: nothing leaves, and the newcomer reads why', async () => {
  await takeSeat();
  await member.letIn(await member.sat('borland-principal'), 'another');
  await reads('The keys that you were given do not fit the record of who sits here.');
  await expect(newcomer.page.getByText('welcome.group')).toBeVisible();
  await expect(newcomer.page.getByRole('button', { name: 'Take your seat' })).toBeVisible();
  await nothingSent();
});

// Turns red where `settled` leads to `seated` (web/src/session/join.ts).
test('a commit that the host withholds: the newcomer waits, and nothing leaves', async ({ browser }) => {
  await newcomer.close();
  await stage.stop();
  await observer.context.close();
  member.close();
  stage = await openStage();
  member = await openMember(stage.talk, await linkOf('alba-principal'));
  observer = await openGhost(browser, pages, stage.borland);
  newcomer = await openSeat(browser, stage, 'borland-principal');
  const isCommit = (request: PeerRequest): boolean => {
    const entry = request.kind === 'entry' ? openEntry(request.entry) : null;
    const act = entry && !(entry instanceof Refusal) ? openAct(entry.act) : null;
    return act !== null && !(act instanceof Refusal) && act.inner.action.kind === 'commit';
  };
  await takeSeat();
  const settled = await member.sat('borland-principal');
  stage.borland.peers.drop = isCommit;
  stage.alba.peers.drop = (request) => request.kind === 'since';
  await member.letIn(settled, 'table');
  await expect.poll(() => stage.borland.peers.dropped(), within).toBeGreaterThan(0);
  await expect.poll(() => stage.alba.peers.dropped(), within).toBeGreaterThan(1);
  await reads('You are being admitted …');
  await nothingSent();
  // As soon as the host tells it, the newcomer sits.
  stage.borland.peers.drop = () => false;
  stage.alba.peers.drop = () => false;
  await expect(newcomer.page.getByRole('button', { name: 'Leave the table' })).toBeVisible(within);
});

// Turns red without `if (!(await keepPin(name, toHex(root)))) return new Refusal('identity.root-changed', name);` in
// verifyAgreement (web/src/session/agreement.ts).
test('a device that has seen another root of the counterpart stops everything, loudly', async () => {
  const before = stage.talk;
  const { context } = newcomer;
  // The same addresses, the same names; but Alba, and what was agreed, come from another root.
  const changed = await makeTalk(before);
  await stage.stop();
  stage = await openStage(changed);
  const page = await context.newPage();
  await page.goto(await linkOf('borland-principal'));
  await page.getByRole('button', { name: 'Open my seat' }).click();
  await expect(page.getByRole('alert')).toContainText('Everything was stopped', within);
  await expect(page.getByRole('alert')).toContainText('The root key of a delegation has changed.');
  await expect(page.getByText('identity.root-changed')).toBeVisible();
});

// Turns red without `if (answer.status === 421) return new Refusal('peer.root-changed', asked);` in peerClient
// (server/src/doors/peer/client.ts); the second half without `return new Refusal('identity.root-unknown', …)` in
// claimCertificate (protocol/src/identity/certificate.ts).
test('a node whose counterpart answers with another root stops the meeting; it starts with no sheet of it', async ({
  browser,
}) => {
  const { talk } = stage;
  await stage.alba.node.stop();
  await newcomer.close();
  newcomer = await openSeat(browser, stage, 'borland-adviser');
  const strange = await makeTalk(talk);
  const config = strange.configOf(strange.alba);
  const origin = originOf(strange.alba, stage.alba.peers.port);
  const impostor = await tryNode({ ...config, peer: { ...config.peer, origin } });
  if (impostor instanceof Refusal) throw new Error(impostor.code);
  await expect(newcomer.page.getByRole('alert')).toContainText('Everything was stopped', within);
  await expect(newcomer.page.getByRole('alert')).toContainText('root key');
  await impostor.stop();

  const own = talk.configOf(talk.borland);
  const refused = await tryNode({
    ...own,
    folder: `${own.folder}-again`,
    sheets: strange.configOf(strange.alba).sheets,
  });
  expect(refused instanceof Refusal ? refused.code : 'started').toBe('identity.root-unknown');
  strange.remove();
});

import type { ParticipantInfo } from '@livekit/protocol';
import { type Bytes, Refusal, type Signer } from '@parley/protocol/bytes';
import { type Action, openAct, openEntry, signAct } from '@parley/protocol/log';
import type { PeerRequest } from '@parley/protocol/wire';
import { expect, test } from '@playwright/test';
import { hueOf } from '../web/src/platform/stand-in/script.ts';
import { installEars, refuses } from './attackers/ears.ts';
import { truth } from './attackers/middle.ts';
import { buildModifiedClient, type ModifiedClient } from './attackers/modified-client.ts';
import type { Forger } from './attackers/pages/forge.ts';
import { type GhostPage, openGhost, servePages } from './attackers/pages.ts';
import { participantsOf, type Rewrite } from './attackers/sfu-proxy.ts';
import { openStage, type Side, type Stage } from './attackers/stage.ts';
import { closeSeats, openSeat, type Seat } from './rehearsal/index.ts';

/**
 * A member is hostile: its own client, modified, holds the table's keys and gives them to clients that seal frames in
 * other people's names; then it is removed, keeps all that it had, and is handed everything that follows.
 */
test.describe.configure({ mode: 'serial', timeout: 180_000 });

const within = { timeout: 45_000 };

let pages: Awaited<ReturnType<typeof servePages>>;
let client: ModifiedClient;
let stage: Stage;
/** The host's principal, a person; the counterpart's principal; and a hostile colleague of the latter. */
let person: Seat;
let colleague: Seat;
let rogue: Seat;

const rightPictures = async (seat: Seat): Promise<void> => {
  for (const { name, hue } of await seat.tiles()) {
    const id = name.toLowerCase().replace(' ', '-');
    // Drawn ones are known by their hue; a person's camera has every colour but the forger's pure red.
    if (hue !== null && id !== 'alba-principal') expect(Math.abs(hue - hueOf(id))).toBeLessThan(12);
    if (hue !== null && id === 'alba-principal') expect(hue).not.toBe(0);
  }
};
const reads = (seat: Seat, text: string | RegExp) => expect(seat.page.getByText(text).first()).toBeVisible(within);

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  [pages, client, stage] = await Promise.all([servePages(), buildModifiedClient(), openStage()]);
  colleague = await openSeat(browser, stage, 'borland-principal', { standIn: true, tone: 440, before: installEars });
  person = await openSeat(browser, stage, 'alba-principal', { before: installEars });
  await person.takeSeat();
  rogue = await openSeat(browser, stage, 'borland-note-taker', { standIn: true, tone: 700, before: client.use });
  await expect(async () => person.sees('Borland principal', 'Borland note-taker')).toPass(within);
});
test.afterAll(async ({ browser }) => {
  await closeSeats(browser);
  await Promise.all([pages?.close(), client?.remove()]);
  await stage?.stop();
});

/** The newest keys that the hostile member has. */
const newestKey = async () => {
  const key = (await rogue.page.evaluate(() => globalThis.leak.keys())).at(-1);
  if (!key) throw new Error('it has no keys');
  return key;
};
const seatingOf = (id: string): number => {
  const found = stage.alba.node
    .meetings()[0]
    ?.living()
    .find(({ seat }) => seat.id === id);
  if (!found) throw new Error(`${id} does not sit`);
  return found.id;
};

/** Forges a seat's picture and sound at an SFU, under the stream numbers that the seat really uses. */
const forgeAt = async (
  browser: Parameters<typeof openGhost>[0],
  side: Side,
  id: string,
  proofs: 'its own' | 'none',
): Promise<GhostPage> => {
  const key = await newestKey();
  const leaf = key.leaves.find(({ seating }) => seating === seatingOf(id))?.leaf;
  if (leaf === undefined) throw new Error(`${id} has no leaf`);
  const ghost = await openGhost(browser, pages, side, { publishes: true });
  const own = id.startsWith(side.party.name.toLowerCase());
  const streams = own
    ? await expect
        .poll(() => ghost.page.evaluate((of) => window.ghost.streams(of), leaf), within)
        .toMatchObject({ audio: expect.any(Number), video: expect.any(Number) })
        .then(() => ghost.page.evaluate((of) => window.ghost.streams(of), leaf))
    : { audio: 0, video: 1 };
  const { counter } = await ghost.page.evaluate((of) => window.ghost.newest(of), leaf);
  const frameKey = proofs === 'none' ? null : await rogue.page.evaluate(() => globalThis.leak.frameKey());
  const forger: Forger = {
    key,
    leaf,
    streams: { audio: streams.audio ?? 0, video: streams.video ?? 1 },
    counter: counter + 60,
    proofs: frameKey,
  };
  await ghost.page.evaluate((given) => window.ghost.publishForged(given), forger);
  return ghost;
};

/** Frames of the forger's that reached a page, all of them refused, and nothing of them shown. */
const refusedAt = async (seat: Seat, codes: readonly string[], count = 40): Promise<void> => {
  await refuses(seat.page, codes, count, within);
  await rightPictures(seat);
};

// Turns red without `if (!(await verifyProof(…))) return out.drop(pipe.id, 'proof.signature');` in prove
// (protocol/src/frames/receiver.ts).
for (const proofs of ['its own', 'none'] as const)
  test(`a member forges its colleague’s frames, their stream numbers too, with ${proofs} proofs: not shown, and said`, async ({
    browser,
  }) => {
    const ghost = await forgeAt(browser, stage.borland, 'borland-principal', proofs);
    await refusedAt(person, [
      'proof.signature',
      'proof.missing',
      'proof.contradicted',
      'sframe.ahead',
      'frames.streams',
    ]);
    await reads(person, /Something false arrived|nobody admitted/);
    await ghost.context.close();
    await expect(async () => person.sees('Borland principal', 'Borland note-taker')).toPass(within);
    await rightPictures(person);
  });

// Turns red without `return leaf.delegation === delegation ? leaf : …` in leafFor (protocol/src/frames/keyring.ts).
test('a member forges a counterpart’s frames over its own SFU: they are not taken from there', async ({ browser }) => {
  const ghost = await forgeAt(browser, stage.borland, 'alba-principal', 'its own');
  await refusedAt(colleague, ['frames.delegation']);
  await ghost.context.close();
});

// Turns red without `if (!(await verifyProof(…))) return out.drop(pipe.id, 'proof.signature');` in prove.
test('… and over the victim’s own SFU, which helps it: they are not proven', async ({ browser }) => {
  const ghost = await forgeAt(browser, stage.alba, 'alba-principal', 'its own');
  await refusedAt(colleague, ['proof.signature', 'proof.missing', 'proof.contradicted', 'sframe.ahead']);
  await ghost.context.close();
});

// Turns red where release lets go what is neither proven nor bound (protocol/src/frames/flow.ts).
test('a member that strips the proofs from its own frames is not shown', async ({ browser }) => {
  const ghost = await forgeAt(browser, stage.borland, 'borland-note-taker', 'none');
  await refusedAt(person, ['proof.missing', 'proof.contradicted', 'sframe.ahead']);
  await ghost.context.close();
});

/** Tells those who subscribe that the names, or the tracks, of the two who publish are each other's. */
const swapping = (what: 'names' | 'tracks'): Rewrite => {
  const others = new Map<string, ParticipantInfo>();
  return (response, to) => {
    const { message } = response;
    if (to.publishes) return response;
    if (message.case === 'join') {
      const [one, other] = message.value.otherParticipants.filter(({ tracks }) => tracks.length > 0);
      if (one && other) others.set(one.sid, other.clone()).set(other.sid, one.clone());
    }
    for (const participant of participantsOf(response)) {
      const other = others.get(participant.sid);
      if (other && what === 'names') participant.identity = other.identity;
      if (other && what === 'tracks') participant.tracks = other.tracks;
    }
    return response;
  };
};

// The SFU's names and tracks have no part in whose tile a picture is on: whose it is, its key ID says, and its proofs.
// Turns red where createStrand is given another seating than the leaf's own (protocol/src/frames/courses.ts).
for (const what of ['names', 'tracks'] as const)
  test(`the SFU swaps the ${what} of two people: each picture stays on its own tile`, async () => {
    const { proxy } = stage.borland;
    proxy.rewrite = swapping(what);
    const before = proxy.lies();
    for (const passage of proxy.passages) if (!passage.publishes) passage.cut();
    await expect.poll(() => proxy.lies(), within).toBeGreaterThan(before);
    await expect(async () => person.sees('Borland principal', 'Borland note-taker')).toPass(within);
    await rightPictures(person);
    proxy.rewrite = truth;
    for (const passage of proxy.passages) if (!passage.publishes) passage.cut();
    await expect(async () => person.sees('Borland principal', 'Borland note-taker')).toPass(within);
  });

test.describe('a removed member', () => {
  const ghosts: GhostPage[] = [];
  let hashes = 0;

  test.beforeAll(async ({ browser }) => {
    for (const side of [stage.borland, stage.alba]) ghosts.push(await openGhost(browser, pages, side));
  });
  /** All that it ever had, and whatever it makes of the commits that it is handed. */
  const everyKey = async () => {
    const keys = await rogue.page.evaluate(() => globalThis.leak.keys());
    const [last] = keys.slice(-1);
    if (!last) throw new Error('it has no keys');
    const made = [];
    for (const commit of await commits())
      made.push(...(await rogue.page.evaluate((bytes) => globalThis.leak.follow(bytes), [...commit])));
    hashes = made.length;
    return [...keys, ...made.map((baseKey) => ({ ...last, baseKey }))];
  };
  /** Every commit of the log, as its nodes keep them. */
  const commits = async (): Promise<readonly Bytes[]> => {
    const { meeting } = stage.talk.sheet;
    const answer = await stage.borland.node.ask(stage.talk.alba.root, { kind: 'since', meeting, seq: 0 });
    if (answer instanceof Refusal || answer.kind !== 'log') throw new Error('no log');
    const found: Bytes[] = [];
    for (const bytes of answer.entries) {
      const entry = openEntry(bytes);
      const act = entry instanceof Refusal ? entry : openAct(entry.act);
      if (act instanceof Refusal || act.inner.action.kind !== 'commit') continue;
      const blob = await stage.alba.node.meetings()[0]?.blob(act.inner.action.commit);
      if (blob) found.push(blob);
    }
    return found;
  };
  const record = () => Promise.all(ghosts.map(({ page }) => page.evaluate(() => window.ghost.record())));
  const open = async (keys: Awaited<ReturnType<typeof everyKey>>, at: readonly GhostPage[] = ghosts) => {
    const all = await Promise.all(at.map(({ page }) => page.evaluate((given) => window.ghost.open(given), keys)));
    return {
      tried: all.reduce((sum, { tried }) => sum + tried, 0),
      opened: all.reduce((sum, { opened }) => sum + opened, 0),
    };
  };

  /** The principal's own device signs: its key cannot leave its browser. */
  const removeRogue = async (): Promise<void> => {
    const signer: Signer = {
      publicKey: new Uint8Array(32),
      sign: async (message) =>
        new Uint8Array(
          await colleague.page.evaluate(
            async (bytes) => {
              const database = await new Promise<IDBDatabase>((resolve) => {
                const request = indexedDB.open('parley');
                request.onsuccess = () => resolve(request.result);
              });
              const pair = await new Promise<CryptoKeyPair>((resolve) => {
                const request = database.transaction('devices').objectStore('devices').get('borland-principal');
                request.onsuccess = () => resolve(request.result);
              });
              return [...new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, Uint8Array.from(bytes)))];
            },
            [...message],
          ),
        ),
    };
    const meeting = stage.borland.node.meetings()[0];
    const seating = meeting?.living().find(({ seat }) => seat.id === 'borland-principal');
    if (!meeting || !seating) throw new Error('no principal');
    const action: Action = { kind: 'remove', seating: seatingOf('borland-note-taker'), reason: 'It forges.' };
    const act = await signAct(signer, {
      meeting: meeting.sheet.meeting,
      by: { kind: 'device', mandate: seating.mandate },
      n: Date.now(),
      saw: meeting.head(),
      action,
    });
    // Whatever the host says to it: a restriction acts on receipt.
    await meeting.submit(act, [], seating.mandate);
  };

  // Turns red without `epochs.halt(ended);` in restricted (web/src/session/conversation.ts).
  test('is sent nothing that it can open while the host withholds its removal', async () => {
    await record();
    await expect.poll(async () => (await open(await everyKey())).opened, within).toBeGreaterThan(20);

    // A host that does not want to know: neither what it is told directly nor what it is given to be ordered.
    const isRemoval = (request: PeerRequest): boolean => {
      const act = request.kind === 'submit' || request.kind === 'restricted' ? openAct(request.act) : null;
      return act !== null && !(act instanceof Refusal) && act.inner.action.kind === 'remove';
    };
    stage.alba.peers.drop = isRemoval;
    await removeRogue();
    await expect.poll(() => stage.alba.peers.dropped(), within).toBeGreaterThan(0);
    await reads(colleague, 'Someone left the table. Nothing is sent until the new keys stand.');
    await record();
    await reads(rogue, 'You were removed from the table');
    // Of the guest's people: the host's own have no node but the one that keeps it from them.
    expect(await open(await everyKey(), ghosts.slice(0, 1))).toMatchObject({ opened: 0 });
  });

  // Turns red without the Remove proposals of draftCommit (protocol/src/keys/draft.ts): no epoch without it comes about.
  test('opens nothing afterwards, though it kept every state and is handed each commit', async () => {
    stage.alba.peers.drop = () => false;
    await expect(async () => person.sees('Borland principal')).toPass(within);
    await record();
    await expect.poll(async () => (await open([])).tried, within).toBeGreaterThan(100);
    const keys = await everyKey();
    expect(keys.length).toBeGreaterThan(0);
    expect(await open(keys)).toMatchObject({ opened: 0 });
    test.info().annotations.push({ type: 'keys tried', description: `${keys.length}, ${hashes} of them by commits` });
    await rightPictures(person);
  });
});

import { Refusal, type Signer } from '@parley/protocol/bytes';
import { applyPending, type Circle, draftCommit, foundCircle, preparePackage } from '@parley/protocol/keys';
import type { Seating } from '@parley/protocol/log';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ToWorker } from '../platform/frames/control.ts';
import { createEpochs } from './epochs.ts';

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

const device = async (): Promise<Signer> => {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('no key pair');
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message)),
  };
};

const until = Date.now() + 3_600_000;
const member = async (seating: number) => {
  const signer = await device();
  const own = await preparePackage({ mandate: bytes(32, seating), signer, from: 0, until });
  return { own, seated: { seating, mandate: own.mandate, device: own.device, keyPackage: own.hash } };
};

const seatingOf = (id: number): Seating => ({
  id,
  seat: { id: `seat-${id}`, root: bytes(32, 1), role: 'adviser', name: 'N', function: 'F' },
  root: '01'.repeat(32),
  mandate: bytes(32, id),
  device: bytes(32, id),
  keyPackage: bytes(32, id),
  frameKey: bytes(32, id),
});
const seatings = new Map([1, 2].map((id) => [id, seatingOf(id)]));

/** A circle of one, the way to its next epoch, in which somebody was added, and from there to one without them. */
const circles = async (): Promise<readonly [Circle, () => Circle, (both: Circle) => Promise<Circle>]> => {
  const [first, second] = [await member(1), await member(2)];
  const name = { meeting: bytes(16, 1), circle: 'table', generation: 1 };
  const alone = await foundCircle({ ...name, seated: first.seated, package: first.own });
  const roster = [first.seated, second.seated];
  const draft = await draftCommit(alone, { upTo: 2, roster, packages: [second.own.keyPackage] });
  if (draft instanceof Refusal) throw new Error(draft.code);
  const without = async (both: Circle) => {
    const removing = await draftCommit(both, { upTo: 3, roster: [first.seated], packages: [] });
    if (removing instanceof Refusal) throw new Error(removing.code);
    return applyPending(removing.pending);
  };
  return [alone, () => applyPending(draft.pending), without];
};

const open = () => {
  const posted: ToWorker['kind'][] = [];
  const flows: boolean[] = [];
  const epochs = createEpochs({
    post: ({ kind }) => posted.push(kind),
    frameSeed: bytes(32, 9),
    sayReady: () => {},
    flows: (anew) => flows.push(anew),
    changed: () => {},
  });
  return { posted, flows, epochs };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('keys of an epoch are installed before anything is sent under them', async () => {
  const [alone] = await circles();
  const { posted, epochs } = open();
  await epochs.install(alone, seatings);
  expect(posted).toEqual(['epoch', 'send']);
});

test('nobody sends under a new epoch before the others can receive it, or a second has passed', async () => {
  const [alone, add] = await circles();
  const { posted, epochs } = open();
  await epochs.install(alone, seatings);
  const both = add();
  await epochs.install(both, seatings);
  expect(posted.slice(2)).toEqual(['epoch']);
  epochs.ready(2, 1, 0);
  expect(posted.slice(3), 'ready for another epoch').toEqual([]);
  epochs.ready(2, 1, 1);
  expect(posted.slice(3)).toEqual(['send', 'retire']);

  const late = open();
  await late.epochs.install(both, seatings);
  expect(late.posted).toEqual(['epoch']);
  vi.advanceTimersByTime(1_000);
  expect(late.posted).toEqual(['epoch', 'send']);
});

test('when a member is taken away, nothing more is sent under keys that it holds', async () => {
  const [, add] = await circles();
  const { posted, epochs } = open();
  await epochs.install(add(), seatings);
  epochs.ready(2, 1, 1);
  epochs.halt([2]);
  expect(posted).toEqual(['epoch', 'send', 'block', 'halt', 'retire']);
  expect(epochs.paused()).toBe(false);
  vi.advanceTimersByTime(10_000);
  expect(posted.slice(5), 'no timer of before may start it again').toEqual([]);
  expect(epochs.paused()).toBe(true);
});

test('[RESTRICT3] nothing is sent under a later epoch either, as long as it holds whoever was taken away', async () => {
  const [, add, without] = await circles();
  const { posted, epochs } = open();
  const both = add();
  epochs.halt([2]);
  await epochs.install(both, seatings);
  epochs.ready(2, 1, 1);
  vi.advanceTimersByTime(1_000);
  expect(posted, 'its keys serve for receiving').toEqual(['block', 'epoch']);
  expect(epochs.paused(), 'and the person reads that nothing is sent').toBe(true);
  await epochs.install(await without(both), seatings);
  expect(posted.slice(2)).toEqual(['epoch', 'send', 'retire']);
});

test('[RESTRICT3] once its seating is over nothing is sent any more, whatever was about to be', async () => {
  const [alone, add] = await circles();
  const { posted, epochs } = open();
  await epochs.install(alone, seatings);
  await epochs.install(add(), seatings);
  expect(posted).toEqual(['epoch', 'send', 'epoch']);
  epochs.close();
  vi.advanceTimersByTime(10_000);
  epochs.ready(2, 1, 1);
  expect(posted.slice(3)).toEqual(['halt', 'retire', 'retire']);
});

test('[FRAME10] epochs that were passed over are retired with the one that was sent under', async () => {
  const [alone, add, without] = await circles();
  const { posted, epochs } = open();
  await epochs.install(alone, seatings);
  const both = add();
  await epochs.install(both, seatings);
  await epochs.install(await without(both), seatings);
  expect(posted).toEqual(['epoch', 'send', 'epoch', 'epoch', 'send', 'retire', 'retire']);
});

test('a key frame is made for whoever is new, and where frames were lost; a quick change of keys needs none', async () => {
  const sit = async () => {
    const [, add, without] = await circles();
    const both = add();
    const opened = open();
    await opened.epochs.install(both, seatings);
    opened.epochs.ready(2, 1, 1);
    return { ...opened, alone: await without(both) };
  };
  const quick = await sit();
  expect(quick.flows).toEqual([true]);
  quick.epochs.halt([2]);
  vi.advanceTimersByTime(100);
  await quick.epochs.install(quick.alone, seatings);
  expect(quick.flows).toEqual([true, false]);
  const slow = await sit();
  slow.epochs.halt([2]);
  vi.advanceTimersByTime(5_000);
  await slow.epochs.install(slow.alone, seatings);
  expect(slow.flows).toEqual([true, true]);
});

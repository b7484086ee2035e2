import { type Bytes, Refusal, type Signer } from '../../bytes/index.ts';
import {
  applyPending,
  baseKey,
  type Circle,
  type Draft,
  draftCommit,
  type ExpectedCommit,
  type ExpectedWelcome,
  forgetCircle,
  foundCircle,
  joinCircle,
  type OwnPackage,
  preparePackage,
  receiveCommit,
  type Seated,
  type SuiteName,
} from '../index.ts';

/** A day in 2031: nothing here may depend on the real time. */
export const NOW = Date.UTC(2031, 4, 4, 12);
export const CLASSIC: SuiteName = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';
export const MEETING: Bytes = new Uint8Array(16).fill(7);
export const TABLE = { meeting: MEETING, circle: 'table', generation: 0 } as const;

/** A device key as browsers hold it: WebCrypto, not extractable. */
export const makeSigner = async (): Promise<Signer> => {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('no key pair');
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message)),
  };
};

/** One taking of a seat, with everything that its device knows. */
export type Sitter = { readonly seated: Seated; readonly signer: Signer; readonly package: OwnPackage };

export const sit = async (
  seating: number,
  suite: SuiteName,
  again?: { readonly signer: Signer; readonly mandate: Bytes },
): Promise<Sitter> => {
  const signer = again?.signer ?? (await makeSigner());
  const mandate = again?.mandate ?? crypto.getRandomValues(new Uint8Array(32));
  const own = await preparePackage({ mandate, signer, from: NOW - 60_000, until: NOW + 3_600_000, suite });
  return { signer, package: own, seated: { seating, mandate, device: signer.publicKey, keyPackage: own.hash } };
};

/** The value, where a refusal would be a failure of the test. */
export const granted = <T>(value: T | Refusal): T => {
  if (value instanceof Refusal) throw new Error(`${value.code}: ${value.detail}`);
  return value;
};

/** What the log would say of a draft. */
export const entryOf = (draft: Draft, by: Seated, upTo: number, roster: readonly Seated[]): ExpectedCommit => ({
  upTo,
  roster,
  committer: by.mandate,
  authenticator: draft.authenticator,
});

export const welcomeOf = (draft: Draft, name: Circle, roster: readonly Seated[]): ExpectedWelcome => ({
  meeting: name.meeting,
  circle: name.circle,
  generation: name.generation,
  epoch: name.epoch + 1,
  authenticator: draft.authenticator,
  roster,
});

/** All members of one circle, played in one process with real keys. */
export class Table {
  readonly suite: SuiteName;
  readonly sitters = new Map<number, Sitter>();
  readonly circles = new Map<number, Circle>();
  upTo = 0;
  private seatings = 0;

  constructor(suite: SuiteName) {
    this.suite = suite;
  }

  /** A table of this many, all added by the first at once. */
  static async of(size: number, suite: SuiteName): Promise<Table> {
    const table = new Table(suite);
    const first = await table.newcomer();
    const circle = await foundCircle({ ...TABLE, seated: first.seated, package: first.package });
    table.sitters.set(first.seated.seating, first);
    table.circles.set(first.seated.seating, circle);
    const others = await Promise.all(Array.from({ length: size - 1 }, () => table.newcomer()));
    if (others.length > 0) await table.commit(first.seated.seating, others, []);
    return table;
  }

  newcomer(again?: Sitter): Promise<Sitter> {
    this.seatings += 1;
    return sit(this.seatings, this.suite, again && { signer: again.signer, mandate: again.seated.mandate });
  }

  get roster(): readonly Seated[] {
    return [...this.sitters.values()].map(({ seated }) => seated);
  }

  sitter(seating: number): Sitter {
    const sitter = this.sitters.get(seating);
    if (!sitter) throw new Error(`nobody sits as ${seating}`);
    return sitter;
  }

  circle(seating: number): Circle {
    const circle = this.circles.get(seating);
    if (!circle) throw new Error(`${seating} has no circle`);
    return circle;
  }

  /** The roster once these have come and those have gone. */
  rosterAfter(adds: readonly Sitter[], removes: readonly number[]): readonly Seated[] {
    return [...this.roster.filter(({ seating }) => !removes.includes(seating)), ...adds.map(({ seated }) => seated)];
  }

  async draft(by: number, adds: readonly Sitter[], removes: readonly number[]): Promise<Draft> {
    const packages = adds.map((one) => one.package.keyPackage);
    const roster = this.rosterAfter(adds, removes);
    return granted(await draftCommit(this.circle(by), { upTo: this.upTo + 1, roster, packages }));
  }

  /** One commit, followed by everyone who stays and everyone who comes. */
  async commit(by: number, adds: readonly Sitter[], removes: readonly number[]): Promise<Draft> {
    const draft = await this.draft(by, adds, removes);
    const roster = this.rosterAfter(adds, removes);
    const before = this.circle(by);
    const expected = entryOf(draft, this.sitter(by).seated, this.upTo + 1, roster);
    const follow = async (seating: number, circle: Circle) => {
      const next = granted(await receiveCommit(circle, draft.commit, expected));
      forgetCircle(circle, next);
      this.circles.set(seating, next);
    };
    const enter = async (one: Sitter) => {
      const welcome = draft.welcome ?? new Uint8Array();
      const joined = await joinCircle({ package: one.package, welcome, expected: welcomeOf(draft, before, roster) });
      this.circles.set(one.seated.seating, granted(joined));
      this.sitters.set(one.seated.seating, one);
    };
    const stay = [...this.circles].filter(([seating]) => seating !== by && !removes.includes(seating));
    await Promise.all([...stay.map(([seating, circle]) => follow(seating, circle)), ...adds.map(enter)]);
    for (const seating of removes) {
      this.circles.delete(seating);
      this.sitters.delete(seating);
    }
    this.circles.set(by, applyPending(draft.pending));
    this.upTo += 1;
    return draft;
  }

  /** Everyone's epoch, leaves, authenticator and base key, in hexadecimal: one value when all agree. */
  async views(): Promise<ReadonlySet<string>> {
    const views = new Set<string>();
    for (const circle of this.circles.values()) {
      const leaves = circle.leaves.map(({ leaf, seating }) => `${leaf}:${seating}`).join();
      const key = Array.from(await baseKey(circle)).join();
      views.add(`${circle.epoch} ${leaves} ${Array.from(circle.authenticator).join()} ${key}`);
    }
    return views;
  }
}

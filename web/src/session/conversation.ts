import { type Bytes, type Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import type { OwnPackage } from '@parley/protocol/keys';
import {
  type Action,
  type Ledger,
  type Message,
  roster,
  type Seating,
  type State,
  type VerifiedEntry,
} from '@parley/protocol/log';
import type { FromWorker } from '../platform/frames/control.ts';
import type { FrameWorker } from '../platform/frames/index.ts';
import type { FrameKey } from '../platform/key-store/index.ts';
import type { Agreement } from './agreement.ts';
import type { Blobs } from './blobs.ts';
import { openClocks } from './clocks.ts';
import { createEpochs } from './epochs.ts';
import type { MediaFacts } from './media/facts.ts';
import type { Media } from './media/media.ts';
import { openPassing } from './passing.ts';
import { boundPipe, hearWorker, type Pictures } from './pictures.ts';
import { openTable } from './table.ts';
import { openTableCodes, type TableCodes } from './table-code.ts';

/** Another seat, and what its device says of itself. */
export type Other = {
  readonly seating: Seating;
  readonly says: { readonly audio: boolean; readonly video: boolean } | null;
  /** Its transport names by root in hexadecimal. */
  readonly names: ReadonlyMap<string, string>;
};

/** What is known at the table: everything that the stage is rendered from. */
export type Conversation = {
  readonly seating: number;
  readonly others: () => readonly Other[];
  /** Where seats and this device were until lately (`root name`): an SFU shows what has ended for a while. */
  readonly former: () => ReadonlySet<string>;
  readonly pictures: () => Pictures;
  readonly code: TableCodes;
  /** The log as it stands here; null before it was heard for the first time. */
  readonly state: () => State | null;
  /** Seatings and knocks that a restriction ended which the log does not hold yet. */
  readonly ended: () => ReadonlySet<number>;
  /** Whoever sits or sat since this conversation began. */
  readonly seatingOf: (id: number) => Seating | null;
  /** The group stands, and the newcomer compared it. */
  readonly keyed: () => boolean;
  /** True while new keys are awaited and nothing is sent, for longer than a change of keys takes. */
  readonly paused: () => boolean;
  readonly moved: (ledger: Ledger, entry: VerifiedEntry | null, restricted: ReadonlySet<number>) => void;
  readonly restricted: (seatings: readonly number[]) => void;
  readonly heard: (message: Bytes) => void;
  readonly worker: (said: FromWorker) => void;
  readonly facts: (facts: MediaFacts) => void;
  readonly refusedAct: (act: Bytes) => void;
  /** The node is there again: what passed is said once more. */
  readonly again: () => void;
  /** Says to the others what of us is switched on. */
  readonly sayMedia: (on: { readonly audio: boolean; readonly video: boolean }) => void;
  /** Gives the private frame key of the seating away, after it ended. */
  readonly release: () => void;
  readonly close: () => void;
};

export type ConversationNeeds = {
  readonly agreement: Pick<Agreement, 'sheet'>;
  readonly device: Signer;
  readonly seating: number;
  readonly package: OwnPackage;
  readonly frameKey: FrameKey;
  readonly blobs: Blobs;
  readonly media: Pick<Media, 'flow' | 'keyFrame'>;
  readonly post: FrameWorker['post'];
  readonly submit: (action: Action, blobs: readonly Bytes[]) => Promise<Bytes>;
  readonly pass: (message: Bytes) => void;
  /** Something is to be drawn, soon. */
  readonly changed: () => void;
  /** … and now, before anything else happens. */
  readonly show: () => void;
  readonly lost: (refusal: Refusal) => void;
};

const ASK_EACH = 10_000;
/** How long an SFU may show a connection that has ended, in ms (measured: up to 22 s). */
const LINGERS = 60_000;

/** Lets everything that waits, waiting renders included, go first: also in a page that nobody looks at. */
const afterRender = (act: () => void) => {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = () => {
    port2.close();
    act();
  };
  port1.postMessage(null);
};

/** One seating's part in the talk, from its settled admission on. */
export const openConversation = (needs: ConversationNeeds): Conversation => {
  const { agreement, media, post } = needs;
  const says = new Map<number, { readonly audio: boolean; readonly video: boolean }>();
  const names = new Map<number, ReadonlyMap<string, string>>();
  /** Connections that were (`root name`), and until when an SFU may still show them. */
  const former = new Map<string, number>();
  const wasAt = (gone: ReadonlyMap<string, string> | undefined) => {
    for (const [root, name] of gone ?? []) former.set(`${root} ${name}`, Date.now() + LINGERS);
  };
  let own: ReadonlyMap<string, string> = new Map();
  // Clocks are compared as they are: the frame worker judges lateness by the same one.
  const clocks = openClocks((length) => crypto.getRandomValues(new Uint8Array(length)));
  let seatings: ReadonlyMap<number, Seating> = new Map();
  let state: State | null = null;
  const known = new Map<number, Seating>();
  let restricted: ReadonlySet<number> = new Set();
  let pictures: Pictures = new Map();
  let keyed = false;
  let size = 0;
  let told = '';

  const heard = (message: Message, seating: Seating) => {
    if (seating.id === needs.seating) return; // our own word, as our node tells it to everybody
    const { passing } = message;
    if (passing.kind === 'media') says.set(seating.id, passing);
    if (passing.kind === 'ready') epochs.ready(seating.id, passing.generation, passing.epoch);
    if (passing.kind === 'transport') {
      wasAt(names.get(seating.id));
      names.set(seating.id, new Map(passing.names.map(({ root, name }) => [toHex(root), name])));
    }
    if (passing.kind === 'commitment' || passing.kind === 'reveal' || passing.kind === 'compared')
      code.heard(seating, passing.kind, passing.sealed);
    if (passing.kind === 'ask') messages.say(clocks.answer(passing.nonce, Date.now()));
    if (passing.kind === 'answer') {
      const reading = clocks.hear(seating.id, passing.nonce, passing.time, Date.now());
      if (reading) post({ kind: 'clock', seating: seating.id, ...reading });
    }
    needs.changed();
  };

  const messages = openPassing({
    device: needs.device,
    meeting: agreement.sheet.meeting,
    seating: needs.seating,
    pass: needs.pass,
    heard,
  });

  const epochs = createEpochs({
    post,
    frameSeed: needs.frameKey.seed,
    sayReady: (generation, epoch) => messages.say({ kind: 'ready', generation, epoch }),
    flows: (anew) => {
      media.flow(true);
      if (anew) media.keyFrame();
    },
    changed: needs.changed,
  });

  const code = openTableCodes({ own: needs.seating, say: messages.say, changed: needs.changed });

  const table = openTable({
    meeting: agreement.sheet.meeting,
    own: needs.seating,
    package: needs.package,
    blobs: needs.blobs,
    submit: needs.submit,
    advanced: async (circle, members) => {
      await epochs.install(circle, members);
      keyed = true;
      code.advanced(circle);
      if (circle.leaves.length > size) messages.say(clocks.ask(Date.now()));
      size = circle.leaves.length;
      needs.changed();
    },
    lost: needs.lost,
  });

  const asking = setInterval(() => messages.say(clocks.ask(Date.now())), ASK_EACH);

  const forget = (ended: readonly number[]) => {
    for (const id of ended) {
      says.delete(id);
      wasAt(names.get(id));
      names.delete(id);
    }
    pictures = new Map([...pictures].filter(([, carried]) => !ended.includes(carried.seating)));
  };

  return {
    seating: needs.seating,
    others: () =>
      [...seatings.values()]
        .filter(({ id }) => id !== needs.seating && !restricted.has(id))
        .map((seating) => ({
          seating,
          says: says.get(seating.id) ?? null,
          names: names.get(seating.id) ?? new Map(),
        })),
    former: () => {
      for (const [name, until] of former) if (until < Date.now()) former.delete(name);
      return new Set(former.keys());
    },
    pictures: () => pictures,
    code,
    state: () => state,
    ended: () => restricted,
    seatingOf: (id) => known.get(id) ?? null,
    keyed: () => keyed,
    paused: epochs.paused,
    moved: (ledger, entry, ended) => {
      const before = roster(ledger.state);
      const over = [...seatings.keys()].filter((id) => !before.includes(id));
      forget(over);
      epochs.halt([...over, ...ended]);
      state = ledger.state;
      seatings = state.seatings;
      for (const [id, seating] of seatings) known.set(id, seating);
      restricted = ended;
      messages.moved(ledger.state);
      table.moved(ledger, entry, ended);
      needs.changed();
    },
    restricted: (ended) => {
      restricted = new Set([...restricted, ...ended]);
      epochs.halt(ended);
      table.restricted(ended);
      forget(ended);
      needs.changed();
    },
    heard: messages.hear,
    worker: (said) => {
      pictures = hearWorker(pictures, said);
      if (said.kind === 'bind' || said.kind === 'proof') needs.show();
      else needs.changed();
      // Frames flow again once the screens have let the track go from where it was, and its new place takes it in: a
      // picture that comes before that is lost to the eye, and the next may be long in coming.
      if (said.kind === 'bind')
        afterRender(() => {
          pictures = boundPipe(pictures, said.pipe, said.binding);
          needs.show();
          afterRender(() => afterRender(() => post({ kind: 'bound', pipe: said.pipe, binding: said.binding })));
        });
    },
    facts: (facts) => {
      const now = new Map(facts.legs.flatMap(({ delegation, name }) => (name === null ? [] : [[delegation, name]])));
      const said = JSON.stringify([...now]);
      if (said === told || now.size === 0) return;
      told = said;
      wasAt(own);
      own = now;
      const rootOf = new Map(agreement.sheet.delegations.map(({ root }) => [toHex(root), root]));
      messages.say({
        kind: 'transport',
        names: [...own].flatMap(([root, name]) => {
          const bytes = rootOf.get(root);
          return bytes ? [{ root: bytes, name }] : [];
        }),
      });
    },
    refusedAct: table.refused,
    again: messages.again,
    sayMedia: ({ audio, video }) => messages.say({ kind: 'media', audio, video }),
    release: () => messages.say({ kind: 'release', seating: needs.seating, frameSeed: needs.frameKey.seed }),
    close: () => {
      clearInterval(asking);
      epochs.close();
      table.close();
      code.close();
    },
  };
};

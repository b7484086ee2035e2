import type { MediaFacts, PipeFacts } from './facts.ts';

/** Milliseconds without what should come, before anything is done. */
const STILL_MS = 3_000;
/** … before a leg on which nothing at all arrives, although somebody sends there, is made anew. */
const SILENT_MS = 5_000;
/** The longest that is waited between two attempts to mend the same thing. */
const LONGEST_MS = 60_000;

/** What the watchdog would have done about media that do not flow. */
export type Remedy =
  | { readonly kind: 'resubscribe'; readonly pipe: number; readonly delegation: string }
  | { readonly kind: 'renew'; readonly delegation: string; readonly why: string };

type Patient = { readonly triedMs: number; readonly tries: number };

/** What the watchdog remembers from one look to the next. */
export type Watch = {
  readonly last: MediaFacts | null;
  /** Troubled pipes by number, troubled legs by delegation. */
  readonly pipes: ReadonlyMap<number, Patient>;
  readonly legs: ReadonlyMap<string, Patient>;
};

export const firstWatch: Watch = { last: null, pipes: new Map(), legs: new Map() };

/**
 * Judges by facts alone whether media flow: packets that arrive while the worker lets nothing through or nothing
 * decodes; a leg where somebody publishes and nothing arrives. A pipe is first subscribed anew; when that did not help
 * and *no* pipe of its leg flows, the leg gets a new Room. (One troubled pipe among healthy ones never costs the others
 * theirs: a stranger who feeds us rubbish could otherwise keep a good talk from standing.) Each try doubles the wait.
 *
 * @param watch what the last look left; @param facts this look's
 * @param expected false while frames cannot flow for a known reason (not seated, keys awaited): nothing is judged
 * @param sends whether anybody of a delegation says to send anything: a leg on which nothing arrives is else no silent one
 */
export function look(
  watch: Watch,
  facts: MediaFacts,
  expected: boolean,
  sends: (delegation: string) => boolean,
): { readonly watch: Watch; readonly remedies: readonly Remedy[] } {
  if (!expected || watch.last === null) return { watch: { ...firstWatch, last: facts }, remedies: [] };
  const before = new Map(watch.last.pipes.map((pipe) => [pipe.pipe, pipe]));
  const received = facts.pipes.filter((pipe) => pipe.direction === 'receive' && before.has(pipe.pipe));
  const remedies: Remedy[] = [];
  const pipes = new Map<number, Patient>();
  const legs = new Map<string, Patient>();

  for (const pipe of received) {
    if (!arrives(before.get(pipe.pipe), pipe) || flows(before.get(pipe.pipe), pipe)) continue;
    const patient = watch.pipes.get(pipe.pipe) ?? newPatient(facts.atMs);
    const due = isDue(patient, facts.atMs, STILL_MS);
    if (due) remedies.push({ kind: 'resubscribe', pipe: pipe.pipe, delegation: pipe.delegation });
    pipes.set(pipe.pipe, due ? tried(patient, facts.atMs) : patient);
  }

  for (const leg of facts.legs) {
    if (leg.state !== 'ready') continue;
    const mine = received.filter((pipe) => pipe.delegation === leg.delegation);
    const arriving = mine.some((pipe) => arrives(before.get(pipe.pipe), pipe));
    const flowing = mine.some((pipe) => flows(before.get(pipe.pipe), pipe));
    const given = mine.some((pipe) => (pipes.get(pipe.pipe)?.tries ?? 0) > 0);
    const published = leg.present.some((present) => present.audio || present.video);
    const silent = !arriving && published && sends(leg.delegation);
    const known = watch.legs.get(leg.delegation);
    // A new Room is well for a moment before it is found to be no better: its tries are remembered until then.
    const young = known !== undefined && known.tries > 0 && !isDue(known, facts.atMs, SILENT_MS);
    if (!flowing && young) legs.set(leg.delegation, known);
    if (flowing || !(silent || given)) continue;
    const patient = known ?? newPatient(facts.atMs);
    const due = isDue(patient, facts.atMs, silent ? SILENT_MS : STILL_MS);
    const why = silent ? 'nothing arrives' : 'nothing that arrives can be shown';
    if (due) remedies.push({ kind: 'renew', delegation: leg.delegation, why });
    legs.set(leg.delegation, due ? tried(patient, facts.atMs) : patient);
  }
  // A leg that is being mended is judged again once it stands, and remembers how often it was tried.
  for (const [delegation, patient] of watch.legs) {
    const leg = facts.legs.find((candidate) => candidate.delegation === delegation);
    if (leg !== undefined && leg.state !== 'ready') legs.set(delegation, patient);
  }
  return { watch: { last: facts, pipes, legs }, remedies };
}

/** By payload: an SFU that probes the line sends packets of mere padding. */
const arrives = (before: PipeFacts | undefined, now: PipeFacts) => now.bytes > (before?.bytes ?? 0);

/** Frames pass the worker, and what passed was decoded (sound: played). */
function flows(before: PipeFacts | undefined, now: PipeFacts): boolean {
  const decoded = now.media === 'video' ? now.frames > (before?.frames ?? 0) : now.samples > (before?.samples ?? 0);
  return decoded && now.sealedOut > (before?.sealedOut ?? 0);
}

const newPatient = (nowMs: number): Patient => ({ triedMs: nowMs, tries: 0 });
const tried = (patient: Patient, nowMs: number): Patient => ({ ...patient, triedMs: nowMs, tries: patient.tries + 1 });
const isDue = (patient: Patient, nowMs: number, firstMs: number) =>
  nowMs - patient.triedMs >= Math.min(LONGEST_MS, firstMs * 2 ** patient.tries);

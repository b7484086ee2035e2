import type { StandInScript } from './control.ts';

/** What of a seat is drawn. */
export type Drawn = {
  readonly id: string;
  readonly name: string;
  readonly function: string;
  readonly delegation: { readonly name: string };
};

/** Two cores carry a whole rehearsal, four pages and both SFUs, only if its drawn pictures stay small. */
const sizeFor = (cores: number) =>
  cores > 2 ? { width: 640, height: 360, framesPerSecond: 15 } : { width: 320, height: 180, framesPerSecond: 10 };

/** A number for a seat's identifier (FNV-1a), the same everywhere: its hue and its voice come from it. */
function numberOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}

/** The hue, 0 to 359 in steps of fifteen, in which a seat is drawn: by it a test tells pictures apart. */
export function hueOf(id: string): number {
  // Not its lowest bits: they hardly differ between identifiers that end alike.
  return ((numberOf(id) >>> 8) % 24) * 15;
}

/**
 * What a seat's stand-in does.
 *
 * @param language BCP 47 tag for its clock; empty for the browser's own
 * @param speaks null for a silent picture; else its voice, or the pitch in hertz that it hums at instead
 */
export function scriptOf(
  seat: Drawn,
  language: string,
  speaks: { readonly tone: number | null } | null,
): StandInScript {
  const line = [seat.function, seat.delegation.name].filter((part) => part !== '').join(', ');
  const voice: StandInScript['voice'] =
    speaks === null
      ? { kind: 'none' }
      : speaks.tone === null
        ? { kind: 'speech', seed: numberOf(seat.id) }
        : { kind: 'tone', hertz: speaks.tone };
  return {
    figure: { name: seat.name, line, hue: hueOf(seat.id) },
    ...sizeFor(navigator.hardwareConcurrency),
    locale: language || navigator.language,
    voice,
  };
}

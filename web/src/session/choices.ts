import { keep, recall } from '../platform/memory.ts';

/** What a person chose at a seat. What was not chosen is left out. */
export type Choices = {
  /** A camera's id, `drawn`, or null for none. */
  readonly camera?: string | null;
  readonly microphone?: string | null;
  readonly sends?: { readonly microphone: boolean; readonly camera: boolean };
  /** Another seat was open on this machine when this one was. */
  readonly second?: boolean;
};

const memory = (seat: string): string => `parley.choices.${seat}`;

const isId = (value: unknown): value is string | null => value === null || typeof value === 'string';

/** The choices that this tab remembers: a reload must not open a camera that was closed. */
export const readChoices = (seat: string): Choices => {
  const kept: unknown = JSON.parse(recall('tab', memory(seat)) ?? '{}');
  const of = (name: string): unknown =>
    typeof kept === 'object' && kept !== null ? Reflect.get(kept, name) : undefined;
  const [camera, microphone, sent] = [of('camera'), of('microphone'), of('sends')];
  const sends = typeof sent === 'object' && sent !== null ? sent : null;
  return {
    ...(isId(camera) ? { camera } : {}),
    ...(isId(microphone) ? { microphone } : {}),
    ...(sends
      ? {
          sends: {
            microphone: Reflect.get(sends, 'microphone') === true,
            camera: Reflect.get(sends, 'camera') === true,
          },
        }
      : {}),
    second: of('second') === true,
  };
};

/** Remembers choices for as long as this tab lives. */
export const keepChoices = (seat: string, choices: Choices): void =>
  keep('tab', memory(seat), JSON.stringify({ ...readChoices(seat), ...choices }));

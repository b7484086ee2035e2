let context: AudioContext | null = null;

/**
 * The page's one audio context, made when first needed: each that runs costs a thread and a stream to the loudspeaker.
 * Browsers keep it still until a person has done something on the page: the first gesture starts it.
 */
export function soundContext(): AudioContext {
  if (context !== null) return context;
  const made = new AudioContext();
  context = made;
  for (const gesture of ['pointerdown', 'keydown'] as const) {
    addEventListener(gesture, () => void made.resume(), { once: true, capture: true });
  }
  return made;
}

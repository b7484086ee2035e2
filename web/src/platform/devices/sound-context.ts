/**
 * One audio context for meters and tests, made when first needed. Browsers keep it still until a person has done
 * something on the page: the first gesture starts it.
 */
export function contextAfterGesture(): () => AudioContext {
  let context: AudioContext | null = null;
  return () => {
    if (context !== null) return context;
    const made = new AudioContext();
    context = made;
    for (const gesture of ['pointerdown', 'keydown'] as const) {
      addEventListener(gesture, () => void made.resume(), { once: true, capture: true });
    }
    return made;
  };
}

import type { StandInScript, ToStandIn } from './control.ts';
import { drawFigure } from './figure.ts';
import { RATE, silent, speech, tone, type Voice } from './voice.ts';

/**
 * Draws and speaks. It lives in a worker because a page in the background draws nothing and has its timers slowed down,
 * and a worker neither.
 */
let stop: () => void = () => {};

self.onmessage = (event: MessageEvent<ToStandIn>) => {
  stop();
  stop = event.data.kind === 'start' ? start(event.data) : () => {};
};

function voiceOf(script: StandInScript): Voice {
  if (script.voice.kind === 'tone') return tone(script.voice.hertz);
  return script.voice.kind === 'speech' ? speech(script.voice.seed) : silent;
}

function start({ script, pictures, sounds }: Extract<ToStandIn, { kind: 'start' }>): () => void {
  const began = performance.now();
  const voice = voiceOf(script);
  const stops = [draw(script, voice, pictures.getWriter(), began)];
  if (sounds !== null) stops.push(speak(voice, sounds.getWriter(), began));
  return () => {
    for (const end of stops) end();
  };
}

function draw(
  script: StandInScript,
  voice: Voice,
  writer: WritableStreamDefaultWriter<VideoFrame>,
  began: number,
): () => void {
  const canvas = new OffscreenCanvas(script.width, script.height);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('no 2D drawing in workers');
  const clock = new Intl.DateTimeFormat(script.locale, { timeStyle: 'medium' });
  const picture = () => {
    // A consumer that does not keep up gets the next picture instead of a queue of old ones.
    if ((writer.desiredSize ?? 0) <= 0) return;
    const now = performance.now();
    const pose = { seconds: (now - began) / 1000, mouth: voice.mouth(), clock: clock.format(new Date()) };
    drawFigure(context, script.width, script.height, script.figure, pose);
    const frame = new VideoFrame(canvas, { timestamp: Math.round((now - began) * 1000) });
    writer.write(frame).catch(() => frame.close());
  };
  picture();
  const timer = setInterval(picture, 1000 / script.framesPerSecond);
  return () => {
    clearInterval(timer);
    void writer.abort().catch(() => {});
  };
}

/** Ten milliseconds of sound, as WebRTC takes it. */
const CHUNK = RATE / 100;
/** Sound that is more than this late is left out, or the voice would trail behind its mouth. */
const LATEST = 20;

function speak(voice: Voice, writer: WritableStreamDefaultWriter<AudioData>, began: number): () => void {
  let chunk = 0;
  const sounds = () => {
    const due = Math.floor((performance.now() - began) / 10);
    if (due - chunk > LATEST) chunk = due - 1;
    for (; chunk < due; chunk++) {
      const data = new Float32Array(CHUNK);
      voice.fill(data);
      const sound = new AudioData({
        format: 'f32-planar',
        sampleRate: RATE,
        numberOfFrames: CHUNK,
        numberOfChannels: 1,
        timestamp: chunk * 10_000,
        data,
      });
      writer.write(sound).catch(() => sound.close());
    }
  };
  const timer = setInterval(sounds, 10);
  return () => {
    clearInterval(timer);
    void writer.abort().catch(() => {});
  };
}

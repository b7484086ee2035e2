/** What an SFU has said until now of a pipe that we send, as far as it says anything: its receiver reports. */
export type Echo = { readonly answers: number; readonly packets: number; readonly sinceMs: number };

/** An SFU says something each second of a picture that reaches it: after this long, in ms, and so many packets … */
const SILENT_MS = 3_000;
const SILENT_PACKETS = 60;

/** What is known of a sent pipe after new numbers. */
export const hearEcho = (before: Echo | undefined, answers: number, packets: number, nowMs: number): Echo =>
  before && before.answers === answers && packets >= before.packets ? before : { answers, packets, sinceMs: nowMs };

/** … nothing of ours reaches it, or nothing of it us: the line is cut, whatever its connection still says. */
export const isDeaf = (echo: Echo, packets: number, nowMs: number): boolean =>
  nowMs - echo.sinceMs > SILENT_MS && packets - echo.packets > SILENT_PACKETS;

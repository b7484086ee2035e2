/** What left through one sending pipe, by the browser's count and by the worker's. */
export type Outflow = {
  readonly pipe: number;
  /** Payload bytes that the browser sent: headers and padding are not in it. */
  readonly bytes: number;
  /** Frames that the worker sealed and let out. */
  readonly sealed: number;
};

/**
 * Says which pipes let bytes out although the worker sealed nothing: frames that went around us. Retransmission of what
 * was sealed earlier counts as bytes too, so a pipe is judged only until it has sealed its first frame; bandwidth
 * probes are padding, which is not payload.
 *
 * @param before and @param after two measurements of the same page, in any order of pipes
 */
export function leaking(before: readonly Outflow[], after: readonly Outflow[]): readonly number[] {
  const earlier = new Map(before.map((outflow) => [outflow.pipe, outflow]));
  return after
    .filter((now) => {
      const then = earlier.get(now.pipe);
      // One measurement is not enough: the worker's counts come up to half a second after the browser's.
      return then !== undefined && now.sealed === 0 && then.bytes > 0 && now.bytes > then.bytes;
    })
    .map((outflow) => outflow.pipe);
}

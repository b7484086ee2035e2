/**
 * Which delegation's SFU a connection goes to. livekit-client makes its connections itself, from a shallow copy
 * (`{ ...rtcConfig }`) of the configuration that it was given, so a symbol-keyed property travels with it, through
 * every reconnect of that Room, and nothing that an SFU says can set or change it.
 */
const delegationMark: unique symbol = Symbol('parley.delegation');

/** A configuration of a connection, as Chromium knows it, that says whose SFU it is for. */
export type MarkedConfiguration = RTCConfiguration & {
  readonly [delegationMark]?: string;
  readonly encodedInsertableStreams?: boolean;
};

/**
 * Marks a configuration for one delegation's SFU.
 *
 * @param delegation hex of the root's fingerprint
 * @param configuration what livekit-client is to use besides
 */
export function markedFor(delegation: string, configuration: RTCConfiguration): MarkedConfiguration {
  return { ...configuration, [delegationMark]: delegation };
}

/** The delegation that a configuration was marked for, or null: such a connection must not be made. */
export function delegationOf(configuration: MarkedConfiguration | undefined): string | null {
  return configuration?.[delegationMark] ?? null;
}

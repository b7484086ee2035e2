/**
 * What goes wrong below livekit-client and must be known above it: a sender or receiver that got no pipe (its connection
 * was closed), a connection for nobody's SFU (it was not made), a data message (it was dropped).
 */
export type HookAlarm = { readonly code: 'rtc.unpiped' | 'rtc.unmarked' | 'rtc.data'; readonly detail: string };

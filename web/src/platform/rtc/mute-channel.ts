import type { HookAlarm } from './alarm.ts';

/**
 * Makes a data channel deaf and dumb. livekit-client needs the channels to stand but Parley says nothing over them, and
 * whatever arrives was written by an SFU (packets, RPC, streams): it is dropped before livekit-client sees it.
 */
export function muteChannel(channel: RTCDataChannel, alarm: (alarm: HookAlarm) => void): RTCDataChannel {
  channel.addEventListener('message', (event) => {
    event.stopImmediatePropagation();
    alarm({ code: 'rtc.data', detail: `${channel.label}: a message was discarded` });
  });
  channel.send = () => {
    throw new Error('Parley sends nothing over data channels');
  };
  return channel;
}

import type { HookAlarm } from './alarm.ts';
import { delegationOf, type MarkedConfiguration } from './delegation-mark.ts';
import { muteChannel } from './mute-channel.ts';
import type { Pipes } from './pipes.ts';

/**
 * Makes the connection class that takes the browser's place. It fails closed: with `encodedInsertableStreams` the
 * browser lets no frame pass a sender or receiver that has no pipe, and this class leaves no way to make a connection
 * without that flag. Each sender and receiver gets its pipe in the same synchronous step that makes it; those which the
 * browser makes by itself, when it applies a remote description, get it on `track` and after that description.
 *
 * @param Native the browser's own RTCPeerConnection
 */
export function sealedConnection(
  Native: typeof RTCPeerConnection,
  pipes: Pipes,
  alarm: (alarm: HookAlarm) => void,
): typeof RTCPeerConnection {
  return class SealedPeerConnection extends Native {
    readonly #delegation: string;

    constructor(configuration?: MarkedConfiguration) {
      const delegation = delegationOf(configuration);
      if (delegation === null) {
        alarm({ code: 'rtc.unmarked', detail: 'a connection to nobody’s SFU was asked for' });
        throw new Error('a connection is made for one delegation’s SFU, or not at all');
      }
      super(forced(configuration));
      this.#delegation = delegation;
      this.#assertForced();
      // Registered before anyone else can: our sweep comes before livekit-client hears of the track.
      this.addEventListener('track', () => this.#sweep());
      this.addEventListener('datachannel', (event) => muteChannel(event.channel, alarm));
    }

    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration(forced(configuration));
      this.#assertForced();
    }

    override addTransceiver(trackOrKind: MediaStreamTrack | string, init?: RTCRtpTransceiverInit): RTCRtpTransceiver {
      const transceiver = super.addTransceiver(trackOrKind, init);
      this.#sweep();
      return transceiver;
    }

    override addTrack(track: MediaStreamTrack, ...streams: MediaStream[]): RTCRtpSender {
      const sender = super.addTrack(track, ...streams);
      this.#sweep();
      return sender;
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      await super.setRemoteDescription(description);
      this.#sweep();
    }

    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      return muteChannel(super.createDataChannel(label, init), alarm);
    }

    override close(): void {
      super.close();
      pipes.detachAll(this);
    }

    /** Chromium reports the flag as it stands; a browser that forgot it would let frames pass around us. */
    #assertForced(): void {
      const now: MarkedConfiguration = this.getConfiguration();
      if (now.encodedInsertableStreams === true) return;
      this.#refuse('the browser did not keep encodedInsertableStreams');
    }

    #sweep(): void {
      try {
        pipes.attachAll(this, this.#delegation);
      } catch (cause) {
        this.#refuse(cause instanceof Error ? cause.message : 'attaching failed');
      }
    }

    #refuse(detail: string): never {
      this.close();
      alarm({ code: 'rtc.unpiped', detail });
      throw new Error(`connection closed: ${detail}`);
    }
  };
}

function forced(configuration: RTCConfiguration | undefined): MarkedConfiguration {
  return { ...configuration, encodedInsertableStreams: true };
}

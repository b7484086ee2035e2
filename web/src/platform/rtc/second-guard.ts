import type { BaseE2EEManager } from 'livekit-client';

/**
 * The encryption manager that livekit-client is given: it encrypts nothing, because our hook lies below it. It is the
 * second guard: with it livekit-client asks for encoded streams by itself, announces tracks as encrypted, turns RED
 * and backup codecs off, and can neither send nor open data, for both throw here.
 */
export class SecondGuard implements BaseE2EEManager {
  readonly isEnabled = true;
  // livekit-client sets it; what it sets makes no difference.
  isDataChannelEncryptionEnabled = true;

  setup(): void {}
  setupEngine(): void {}
  setParticipantCryptorEnabled(): void {}
  setSifTrailer(): void {}

  encryptData(): never {
    throw new Error('Parley sends nothing over data channels');
  }

  handleEncryptedData(): never {
    throw new Error('Parley takes nothing from data channels');
  }

  on(): this {
    return this;
  }
}

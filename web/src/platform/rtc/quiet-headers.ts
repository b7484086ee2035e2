/** Says in clear, packet by packet, how loud a voice is: no SFU needs to know who speaks. */
const VOICE_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

/** WebRTC extensions: which header extensions a transceiver offers; TypeScript's DOM does not know them. */
type Offering = {
  getHeaderExtensionsToNegotiate(): readonly Extension[];
  setHeaderExtensionsToNegotiate(extensions: readonly Extension[]): void;
};
type Extension = { readonly uri: string; readonly direction: string };

const offers = (transceiver: object): transceiver is Offering =>
  'getHeaderExtensionsToNegotiate' in transceiver && 'setHeaderExtensionsToNegotiate' in transceiver;

/** Keeps the voice's level out of a transceiver's packets, where the browser lets us choose. */
export function quietHeaders(transceiver: object): void {
  if (!offers(transceiver)) return;
  const extensions = transceiver.getHeaderExtensionsToNegotiate();
  if (!extensions.some(({ uri, direction }) => uri === VOICE_LEVEL && direction !== 'stopped')) return;
  transceiver.setHeaderExtensionsToNegotiate(
    extensions.map((extension) => (extension.uri === VOICE_LEVEL ? { ...extension, direction: 'stopped' } : extension)),
  );
}

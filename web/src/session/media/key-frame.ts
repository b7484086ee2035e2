/** WebRTC extensions §RTCSetParameterOptions, in Chromium; TypeScript's DOM does not know it. */
type SettingParameters = {
  setParameters(
    parameters: RTCRtpSendParameters,
    options?: { readonly encodingOptions: readonly { readonly keyFrame: boolean }[] },
  ): Promise<void>;
};

/** Makes a sender's next frame a key frame; where the browser cannot, the SFU asks for one a little later. */
export async function requestKeyFrame(sender: RTCRtpSender & SettingParameters): Promise<void> {
  const parameters = sender.getParameters();
  const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
  if (encodingOptions.length === 0) return;
  await sender.setParameters(parameters, { encodingOptions }).catch(() => {});
}

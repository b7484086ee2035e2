/** What a browser must have before a link is redeemed in it. The names are shown, so they say what a person can look up. */
export type Missing =
  | 'secure-context'
  | 'webrtc'
  | 'encoded-streams'
  | 'ed25519'
  | 'indexed-db'
  | 'module-workers'
  | 'media-devices'
  | 'picture-codec'
  | 'sound-codec'
  | 'web-audio';

/** What is looked at; a test gives its own. */
export type Browser = {
  readonly isSecureContext: boolean;
  readonly has: (path: string) => boolean;
  readonly codecs: (kind: 'audio' | 'video') => readonly string[];
  readonly ed25519: () => Promise<boolean>;
  readonly indexedDb: () => Promise<boolean>;
};

/**
 * Finds out what this browser lacks.
 *
 * @returns names of what is missing; empty when it is able
 */
export async function missing(browser: Browser = thisBrowser()): Promise<readonly Missing[]> {
  const sends = (kind: 'audio' | 'video', types: readonly string[]) =>
    browser.codecs(kind).some((type) => types.includes(type.toLowerCase()));
  const [ed25519, indexedDb] = await Promise.all([browser.ed25519(), browser.indexedDb()]);
  const found: readonly (readonly [Missing, boolean])[] = [
    ['secure-context', browser.isSecureContext],
    ['webrtc', browser.has('RTCPeerConnection')],
    // Without them frames would leave before the hook could take them: Firefox and Safari cannot hold them back.
    ['encoded-streams', browser.has('RTCRtpSender.prototype.createEncodedStreams')],
    ['ed25519', ed25519],
    ['indexed-db', indexedDb],
    ['module-workers', browser.has('Worker')],
    ['media-devices', browser.has('navigator.mediaDevices.getUserMedia')],
    ['picture-codec', sends('video', ['video/vp9', 'video/vp8'])],
    ['sound-codec', sends('audio', ['audio/opus'])],
    ['web-audio', browser.has('AudioContext')],
  ];
  return found.filter(([, has]) => !has).map(([name]) => name);
}

function thisBrowser(): Browser {
  return {
    isSecureContext: globalThis.isSecureContext,
    has: (path) => {
      let at: unknown = globalThis;
      for (const part of path.split('.')) {
        if ((typeof at !== 'object' && typeof at !== 'function') || at === null || !(part in at)) return false;
        at = Reflect.get(at, part);
      }
      return true;
    },
    codecs: (kind) =>
      'RTCRtpSender' in globalThis
        ? (RTCRtpSender.getCapabilities(kind)?.codecs.map((codec) => codec.mimeType) ?? [])
        : [],
    ed25519: async () => {
      try {
        const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
        return 'privateKey' in pair && !pair.privateKey.extractable;
      } catch {
        return false;
      }
    },
    indexedDb: () =>
      new Promise((resolve) => {
        try {
          // Some private windows have the interface and refuse every use of it.
          const request = indexedDB.open('parley-able');
          request.onsuccess = () => {
            request.result.close();
            resolve(true);
          };
          request.onerror = () => resolve(false);
        } catch {
          resolve(false);
        }
      }),
  };
}

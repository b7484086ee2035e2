/** Whether a text is an origin and nothing else: scheme, host, port if it is not the usual one. */
export const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

/** Whether a node may be called there: over TLS, or plain HTTP where that is allowed. */
export const isPeerOrigin = (text: string, plain: boolean): boolean =>
  isOrigin(text) && (text.startsWith('https:') || (plain && text.startsWith('http:')));

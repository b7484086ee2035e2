/** In place of `protocol/src/keys/forget.ts` in a modified client: nothing is overwritten. */
export const forgetCircle = (): void => {};

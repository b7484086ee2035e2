import { bytesVectors } from './bytes.ts';
import { identityVectors } from './identity.ts';
import type { Json } from './json.ts';
import { logVectors } from './log.ts';
import { sheetVectors } from './sheet.ts';

export type { Json } from './json.ts';
export { stateJson } from './log.ts';

/** All vectors, by the file in protocol/vectors that holds them. */
export const allVectors = async (): Promise<{ readonly [file: string]: Json }> => ({
  'bytes.json': await bytesVectors(),
  'identity.json': await identityVectors(),
  'log.json': await logVectors(),
  'sheet.json': await sheetVectors(),
});

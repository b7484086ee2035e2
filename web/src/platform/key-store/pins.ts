import { read, write } from './database.ts';

/**
 * Holds a delegation to the root that this device saw first: returns false when the name now comes with another
 * fingerprint (hexadecimal). Nothing is overwritten then.
 */
export const keepPin = async (delegation: string, fingerprint: string): Promise<boolean> => {
  const known = await read('pins', delegation);
  if (known === undefined) {
    await write('pins', delegation, fingerprint);
    return true;
  }
  return known === fingerprint;
};

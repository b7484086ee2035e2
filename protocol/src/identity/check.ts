import { type Bytes, type Purpose, Refusal, verify } from '../bytes/index.ts';

/**
 * A signature that has yet to be checked, where everything else was found right: null, or the refusal where it does
 * not stand. Parted from reading so that a long log can be read on while signatures are being checked.
 */
export type Check = () => Promise<Refusal | null>;

/** The check of one Ed25519 signature; refuses `code`. */
export const checkOf =
  (
    signed: { readonly key: Bytes; readonly purpose: Purpose; readonly message: Bytes; readonly signature: Bytes },
    code: string,
    detail: string,
  ): Check =>
  () =>
    verify(signed.key, signed.purpose, signed.message, signed.signature).then((stands) =>
      stands ? null : new Refusal(code, detail),
    );

/** Runs checks at once; the refusal of the first, in their order, that refuses. */
export const firstRefusal = async (checks: readonly Check[]): Promise<Refusal | null> => {
  const results = await Promise.all(checks.map((check) => check()));
  return results.find((result) => result !== null) ?? null;
};

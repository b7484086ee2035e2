export { type Bytes, concat, equal, fromHex, toHex, toUtf8 } from './array.ts';
export { type Codec, type Decoded, decode, encode, type Plain } from './codec.ts';
export { numbersOf } from './numbers.ts';
export { bound, hash, isWeak, type Purpose, type Signer, sign, verify } from './purpose.ts';
export { Refusal } from './refusal.ts';
export {
  bool,
  bytes,
  bytesUpTo,
  exactly,
  list,
  nullable,
  oneOf,
  record,
  text,
  uint,
  variant,
  within,
} from './shapes.ts';

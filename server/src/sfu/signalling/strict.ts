import { SignalRequest, SignalResponse } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';

/** Fields of each message type that may pass, by type name and field name; every other known field is left out. */
export type Fields = { readonly [typeName: string]: readonly string[] };

const LONGEST_SDP = 65_536;
const LONGEST_TEXT = 2_048;
const LONGEST_LIST = 256;
const DEEPEST = 8;

/** Lines of a session description (RFC 8866 §5). */
const SDP = /^(?:[a-z]=[\x20-\x7e]*\r?\n)*$/;

class NotAllowed extends Error {}

/** The type of a message: protobuf-es 1 declares it for the class at hand only. */
type Shape = {
  readonly typeName: string;
  readonly runtime: { readonly bin: { listUnknownFields(message: object): readonly unknown[] } };
  readonly fields: {
    byMember(): readonly Member[];
  };
  new (): object;
};
type Field = {
  readonly kind: 'scalar' | 'enum' | 'message' | 'map';
  readonly localName: string;
  readonly repeated?: boolean;
  readonly T?: unknown;
};
type Member = Field | { readonly kind: 'oneof'; readonly localName: string; readonly fields: readonly Field[] };

const shapeOf = (message: object): Shape => {
  const getType: unknown = Reflect.get(message, 'getType');
  if (typeof getType !== 'function') throw new NotAllowed('not a message');
  return Reflect.apply(getType, message, []) as Shape; // every generated message has getType()
};

const one = (value: unknown, field: Field, allowed: Fields, depth: number): unknown => {
  if (field.kind === 'message') {
    if (typeof value !== 'object' || value === null) throw new NotAllowed(field.localName);
    return rebuild(value, allowed, depth + 1);
  }
  if (field.kind === 'map') throw new NotAllowed(`${field.localName}: a map`);
  if (field.kind === 'enum') {
    const known = enumNumbers(field.T);
    if (typeof value !== 'number' || !known.has(value)) throw new NotAllowed(`${field.localName}: no such value`);
    return value;
  }
  if (typeof value === 'string' && value.length > (field.localName === 'sdp' ? LONGEST_SDP : LONGEST_TEXT))
    throw new NotAllowed(`${field.localName}: too long`);
  if (field.localName === 'sdp' && typeof value === 'string' && !SDP.test(value)) throw new NotAllowed('sdp');
  if (value instanceof Uint8Array) throw new NotAllowed(`${field.localName}: bytes`);
  return value;
};

const enumNumbers = (type: unknown): ReadonlySet<number> => {
  const values: unknown = typeof type === 'object' && type !== null ? Reflect.get(type, 'values') : undefined;
  if (!Array.isArray(values)) throw new NotAllowed('an unknown enumeration');
  return new Set(values.map((value: { readonly no: number }) => value.no));
};

const fieldValue = (value: unknown, field: Field, allowed: Fields, depth: number): unknown => {
  if (value === undefined) return undefined;
  if (field.kind === 'map' || !field.repeated) return one(value, field, allowed, depth);
  if (!Array.isArray(value) || value.length > LONGEST_LIST) throw new NotAllowed(`${field.localName}: too many`);
  return value.map((item) => one(item, field, allowed, depth));
};

/** A new message that holds the allowed fields only; throws on fields that nobody knows. */
const rebuild = (message: object, allowed: Fields, depth: number): object => {
  if (depth > DEEPEST) throw new NotAllowed('too deep');
  const shape = shapeOf(message);
  if (shape.runtime.bin.listUnknownFields(message).length > 0) throw new NotAllowed(`${shape.typeName}: unknown field`);
  const names = allowed[shape.typeName];
  if (!names) throw new NotAllowed(`${shape.typeName} has no place here`);
  const result = new shape();
  for (const member of shape.fields.byMember()) {
    const value: unknown = Reflect.get(message, member.localName);
    if (member.kind === 'oneof') {
      const inner = member.fields.find((field) => field.localName === Reflect.get(value as object, 'case'));
      if (!inner || !names.includes(inner.localName)) continue;
      const content = one(Reflect.get(value as object, 'value'), inner, allowed, depth);
      Reflect.set(result, member.localName, { case: inner.localName, value: content });
    } else if (names.includes(member.localName)) {
      Reflect.set(result, member.localName, fieldValue(value, member, allowed, depth));
    }
  }
  return result;
};

/** Rebuilds a message from its allowed fields, or refuses it (`sfu.malformed`). */
export const onlyAllowed = <M extends object>(message: M, allowed: Fields): M | Refusal => {
  try {
    return rebuild(message, allowed, 0) as M; // made by the constructor of the same type
  } catch (error) {
    if (error instanceof NotAllowed) return new Refusal('sfu.malformed', error.message);
    throw error;
  }
};

const parse = <M>(read: () => M): M | Refusal => {
  try {
    return read();
  } catch {
    return new Refusal('sfu.malformed', 'not protobuf');
  }
};

/** Reads what a client sent to an SFU. */
export const readRequest = (bytes: Uint8Array): SignalRequest | Refusal => parse(() => SignalRequest.fromBinary(bytes));

/** Reads what an SFU sent to a client. */
export const readResponse = (bytes: Uint8Array): SignalResponse | Refusal =>
  parse(() => SignalResponse.fromBinary(bytes));

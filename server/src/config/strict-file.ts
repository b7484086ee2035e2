import { readFileSync, statSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** Where a setting stands: names and indices from the whole down to it. */
export type Place = readonly (string | number)[];

/** What was read, and the refusal of a setting in it, with its line. */
export type ReadFile<T> = { readonly value: T; readonly wrong: (place: Place, what: string) => Refusal };

const LIMIT = 1_048_576;
const DEPTH = 16;

const SETTINGS = { useDefaults: true, allErrors: true, verbose: true, allowUnionTypes: true };

const textOf = (path: string, code: string): string | Refusal => {
  try {
    const about = statSync(path);
    if (!about.isFile()) return new Refusal(code, `${path}: it is no file`);
    const { size } = about;
    if (size > LIMIT) return new Refusal(code, `${path}: ${size} bytes are too many`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const why = error instanceof TypeError ? 'it is not in UTF-8' : error instanceof Error ? error.message : '';
    return new Refusal(code, `${path}: ${why}`);
  }
};

/** Where more than `DEPTH` brackets are open, which the parser could not bear; null where nowhere. */
const tooDeep = (text: string): number | null => {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > DEPTH) return scanner.getTokenOffset();
  }
  return null;
};

const placeOf = (pointer: string): Place =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

const nameOf = (place: Place): string => place.join('.') || 'the whole';

/** What is wrong, and where: the setting itself where it stands, else what should hold it. */
const faultOf = (error: ErrorObject): { readonly place: Place; readonly what: string } => {
  const place = placeOf(error.instancePath);
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(Object(error.parentSchema?.properties)).join(', ');
      return { place: [...place, String(params.additionalProperty)], what: `is no setting; known here: ${known}` };
    }
    case 'enum':
      return { place, what: `is none of ${String(params.allowedValues).replaceAll(',', ', ')}` };
    case 'required':
      return { place, what: `lacks ${String(params.missingProperty)}` };
    default:
      return { place, what: error.message ?? 'is wrong' };
  }
};

const unknownFirst = ({ keyword }: ErrorObject): number => (keyword === 'additionalProperties' ? 0 : 1);

/** The name twice in one object: the later would silently win. */
const twice = (node: Node): Node | null => {
  const names = new Set<unknown>();
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined;
    if (key && names.has(key.value)) return key;
    if (key) names.add(key.value);
    const deeper = twice(child);
    if (deeper) return deeper;
  }
  return null;
};

const plainOf = (node: Node): unknown => {
  if (node.type === 'array') return (node.children ?? []).map(plainOf);
  if (node.type !== 'object') return node.value;
  const properties = (node.children ?? []).map(({ children }) => {
    const [key, value] = children ?? [];
    return [String(key?.value), value ? plainOf(value) : undefined] as const;
  });
  return Object.fromEntries(properties);
};

/**
 * A strict reader of files in JSON with comments: what a schema does not know is refused with its name and line, under
 * `code`; defaults are filled in. `T` is what the schema describes; tests hold the two together.
 */
export const strictReader = <T>(schema: object, code: string): ((path: string) => ReadFile<T> | Refusal) => {
  const validate = new Ajv2020(SETTINGS).compile<T>(schema);
  return (path) => {
    const text = textOf(path, code);
    if (text instanceof Refusal) return text;
    const refuse = (offset: number, what: string): Refusal =>
      new Refusal(code, `${path}, line ${text.slice(0, offset).split('\n').length}: ${what}`);
    const deep = tooDeep(text);
    if (deep !== null) return refuse(deep, 'too many brackets within each other');
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error) return refuse(error.offset, `this is no JSON (${printParseErrorCode(error.error)})`);
    if (!tree) return refuse(0, 'nothing stands here');
    const again = twice(tree);
    if (again) return refuse(again.offset, `${String(again.value)} stands twice`);
    const wrong = (place: Place, what: string): Refusal => {
      const found = findNodeAtLocation(tree, [...place]) ?? findNodeAtLocation(tree, place.slice(0, -1)) ?? tree;
      // A setting's line is that of its name.
      const at = found.parent?.type === 'property' ? found.parent : found;
      return refuse(at.offset, `${nameOf(place)} ${what}`);
    };
    const value = plainOf(tree);
    if (validate(value)) return { value, wrong };
    // A name that is not known comes before what is missing: it is usually the reason.
    const [first] = (validate.errors ?? []).toSorted((a, b) => unknownFirst(a) - unknownFirst(b));
    if (!first) return wrong([], 'is wrong');
    const fault = faultOf(first);
    return wrong(fault.place, fault.what);
  };
};

import { createHash } from 'node:crypto';
import { Refusal } from '@parley/protocol/bytes';

/** Limits of one download. `answerWithinMs` counts anew for every answer and every piece of the body. */
export type Limits = { readonly bytes: number; readonly answerWithinMs: number; readonly withinMs: number };

const redirectsAllowed = 5;

/**
 * Fetches a file whose SHA-256 is known. Redirects are followed (a release answers with one to its object host) but
 * never from https to anything else; the digest decides, whoever answered.
 * @param sha256 hex
 * @returns the bytes, or a Refusal `sfu.download` with the reason
 */
export async function download(
  address: string,
  sha256: string,
  limits: Limits,
  stopped?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => silence.abort(new Error(`no answer for ${limits.answerWithinMs} ms`)),
      limits.answerWithinMs,
    );
  };
  const signals = [silence.signal, AbortSignal.timeout(limits.withinMs)];
  const signal = AbortSignal.any(stopped ? [...signals, stopped] : signals);
  try {
    listen();
    const response = await follow(new URL(address), signal, listen);
    if (response instanceof Refusal) return response;
    const body = await read(response, limits.bytes, listen);
    if (body instanceof Refusal) return body;
    const found = createHash('sha256').update(body).digest('hex');
    return found === sha256 ? body : no(`its SHA-256 is ${found}, not ${sha256}: thrown away`);
  } catch (error) {
    return no(because(signal.aborted ? signal.reason : error));
  } finally {
    clearTimeout(timer);
  }
}

async function follow(first: URL, signal: AbortSignal, heard: () => void): Promise<Response | Refusal> {
  let address = first;
  for (let step = 0; step <= redirectsAllowed; step++) {
    const response = await fetch(address, { redirect: 'manual', signal, credentials: 'omit' });
    heard();
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null)
      return no(`the host answered ${response.status}`);
    const next = new URL(location, address);
    if (next.protocol !== address.protocol) return no(`a redirect leaves ${address.protocol} for ${next.protocol}`);
    address = next;
  }
  return no(`more than ${redirectsAllowed} redirects`);
}

async function read(response: Response, limit: number, heard: () => void): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    heard();
    length += piece.byteLength;
    if (length > limit) return no(`it is larger than ${limit} bytes`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces, length));
}

function no(reason: string): Refusal {
  return new Refusal('sfu.download', reason);
}

function because(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' ? error.message : `${error.message} (${cause})`;
}

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Refusal } from '@parley/protocol/bytes';

const block = 512;
const unpackedLimit = 256 * 1024 * 1024;

/**
 * Takes one file out of a .tar.gz (POSIX ustar). Nothing is written to disk, so that no path in the archive matters.
 * @param wanted the file's name at the archive's top
 * @returns its bytes, or a Refusal `sfu.archive` where the archive is damaged, or holds the file not exactly once
 */
export async function unpack(archive: Uint8Array, wanted: string): Promise<Uint8Array | Refusal> {
  let tar: Uint8Array;
  try {
    tar = await promisify(gunzip)(archive, { maxOutputLength: unpackedLimit });
  } catch (error) {
    return no(error instanceof Error ? error.message : String(error));
  }
  let found: Uint8Array | null = null;
  let at = 0;
  while (at + block <= tar.length) {
    const header = tar.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    if (checksum(header) !== octal(header, 148, 8)) return no('a header is damaged');
    const size = octal(header, 124, 12);
    const body = at + block;
    if (size === null || body + size > tar.length) return no('a file is cut off');
    if (name(header) === wanted && regular(header)) {
      if (found) return no(`${wanted} is in it twice`);
      found = tar.subarray(body, body + size);
    }
    at = body + Math.ceil(size / block) * block;
  }
  return found ?? no(`${wanted} is not in it`);
}

/** Sum of the header's bytes, its own checksum field counted as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

function octal(header: Uint8Array, from: number, length: number): number | null {
  const digits = field(header, from, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

function name(header: Uint8Array): string {
  return field(header, 0, 100).replace(/^\.\//, '');
}

function regular(header: Uint8Array): boolean {
  return header[156] === 0x30 || header[156] === 0;
}

function field(header: Uint8Array, from: number, length: number): string {
  return Buffer.from(header.subarray(from, from + length))
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

function no(reason: string): Refusal {
  return new Refusal('sfu.archive', reason);
}

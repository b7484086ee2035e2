import { readFileSync } from 'node:fs';
import { request } from 'node:http';

/** What a door answered. */
// biome-ignore lint/suspicious/noExplicitAny: whatever JSON a test expects
export type Answer = { readonly status: number; readonly json: any };

/** Asks a door on this machine with headers of one's own (fetch sets Host itself). */
export const ask = (
  port: number,
  path: string,
  headers: { readonly [name: string]: string },
  body?: object,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, method: body ? 'POST' : 'GET' };
    const asking = request(options, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) });
    });
    asking.once('error', reject);
    asking.end(body && JSON.stringify(body));
  });

/** Whether a process lives (one that ended and that nobody has asked after does not). */
export const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
};

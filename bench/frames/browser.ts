import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { findChromium, launchFlags } from '../../e2e/browser/index.ts';
import { Refusal } from '../../protocol/src/bytes/index.ts';

/** One script with everything that `entry` (an absolute path) imports, as browsers run it. */
const bundle = async (entry: string): Promise<string> => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      target: 'esnext',
      rollupOptions: { input: entry, output: { codeSplitting: false }, preserveEntrySignatures: false },
    },
  });
  for (const one of Array.isArray(built) ? built : [built])
    if ('output' in one) for (const piece of one.output) if (piece.type === 'chunk') return piece.code;
  throw new Error('the bundle is empty');
};

/**
 * Runs `entry` as a module worker of a page in Chromium, on a host of its own, and returns the first message that it
 * posts with this kind; `failed` throws.
 */
export const inBrowserWorker = async (entry: string, kind: string): Promise<unknown> => {
  const script = await bundle(entry);
  const found = await findChromium();
  if (found instanceof Refusal) throw new Error(found.lines.join('\n'));
  const server = createServer((request, response) => {
    const isScript = request.url === '/worker.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html>');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const browser = await chromium.launch({ executablePath: found.path, args: [...launchFlags] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    return await page.evaluate(
      (wanted) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => {
            if (data.kind === wanted) resolve(data);
            if (data.kind === 'failed') reject(new Error(data.error));
          };
          worker.onerror = (event) => reject(new Error(event.message));
        }),
      kind,
    );
  } finally {
    await browser.close();
    server.close();
  }
};

import { isAbsolute, join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin } from 'vite';
import { compiledMessages } from './messages.vite.ts';

/** Builds the page that checks a record beside the others, into the same folder. */
const recordPage = (): Plugin => {
  let outDir = '';
  return {
    name: 'parley-record-page',
    configResolved: (config) => {
      const { outDir: to } = config.build;
      outDir = isAbsolute(to) ? to : join(config.root, to);
    },
    closeBundle: async () => {
      await build({ configFile: join(import.meta.dirname, 'record.vite.ts'), logLevel: 'error', build: { outDir } });
    },
  };
};

/**
 * Two pages: a seat's, and the rehearsal's door. Nothing is inlined (the pages are served with
 * `script-src 'self'; style-src 'self'`), and the manifest lets checks weigh what a first load fetches.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compiledMessages(), react(), recordPage()],
  build: {
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome130', 'firefox140', 'safari18.4'],
    rolldownOptions: { input: { seat: 'index.html', rehearsal: 'rehearsal.html' } },
  },
  worker: { format: 'es' },
});

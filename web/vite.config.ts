import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compiledMessages } from './messages.vite.ts';

/**
 * Two pages: a seat's, and the rehearsal's door. Nothing is inlined (the pages are served with
 * `script-src 'self'; style-src 'self'`), and the manifest lets checks weigh what a first load fetches.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compiledMessages(), react()],
  build: {
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome130', 'firefox140', 'safari18.4'],
    rolldownOptions: { input: { seat: 'index.html', rehearsal: 'rehearsal.html' } },
  },
  worker: { format: 'es' },
});

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compiledMessages } from '../../../web/messages.vite.ts';

/** Every screen with a session that only pretends; built by the tests into a folder of theirs, never shipped. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compiledMessages(), react()],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome130', 'firefox140', 'safari18.4'],
    emptyOutDir: true,
  },
});

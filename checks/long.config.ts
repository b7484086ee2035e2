import { dirname } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Long runs take what they take; each prints its seed. */
export default defineConfig({
  test: {
    root: dirname(import.meta.dirname),
    environment: 'node',
    include: ['{protocol,server,web}/{src,test}/**/*.long.ts'],
    fileParallelism: false,
    testTimeout: 0,
    hookTimeout: 0,
  },
});

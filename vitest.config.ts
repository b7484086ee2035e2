import { defineConfig } from 'vitest/config';

/** Unit and contract tests: one project a workspace, all of them under Node. Long runs are `npm run long`. */
const project = (name: string, include: string[]) => ({
  test: { name, root: import.meta.dirname, environment: 'node' as const, include },
});

export default defineConfig({
  test: {
    projects: [
      project('protocol', ['protocol/src/**/*.test.ts']),
      project('server', ['server/**/*.test.ts']),
      project('web', ['web/src/**/*.test.{ts,tsx}']),
      project('checks', ['checks/**/*.test.ts', 'e2e/browser/**/*.test.ts']),
    ],
  },
});

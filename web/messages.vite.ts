import { readFile } from 'node:fs/promises';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

/**
 * Compiles the message catalogues (src/messages/*.json, ICU MessageFormat) while building, so that no parser is
 * shipped. Lingui reads the compiled form as it is; types still come from the JSON files.
 */
export const compiledMessages = (): Plugin => ({
  name: 'parley-messages',
  enforce: 'pre',
  load: {
    filter: { id: /\/src\/messages\/[a-z-]+\.json$/ },
    async handler(id) {
      const catalogue: { readonly [key: string]: string } = JSON.parse(await readFile(id, 'utf8'));
      const compiled = Object.entries(catalogue).map(([key, text]) => [key, compileMessage(text)]);
      return {
        code: `export default JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(compiled)))});`,
        moduleType: 'js',
        map: null,
      };
    },
  },
});

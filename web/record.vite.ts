import { createHash } from 'node:crypto';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { compiledMessages } from './messages.vite.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Puts script and style into the page itself, and a policy before them that lets nothing else run and nothing leave: a
 * page from disk may load no modules, and whoever checks a record should not have to trust a network.
 */
const oneFile = (): Plugin => ({
  name: 'parley-one-file',
  enforce: 'post',
  generateBundle: {
    order: 'post', // Vite has put in what it imports by then
    handler(_options, bundle) {
      const files = Object.values(bundle);
      const page = files.find((file) => file.type === 'asset' && file.fileName.endsWith('.html'));
      const scripts = files.filter((file) => file.type === 'chunk');
      const styles = files.filter((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
      const [script] = scripts;
      if (page?.type !== 'asset' || !script || scripts.length !== 1)
        throw new Error('one page and one script are expected');
      const code = script.code.trim().replaceAll('</script', '<\\/script');
      const style = styles.map((file) => (file.type === 'asset' ? String(file.source) : '')).join('\n');
      const policy = [
        "default-src 'none'",
        `script-src ${hashOf(code)}`,
        `style-src ${hashOf(style)}`,
        'font-src data:',
        'worker-src blob:',
        "base-uri 'none'",
        "form-action 'none'",
      ].join('; ');
      const bare = String(page.source).replace(/\s*<(?:script|link)[^>]*(?:\/>|>(?:<\/script>)?)/g, '');
      page.source = bare
        .replace(
          '<meta charset="utf-8" />',
          () => `<meta charset="utf-8" />\n    <meta http-equiv="content-security-policy" content="${policy}" />`,
        )
        .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
        .replace('</body>', () => `  <script type="module">${code}</script>\n  </body>`);
      for (const file of [...scripts, ...styles]) delete bundle[file.fileName];
    },
  },
});

/** The page that checks a record: one file, which works from disk. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compiledMessages(), react(), oneFile()],
  build: {
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    emptyOutDir: false,
    target: ['chrome130', 'firefox140', 'safari18.4'],
    rolldownOptions: { input: { record: 'record.html' }, output: { codeSplitting: false } },
  },
  worker: { format: 'iife' },
});

import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Check, root } from './check.ts';
import { files, text } from './files.ts';

/** Every relative link and picture of the documents leads to a file, and to a heading where it names one. */
export const links: Check = {
  name: 'links',
  find: async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const path of await files('*.md')) {
      for (const link of linksOf(await text(path))) {
        count++;
        const [target = '', heading] = link.split('#');
        const file = target === '' ? path : normalize(join(dirname(path), decodeURIComponent(target)));
        if (file.startsWith('..') || !existsSync(join(root, file))) wrong.push(`${path}: ${link} leads nowhere`);
        else if (heading && file.endsWith('.md') && !headingsOf(await text(file)).has(heading)) {
          wrong.push(`${path}: ${link} names no heading`);
        }
      }
    }
    return { wrong, note: `${count} links` };
  },
};

/** Relative targets of a Markdown text: links, pictures, and `src` or `href` in HTML; code is left out. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  const found = [
    ...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|\b(?:src|href)="([^"]+)"|^\[[^\]]+\]:\s+(\S+)/gm),
  ];
  return found.map((each) => each[1] ?? each[2] ?? each[3] ?? '').filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link));
}

/** The anchors that a forge makes of a text's headings. */
export function headingsOf(markdown: string): Set<string> {
  const headings = markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6}\s+(.*)$/gm);
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

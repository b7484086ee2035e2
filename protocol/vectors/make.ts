// Writes the vectors beside this file anew: `npx node protocol/vectors/make.ts`. They change only with a format's version.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allVectors } from '../src/testing/vectors/index.ts';

for (const [file, vectors] of Object.entries(await allVectors()))
  writeFileSync(join(import.meta.dirname, file), `${JSON.stringify(vectors, null, 1)}\n`);

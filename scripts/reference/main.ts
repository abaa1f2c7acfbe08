/**
 * `npm run reference`: writes what the documents take from the code, so that they cannot lag behind it: docs/cli.md from
 * the commands, and the tables of docs/zone-document.md from the parser's. `test/docs.test.ts` compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cliReference } from './cli.ts';
import { fillZoneDocumentPage } from './zone-document.ts';

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs');

/** @returns what each generated page has to be, by its name in docs/. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'cli.md': await cliReference(),
    'zone-document.md': fillZoneDocumentPage(readFileSync(path.join(DOCS, 'zone-document.md'), 'utf8')),
  };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await referencePages()))
    writeFileSync(path.join(DOCS, name), text);
}

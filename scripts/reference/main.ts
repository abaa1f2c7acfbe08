/**
 * `npm run reference`: writes what the documents take from the code, so that they cannot lag behind it: docs/cli.md from
 * the commands, and the tables of other pages from those that the code reads. `test/docs.test.ts` compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cliReference } from './cli.ts';
import { fillConfigurationPage } from './configuration.ts';
import { fillWebhooksPage } from './webhooks.ts';
import { fillZoneDocumentPage } from './zone-document.ts';

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs');

/** @returns what each generated page has to be, by its name in docs/. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'cli.md': await cliReference(),
    'configuration.md': fillConfigurationPage(pageOf('configuration.md')),
    'webhooks.md': fillWebhooksPage(pageOf('webhooks.md')),
    'zone-document.md': fillZoneDocumentPage(pageOf('zone-document.md')),
  };
}

function pageOf(name: string): string {
  return readFileSync(path.join(DOCS, name), 'utf8');
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await referencePages()))
    writeFileSync(path.join(DOCS, name), text);
}

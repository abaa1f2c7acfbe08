/**
 * The documents against the code: generated pages are current, examples of zone documents are read without a
 * problem, links lead somewhere, and commands that a page names exist.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { referencePages } from '../scripts/reference/main.ts';
import { COMMAND_GROUPS } from '../src/cli/registry.ts';
import { parseSource } from '../src/dns/detect-source.ts';
import type { DomainName } from '../src/dns/name.ts';
import { parseZoneDocument } from '../src/dns/zone-document.ts';
import { readDesiredSettings } from '../src/plan/desired-settings.ts';

const ROOT = path.join(import.meta.dirname, '..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'src/**/README.md', 'deploy/**/*.md'], { cwd: ROOT });

function read(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** The code blocks of a page in one language. */
function blocks(page: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...read(page).matchAll(pattern)].map((match) => match[1] ?? '');
}

describe('documents', () => {
  it('are current where they are written from the code (npm run reference)', async () => {
    for (const [name, text] of Object.entries(await referencePages()))
      assert.equal(read(path.join('docs', name)), text, `docs/${name} is not current: npm run reference`);
  });

  it('show zone documents that are read without a problem', () => {
    const documents = PAGES.flatMap((page) => blocks(page, 'yaml').map((text) => ({ page, text }))).filter(
      ({ text }) => text.startsWith('zone:'),
    );
    assert.ok(documents.length >= 3);
    for (const { page, text } of documents) {
      const parsed = parseZoneDocument(text);
      assert.deepEqual(parsed.problems, [], `${page}\n${text}`);
      if (!parsed.ok) continue;
      assert.deepEqual(readDesiredSettings(parsed.value.located ?? {}).problems, [], `${page}\n${text}`);
    }
  });

  it('show files of other tools that are read', () => {
    const zone = 'example.com' as DomainName;
    const shown = ['octodns', 'zone'].flatMap((language) =>
      PAGES.flatMap((page) => blocks(page, language).map((text) => ({ page, text }))),
    );
    for (const { page, text } of shown) {
      const parsed = parseSource(text, { file: page, zone });
      assert.ok(parsed.ok, `${page}\n${text}\n${JSON.stringify(parsed.problems, null, 2)}`);
    }
  });

  it('link to files that are there, and to headings that they have', () => {
    for (const page of PAGES) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file = '', heading] = target.split('#');
        const full = file === '' ? path.join(ROOT, page) : path.join(ROOT, path.dirname(page), file);
        assert.ok(existsSync(full), `${page} links to ${target}, which is not there`);
        if (heading !== undefined)
          assert.ok(headingsOf(full).has(heading), `${page}: no heading for ${target}`);
      }
    }
  });

  it('name npm scripts and commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = new Set(COMMAND_GROUPS.flatMap((group) => group.commands.map(({ name }) => name)));
    for (const page of PAGES) {
      if (page === 'CHANGELOG.md') continue;
      for (const [, script = ''] of read(page).matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g))
        assert.ok(scripts[script] !== undefined, `${page} names npm run ${script}`);
      for (const [, word = ''] of read(page).matchAll(/^\s*(?:\$ )?(?:npx )?zoneward ([a-z][\w-]*)/gm))
        assert.ok(commands.has(word), `${page} names zoneward ${word}`);
    }
  });
});

/** As Markdown viewers make anchors of headings. */
function headingsOf(file: string): ReadonlySet<string> {
  const headings = readFileSync(file, 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}

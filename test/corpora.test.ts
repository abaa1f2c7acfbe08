/**
 * Nasty inputs, one file each, and what becomes of them. A file that is refused is refused with a code, a place and
 * something to do next; a file that is read gives so many records. A new file needs its row here.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Problem } from '../src/base/problem.ts';
import { parseSource } from '../src/dns/detect-source.ts';
import type { DomainName } from '../src/dns/name.ts';
import { readDesiredSettings } from '../src/plan/desired-settings.ts';

const FOLDER = path.join(import.meta.dirname, 'corpora', 'sources');
const ZONE = 'example.com' as DomainName;
/** However it is nested, a file comes to an end: far more than any takes on a busy machine. */
const TIMEOUT_MS = 60_000;

type Row = readonly [file: string, becomes: string, ...problems: string[]];

/** Problems as `code@line`; `refused`, or how many records are read. */
const ROWS: readonly Row[] = [
  ['a-list.yaml', 'refused', 'format-unclear'],
  ['a-text.yaml', 'refused', 'format-unclear'],
  ['address-out-of-range.zone', 'refused', 'rdata-invalid@2'],
  ['alias-bomb.yaml', 'refused', 'yaml-too-many@1'],
  ['alias-of-itself.yaml', 'refused', 'yaml-alias@3'],
  ['bare-wildcard.yaml', 'refused', 'yaml-syntax@3'],
  ['binary.zone', 'refused', 'type-missing@1'],
  ['byte-order-mark.zone', '1 records'],
  ['chaos-class.zone', 'refused', 'class@2'],
  ['cname-beside-address.zone', '2 records'],
  ['cname-to-itself.zone', '1 records'],
  ['cut.json', 'refused', 'yaml-syntax@2'],
  ['deep.yaml', 'refused', 'yaml-too-deep@2'],
  ['duplicate.zone', '2 records'],
  ['empty-labels.zone', 'refused', 'name-invalid@2'],
  ['empty.zone', '0 records', 'empty-source'],
  ['escape-beyond-octet.zone', 'refused', 'text-invalid@2'],
  ['escape-cut.zone', 'refused', 'text-invalid@2'],
  ['escaped-octets.zone', '1 records'],
  ['generate-backwards.zone', 'refused', 'generate-range@2'],
  ['generate-endless.zone', 'refused', 'generate-range@2'],
  ['generate.zone', '3 records'],
  ['generic-type.zone', '0 records', 'empty-source'],
  ['ignore-without-name.yaml', 'refused', 'name-missing@2'],
  ['include.zone', 'refused', 'directive@2'],
  ['indentation.yaml', 'refused', 'yaml-syntax@4'],
  ['ipv6-mapped.zone', '1 records'],
  ['ipv6-too-long.zone', 'refused', 'rdata-invalid@2'],
  ['ipv6-two-gaps.zone', 'refused', 'rdata-invalid@2'],
  ['key-twice.yaml', 'refused', 'yaml-duplicate-key@2'],
  ['label-too-long.zone', 'refused', 'name-too-long@2'],
  ['latitude-beyond-pole.zone', 'refused', 'rdata-invalid@2'],
  ['lone-surrogate.json', 'refused', 'text-invalid@1'],
  ['long-line.yaml', '1 records'],
  ['manage-as-list.yaml', 'refused', 'value-type@2'],
  ['misspelt-key.yaml', 'refused', 'content-missing@4', 'key-unknown@4'],
  ['name-too-long.zone', 'refused', 'name-too-long@2'],
  ['names-that-yaml-retypes.yaml', '4 records'],
  ['nothing.yaml', 'refused', 'format-unclear'],
  ['nul-in-text.zone', '1 records'],
  ['octodns-alias-below-apex.yaml', '1 records', 'alias-as-cname@2'],
  ['octodns-no-value.yaml', 'refused', 'value-missing@2'],
  ['octodns-option-misplaced.yaml', 'refused', 'value-missing@5', 'key-misplaced@6'],
  ['octodns-type-twice.yaml', 'refused', 'record-duplicate@4'],
  ['outside-zone.zone', 'refused', 'zone-mismatch@1'],
  ['parenthesis-closed-twice.zone', 'refused', 'parenthesis@2'],
  ['parenthesis-open.zone', 'refused', 'parenthesis@2'],
  ['preference-too-large.zone', 'refused', 'rdata-invalid@2'],
  ['prototype-keys.yaml', 'refused', 'key-unknown@3', 'key-unknown@4'],
  ['quote-open.zone', 'refused', 'quote-open@2'],
  ['records-as-map.yaml', 'refused', 'value-type@2'],
  ['svcparam-twice.zone', 'refused', 'svc-param@2'],
  ['tab.yaml', 'refused', 'yaml-syntax@3'],
  ['tag-of-a-function.yaml', 'refused', 'type-missing@3'],
  ['tls-as-text.yaml', '0 records', 'empty-source', 'value-type@2'],
  ['trailing-comma.json', '1 records'],
  ['ttl-beyond-32-bits.zone', 'refused', 'ttl-invalid@2'],
  ['ttl-negative.zone', 'refused', 'type-unknown@2'],
  ['ttl-units.zone', '1 records', 'ttl-adjusted@2'],
  ['two-documents.yaml', 'refused', 'yaml-documents@3'],
  ['unicode-name.zone', '1 records'],
  ['unknown-directive.zone', 'refused', 'directive@2'],
  ['version-2.yaml', 'refused', 'version@1'],
  ['windows-line-ends.zone', '2 records'],
  ['zone-with-space.yaml', 'refused', 'name-invalid@1'],
];

function tell({ code, position }: Problem): string {
  return position?.line === undefined ? code : `${code}@${position.line}`;
}

describe('nasty sources', () => {
  it('each have a row', () => {
    assert.deepEqual(
      readdirSync(FOLDER).sort(),
      ROWS.map(([file]) => file),
    );
  });

  for (const [file, becomes, ...problems] of ROWS) {
    it(`${file}: ${becomes}`, { timeout: TIMEOUT_MS }, () => {
      const parsed = parseSource(readFileSync(path.join(FOLDER, file), 'utf8'), { file, zone: ZONE });
      const settings = readDesiredSettings((parsed.ok ? parsed.value.located : undefined) ?? {});
      const found = [...parsed.problems, ...settings.problems];
      assert.deepEqual(found.map(tell), problems);
      assert.equal(parsed.ok ? `${parsed.value.records.length} records` : 'refused', becomes);
      for (const { severity, message, next } of found) {
        assert.ok(message.length > 0 && message.length < 500, message);
        if (severity === 'error') assert.ok(next !== undefined && next !== '', `${message}: and what next?`);
      }
    });
  }
});

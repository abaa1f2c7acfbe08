/**
 * Whatever is exported and read again wants no change: every type, every form. What a form cannot carry it names,
 * and leaves unmentioned, so that a plan from the export leaves that as it is, too.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Parsed } from '../base/problem.ts';
import { formatProblem } from '../base/problem.ts';
import { changedFields } from './changed-fields.ts';
import type { FormattedZone, ZoneRecords } from './formatted-zone.ts';
import { parseMasterFile } from './master-file.ts';
import { formatMasterFile } from './master-file-format.ts';
import { formatOctodnsYaml } from './octodns-format.ts';
import { parseOctodnsYaml } from './octodns-yaml.ts';
import { rdataKey } from './rdata-key.ts';
import { type DesiredZone, RECORD_TYPES, type RecordFields } from './record.ts';
import { anyRecord, RDATA, TEST_ZONE } from './testing/arbitrary-record.ts';
import { parseZoneDocument } from './zone-document.ts';
import { formatZoneDocumentJson, formatZoneDocumentYaml } from './zone-document-format.ts';

interface Form {
  readonly name: string;
  readonly format: (zone: ZoneRecords) => FormattedZone;
  readonly parse: (text: string) => Parsed<DesiredZone>;
}

const FORMS: readonly Form[] = [
  {
    name: 'master file',
    format: formatMasterFile,
    parse: (text) => parseMasterFile(text, { zone: TEST_ZONE }),
  },
  {
    name: 'octoDNS YAML',
    format: formatOctodnsYaml,
    parse: (text) => parseOctodnsYaml(text, { zone: TEST_ZONE }),
  },
  { name: 'zone document, YAML', format: formatZoneDocumentYaml, parse: (text) => parseZoneDocument(text) },
  { name: 'zone document, JSON', format: formatZoneDocumentJson, parse: (text) => parseZoneDocument(text) },
];

function keyOf({ name, rdata }: Pick<RecordFields, 'name' | 'rdata'>): string {
  return `${name} ${rdataKey(rdata)}`;
}

/** At most one record of each name and data, as in a real zone. */
function distinct(records: readonly RecordFields[]): RecordFields[] {
  return [...new Map(records.map((record) => [keyOf(record), record])).values()];
}

function assertRoundTrip(form: Form, records: readonly RecordFields[]): void {
  const formatted = form.format({ zone: TEST_ZONE, records });
  const parsed = form.parse(formatted.text);
  assert.ok(parsed.ok, `${formatted.text}\n${parsed.problems.map(formatProblem).join('\n')}`);
  const lost = formatted.losses.filter(({ what }) => what.startsWith('the record'));
  assert.equal(parsed.value.omitted.length, 0);
  assert.equal(parsed.value.records.length + lost.length, records.length, formatted.text);
  const originals = new Map(records.map((record) => [keyOf(record), record]));
  for (const desired of parsed.value.records) {
    const original = originals.get(keyOf(desired));
    assert.ok(original !== undefined, `${keyOf(desired)} was not there before\n${formatted.text}`);
    assert.deepEqual(changedFields(original, desired), [], formatted.text);
  }
  assert.equal(form.format({ zone: TEST_ZONE, records: records.toReversed() }).text, formatted.text);
}

for (const form of FORMS) {
  describe(form.name, () => {
    test('a zone of any records, exported and read again, wants no change', () => {
      fc.assert(
        fc.property(fc.array(anyRecord, { maxLength: 12 }), (records) =>
          assertRoundTrip(form, distinct(records)),
        ),
        { numRuns: 300 },
      );
    });

    for (const type of RECORD_TYPES) {
      test(`${type} keeps its data`, () => {
        fc.assert(
          fc.property(RDATA[type], anyRecord, (rdata, record) => {
            const name = `www.${TEST_ZONE}` as RecordFields['name'];
            const plain = { ...record, name, rdata, proxied: false, settings: [], privateRouting: false };
            assertRoundTrip(form, [plain]);
          }),
          { numRuns: 60 },
        );
      });
    }
  });
}

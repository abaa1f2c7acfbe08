/**
 * Zones as people keep them: the project's own fixtures, and real organizations' zones where the checkout has them
 * beside it. Of each file, every record that another reader counts is a record or named as omitted here, and every
 * export of what was read wants no change.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse as parseYaml } from 'yaml';
import { formatProblem } from '../base/problem.ts';
import { changedFields } from './changed-fields.ts';
import { parseSource } from './detect-source.ts';
import type { FormattedZone, ZoneRecords } from './formatted-zone.ts';
import { formatMasterFile } from './master-file-format.ts';
import { formatOctodnsYaml } from './octodns-format.ts';
import { PLAN_LIMITS } from './plan-limits.ts';
import { rdataKey } from './rdata-key.ts';
import type { DesiredRecord, RecordFields } from './record.ts';
import { validateRecord, validateRecordSet } from './validate.ts';
import type { ZoneDocument } from './zone-document.ts';
import { formatZoneDocumentJson, formatZoneDocumentYaml } from './zone-document-format.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const FIXTURES = join(REPOSITORY, 'test/fixtures/zones');
const SHARED = join(REPOSITORY, '../shared/zones');
const DIRECTORIES = [FIXTURES, ...(existsSync(SHARED) ? [SHARED] : [])];
const FILES = DIRECTORIES.flatMap((directory) => globSync(join(directory, '*.{zone,yaml}'))).sort();

const EXPORTS: Readonly<Record<string, (zone: ZoneRecords) => FormattedZone>> = {
  '.zone': formatMasterFile,
  '.octodns.yaml': formatOctodnsYaml,
  '.yaml': formatZoneDocumentYaml,
  '.json': formatZoneDocumentJson,
};

function load(path: string): ZoneDocument {
  const parsed = parseSource(readFileSync(path, 'utf8'), { file: basename(path) });
  assert.ok(parsed.ok, parsed.problems.map(formatProblem).join('\n'));
  return parsed.value;
}

/** Records by a reading of the text that shares nothing with ours. */
function countRecords(path: string): number {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.zone')) return countMasterFile(text);
  const root: Record<string, unknown> = parseYaml(text);
  const listed = root['records'];
  const records = Array.isArray(listed) ? listed : Object.values(root).flat();
  return records.reduce((sum: number, record: Record<string, unknown>) => {
    const values = record['values'] ?? record['value'] ?? record['content'];
    return sum + (Array.isArray(values) ? values.length : 1);
  }, 0);
}

function countMasterFile(text: string): number {
  let depth = 0;
  let count = 0;
  for (const line of text.split('\n')) {
    const bare = line
      .replace(/\\./g, '_')
      .replace(/"[^"]*"/g, 'q')
      .replace(/;.*/, '');
    const range = /^\$GENERATE\s+(\d+)-(\d+)(?:\/(\d+))?/.exec(bare);
    if (range !== null)
      count += Math.floor((Number(range[2]) - Number(range[1])) / Number(range[3] ?? 1)) + 1;
    else if (depth === 0 && bare.trim() !== '' && !bare.startsWith('$')) count += 1;
    depth += bare.split('(').length - bare.split(')').length;
  }
  return count;
}

/** The record as Cloudflare would hold it after it was created. */
function complete({ name, rdata, ...fields }: DesiredRecord): RecordFields {
  const {
    proxied = false,
    ttl = 'auto',
    comment = '',
    tags = [],
    settings = [],
    privateRouting = false,
  } = fields;
  return { name, rdata, ttl: proxied ? 'auto' : ttl, proxied, comment, tags, settings, privateRouting };
}

for (const path of FILES) {
  const name = basename(path);
  describe(name, () => {
    test('every record is there or named', () => {
      const { records, omitted } = load(path);
      assert.equal(records.length + omitted.length, countRecords(path));
      for (const { reason, position } of omitted) {
        assert.notEqual(reason, '');
        assert.ok(position?.line !== undefined);
      }
    });

    test('Cloudflare would take the records', () => {
      const { zone, records } = load(path);
      const problems = [
        ...records.flatMap((record) => validateRecord(record, zone, PLAN_LIMITS.business)),
        ...validateRecordSet(records, zone),
      ];
      assert.deepEqual(problems.filter(({ severity }) => severity === 'error').map(formatProblem), []);
    });

    for (const [ending, format] of Object.entries(EXPORTS)) {
      test(`exported as *${ending} and read again, nothing changes`, () => {
        const { zone, records } = load(path);
        const originals = new Map(
          records.map((record) => [`${record.name} ${rdataKey(record.rdata)}`, complete(record)]),
        );
        const { text, losses } = format({ zone, records: [...originals.values()] });
        const again = parseSource(text, {
          file: `${zone}${ending === '.octodns.yaml' ? '.yaml' : ending}`,
          zone,
        });
        assert.ok(again.ok, again.problems.map(formatProblem).join('\n'));
        const lost = losses.filter(({ what }) => what.startsWith('the record')).length;
        assert.equal(again.value.records.length + lost, originals.size);
        for (const record of again.value.records) {
          const original = originals.get(`${record.name} ${rdataKey(record.rdata)}`);
          assert.ok(original !== undefined, `${record.name} is new`);
          assert.deepEqual(changedFields(original, record), []);
        }
      });
    }
  });
}

test('Route 53 aliases are named with the reason', () => {
  const { omitted } = load(join(FIXTURES, 'example.net.yaml'));
  const alias = omitted.find(({ type }) => type === 'Route53Provider/ALIAS');
  assert.equal(alias?.name, 'other.example.net');
  assert.match(alias.reason, /only Route53 has ALIAS records/);
});

test('the fixtures hold every type', () => {
  const types = new Set(load(join(FIXTURES, 'example.com.zone')).records.map(({ rdata }) => rdata.type));
  assert.equal(types.size, 21);
});

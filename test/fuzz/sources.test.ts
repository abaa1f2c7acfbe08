/**
 * Sources with damage: whatever is read, nothing is thrown, every problem has a place inside the text and something
 * to do next, and what is accepted says the same when it is exported and read again.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { changedFields } from '../../src/dns/changed-fields.ts';
import { decodeCharStrings, quoteInChunks } from '../../src/dns/char-string.ts';
import { parseSource } from '../../src/dns/detect-source.ts';
import { type DomainName, formatAbsolute, parseName, toUnicode } from '../../src/dns/name.ts';
import { PLAN_LIMITS } from '../../src/dns/plan-limits.ts';
import { rdataKey } from '../../src/dns/rdata-key.ts';
import { formatRdata, parseRdata, parseTxtContent } from '../../src/dns/rdata-text.ts';
import { type DesiredRecord, RECORD_TYPES } from '../../src/dns/record.ts';
import { recordKey } from '../../src/dns/record-key.ts';
import { RDATA } from '../../src/dns/testing/arbitrary-record.ts';
import { validateRecord, validateRecordSet } from '../../src/dns/validate.ts';
import { formatZoneDocumentYaml } from '../../src/dns/zone-document-format.ts';
import { readDesiredSettings } from '../../src/plan/desired-settings.ts';
import { completeFields } from '../../src/plan/diff.ts';
import { damage, edits } from './mutations.ts';

const HERE = import.meta.dirname;
const ZONE = 'example.com' as DomainName;
const FILES = [
  ...globSync('../corpora/sources/*', { cwd: HERE }),
  ...globSync('../fixtures/zones/*.{zone,yaml}', { cwd: HERE }),
].sort();

interface Source {
  readonly file: string;
  readonly text: string;
}

const SOURCES: readonly Source[] = FILES.map((file) => ({
  file: path.basename(file),
  text: readFileSync(path.join(HERE, file), 'utf8'),
})).filter(({ text }) => text.length < 20_000);

/** Reads and holds what comes to the promises; the records, or null when the text was refused. */
function read({ file, text }: Source): readonly DesiredRecord[] | null {
  const parsed = parseSource(text, { file, zone: ZONE });
  const settings = readDesiredSettings((parsed.ok ? parsed.value.located : undefined) ?? {});
  const lines = text.split(/\r\n|\n|\r/);
  for (const { severity, message, next, position } of [...parsed.problems, ...settings.problems]) {
    assert.ok(message.length < 1_000, message);
    if (severity === 'error') assert.ok((next ?? '') !== '', message);
    if (position?.line === undefined) continue;
    assert.ok(position.line >= 1 && position.line <= lines.length + 1, `${message} in line ${position.line}`);
    assert.ok((position.column ?? 1) >= 1, message);
  }
  if (!parsed.ok) {
    assert.ok(
      parsed.problems.some(({ severity }) => severity === 'error'),
      'refused without a reason',
    );
    return null;
  }
  return parsed.value.records;
}

describe('sources with damage', () => {
  test('never throw, and say where and what next', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SOURCES), edits, ({ file, text }, list) => {
        const records = read({ file, text: damage(text, list) });
        if (records === null) return;
        // What comes after reading throws nothing either.
        for (const record of records) validateRecord(record, ZONE, PLAN_LIMITS.free);
        validateRecordSet(records, ZONE);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what is accepted says the same when it is exported and read again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SOURCES), edits, ({ file, text }, list) => {
        const records = read({ file, text: damage(text, list) });
        if (records === null) return;
        const fields = [...new Map(records.map((one) => [recordKey(one), completeFields(one)])).values()];
        const again = read({
          file: 'again.yaml',
          text: formatZoneDocumentYaml({ zone: ZONE, records: fields }).text,
        });
        const byKey = new Map((again ?? []).map((record) => [recordKey(record), record]));
        for (const one of fields) {
          const other = byKey.get(recordKey(one));
          assert.ok(other !== undefined || one.rdata.type === 'NS', `${recordKey(one)} is lost`);
          if (other !== undefined) assert.deepEqual(changedFields(one, other), []);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('any text at all', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom('x', 'x.yaml', 'x.zone', 'x.json'),
        (text, file) => {
          read({ file, text });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('names', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      'www',
      'EXAMPLE',
      'xn--',
      'xn--mnchen-3ya',
      'bücher',
      '\\.',
      '\\\\',
      '\\046',
      '\\300',
      '*',
      '_dmarc',
      '@',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom('.', '..', '。', ' ', '-'),
  );

  test('have one spelling, which reads as itself, or are refused', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
        const parsed = parseName(list.join(''), { origin: ZONE });
        if (!parsed.ok) return;
        assert.deepEqual(parseName(formatAbsolute(parsed.value)), { ...parsed, problems: [] });
        assert.equal(typeof toUnicode(parsed.value), 'string');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('texts of TXT records', () => {
  test('come back from their quoted form, octet by octet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        const quoted = quoteInChunks(text);
        assert.deepEqual(parseTxtContent(quoted), { value: text });
        assert.match(quoted, /^[\x20-\x7e]*$/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('raw content is read or refused', () => {
    const raw = fc.array(
      fc.oneof(
        fc.constantFrom('"', '\\', '\\"', '\\0', '\\25', '\\255', ' ', '" "'),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(raw, (list) => {
        const content = list.join('');
        const text = parseTxtContent(content);
        if ('value' in text) assert.deepEqual(parseTxtContent(quoteInChunks(text.value)), text);
        decodeCharStrings([content]);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('data of every type', () => {
  for (const type of RECORD_TYPES) {
    test(`${type}: good data with damage are read to one form, or refused`, () => {
      let accepted = 0;
      fc.assert(
        fc.property(RDATA[type], edits, (rdata, list) => {
          const parsed = parseRdata(type, damage(formatRdata(rdata), list), { origin: ZONE });
          if (!parsed.ok) return;
          accepted += 1;
          const again = parseRdata(type, formatRdata(parsed.value), { origin: ZONE });
          assert.ok(again.ok, formatRdata(parsed.value));
          assert.equal(rdataKey(again.value), rdataKey(parsed.value));
          assert.equal(formatRdata(again.value), formatRdata(parsed.value));
        }),
        { numRuns: 600 },
      );
      assert.ok(accepted > 0, 'nothing was accepted, so nothing was tried');
    });
  }
});

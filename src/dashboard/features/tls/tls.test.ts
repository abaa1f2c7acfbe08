/** Fixes as words of a plan, and settings in their groups. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordsOfFix } from './fix-words.ts';
import { grouped } from './setting-groups.ts';
import { faultOf, settingRows } from './setting-rows.ts';

describe('SSL/TLS and settings', () => {
  it('knows a command that a plan can do in its place', () => {
    const rows: readonly (readonly [string, readonly string[] | null])[] = [
      ['zoneward tls set shop.example mode=strict', ['mode=strict']],
      ['zoneward tls set shop.example hsts=on tls_1_3=on', ['hsts=on', 'tls_1_3=on']],
      ['zoneward tls dnssec shop.example enable', ['dnssec=on']],
      ["zoneward records add shop.example @ CAA '0 issue pki.goog'", null],
      ['zoneward tls dnssec shop.example', null],
      ['', null],
    ];
    for (const [command, words] of rows) assert.deepEqual(wordsOfFix(command), words, command);
  });

  it('puts settings in groups, fields with their setting, and loses none', () => {
    const names = ['soa.ttl', 'http2', 'hsts.max_age', 'mode', 'hsts.enabled', 'never_heard_of', 'dnssec'];
    const groups = grouped(names.map((name) => ({ name })));
    assert.deepEqual(
      groups.map(([group, rows]) => [group, rows.map(({ name }) => name)]),
      [
        ['SSL/TLS', ['mode', 'hsts.max_age', 'hsts.enabled']],
        ['DNS and DNSSEC', ['dnssec', 'soa.ttl']],
        ['Network', ['http2']],
        ['Other', ['never_heard_of']],
      ],
    );
  });

  const setting = (allowed: object, value: unknown) => {
    const [row] = settingRows({
      name: 'one',
      setting: 'one',
      title: 'the one',
      allowed: allowed as never,
      value,
      editable: true,
      modifiedOn: null,
      error: null,
    });
    assert.ok(row !== undefined);
    return row;
  };

  it('gives a setting as what it may be, and what it is although nobody knows it', () => {
    const rows: readonly (readonly [object, unknown, object])[] = [
      [{ kind: 'switch' }, 'on', { kind: 'choice', choices: ['on', 'off'] }],
      [{ kind: 'flag' }, true, { kind: 'choice', choices: ['true', 'false'] }],
      [{ kind: 'choice', values: [0, 30] }, 30, { kind: 'choice', choices: ['0', '30'] }],
      [{ kind: 'choice', values: ['a'] }, 'b', { kind: 'choice', choices: ['b', 'a'] }],
      [{ kind: 'number', min: 1, max: 9 }, 3, { kind: 'number', min: 1, max: 9 }],
      [{ kind: 'texts', known: ['fips', 'pqh'] }, ['fips'], { kind: 'some', known: ['fips', 'pqh'] }],
      [{ kind: 'texts' }, ['A', 'B'], { kind: 'list' }],
      [{ kind: 'text', charsMax: 253 }, null, { kind: 'text', charsMax: 253 }],
    ];
    for (const [allowed, value, input] of rows) assert.deepEqual(setting(allowed, value).input, input);
  });

  it('holds a number to its bounds before it is planned', () => {
    const row = setting({ kind: 'number', min: 60, max: 86_400 }, 300);
    for (const value of ['60', '86400']) assert.equal(faultOf(row, value), null, value);
    for (const value of ['59', '86401', '', 'x', '1.5', '-60'])
      assert.equal(faultOf(row, value), 'A whole number from 60 to 86400.', value);
  });

  it('edits the fields of a map that are known, and shows the others', () => {
    const rows = settingRows({
      name: 'hsts',
      setting: 'security_header',
      title: 'HSTS',
      allowed: { kind: 'fields', fields: { enabled: { kind: 'flag' } } },
      value: { enabled: true, told: 'besides' },
      editable: true,
      modifiedOn: null,
      error: null,
    });
    assert.deepEqual(
      rows.map(({ name, title, isEditable }) => [name, title, isEditable]),
      [
        ['hsts.enabled', 'HSTS, enabled', true],
        ['hsts.told', 'HSTS, told', false],
      ],
    );
  });
});

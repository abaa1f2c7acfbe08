/** Fixes as words of a plan, and settings in their groups. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordsOfFix } from './fix-words.ts';
import { grouped } from './setting-groups.ts';

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
});

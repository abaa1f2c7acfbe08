/** Settings that cannot be planned, moves that are guarded, and values as people read them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonValue } from '../base/json.ts';
import { parseZoneDocument } from '../dns/zone-document.ts';
import { readDesiredSettings, readSettingWords } from './desired-settings.ts';
import { type LiveSettings, planSettings, replanSettings } from './plan-settings.ts';
import type { SettingChange } from './setting-change.ts';
import { describeDomain, isInDomain, type SettingDomain } from './setting-domain.ts';
import { describeSetting, settingText } from './setting-text.ts';
import { findSetting } from './settings-catalogue.ts';

const HSTS_OFF = { enabled: false, max_age: 0, include_subdomains: false, preload: false, nosniff: false };
const YEAR_SECONDS = 31_536_000;

interface Live extends Partial<LiveSettings> {
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly editable?: boolean;
  readonly received?: Readonly<Record<string, JsonValue>>;
}

function live({ values, editable = true, received = {}, ...more }: Live): LiveSettings {
  const states = Object.entries(values).map(
    ([key, value]) => [key, { value, editable, modifiedOn: null, received }] as const,
  );
  return { states: new Map(states), unreadable: new Map(), planTier: 'free', parentDs: null, ...more };
}

const DOCUMENTS: readonly (readonly [section: string, code: string, says: RegExp])[] = [
  ['tls: [mode]', 'value-type', /tls is a list, not a map/],
  ['settings: on', 'value-type', /http3: on/],
  ['tls: {http3: on}', 'key-misplaced', /under settings:/],
  ['tls: {zzzzzzzzzz: on}', 'setting-unknown', /Known in tls: are: .*mode/],
  ['settings: {zzzzzzzzzz: on}', 'setting-unknown', /Known are: .*http3/],
  ['settings: {advanced_ddos: on}', 'setting-not-editable', /Cloudflare decides/],
  ['tls:\n  mode:\n  hsts: on', 'value-missing', /off, flexible/],
  ['tls: {mode: strict, ssl: full}', 'setting-twice', /it is ssl|given twice/],
  ['tls: {mode: [strict]}', 'setting-value-invalid', /mode cannot be a list/],
  ['tls: {hsts: {max_age: soon, preload: perhaps}}', 'setting-value-invalid', /max_age/],
  ['tls: {hsts: sometimes}', 'setting-value-invalid', /on, off, or a map/],
  ['tls: {hsts: {zzzzzzzz: 1}}', 'setting-value-invalid', /Known are: enabled/],
  ['tls: {origin_compliance: [fips, fips]}', 'setting-value-invalid', /a list out of fips, pqh/],
  ['tls: {origin_compliance: [{}]}', 'setting-value-invalid', /origin_compliance/],
  ['tls: {ciphers: AES}', 'setting-value-invalid', /a list of texts/],
  ['settings: {soa: {rname: null}}', 'setting-value-invalid', /at most 253 characters/],
  [`settings: {soa: {mname: ${'x'.repeat(254)}}}`, 'setting-value-invalid', /at most 253 characters/],
  ['settings: {nameservers: {type: mine}}', 'setting-value-invalid', /cloudflare.standard/],
];

describe('sections of a document that are refused, with their place', () => {
  for (const [section, code, says] of DOCUMENTS) {
    test(section.slice(0, 60), () => {
      const parsed = parseZoneDocument(`zone: shop.example\n${section}\n`);
      assert.ok(parsed.ok, JSON.stringify(parsed.problems));
      const read = readDesiredSettings(parsed.value.located ?? {});
      assert.equal(read.ok, false);
      const [problem] = read.problems;
      assert.equal(problem?.code, code);
      assert.match(`${problem?.message} ${problem?.next}`, says);
      assert.ok((problem?.position?.line ?? 0) >= 2);
    });
  }
});

test('words of a command join the fields of a setting, and nothing else', () => {
  const joined = readSettingWords(['soa.refresh=7200', 'soa.mname=ns.example', 'soa.ttl=3600']);
  assert.deepEqual(joined.ok && joined.value, [
    { setting: 'soa', value: { refresh: 7200, mname: 'ns.example', ttl: 3600 } },
  ]);
  assert.equal(readSettingWords(['mode=strict', 'ssl=full']).problems[0]?.code, 'setting-twice');
});

const REFUSED: readonly (readonly [word: string, state: Live, code: string, says: RegExp])[] = [
  [
    'brotli=off',
    { values: { brotli: 'on' }, editable: false },
    'setting-not-editable',
    /not editable on Cloudflare Free/,
  ],
  [
    'brotli=off',
    { values: { brotli: 'on' }, editable: false, planTier: null },
    'setting-not-editable',
    /not known/,
  ],
  [
    'waf=on',
    { values: { waf: 'off' }, editable: false },
    'setting-not-editable',
    /needs Cloudflare Pro or higher/,
  ],
  [
    'ciphers=A',
    { values: { ciphers: [] }, editable: false },
    'setting-not-editable',
    /Advanced Certificate Manager/,
  ],
  ['ns_ttl=60', { values: { ns_ttl: 86_400 } }, 'setting-not-editable', /Cloudflare Enterprise/],
  ['mode=origin_pull', { values: { ssl: 'full' } }, 'setting-needs-plan', /needs Cloudflare Enterprise/],
  [
    'nameservers.type=custom.zone',
    { values: { nameservers: { type: 'cloudflare.standard' } } },
    'setting-needs-plan',
    /Business/,
  ],
  ['hsts.enabled=true', { values: { security_header: HSTS_OFF } }, 'setting-value-invalid', /max_age 0/],
  ['mode=strict', { values: {} }, 'setting-unreadable', /not asked for/],
];

describe('settings that cannot be planned in this zone', () => {
  for (const [word, state, code, says] of REFUSED) {
    test(`${word}: ${code}`, () => {
      const wish = readSettingWords([word]);
      assert.ok(wish.ok);
      const { changes, problems } = planSettings(wish.value, live(state));
      assert.deepEqual([changes.length, problems.length], [0, 1]);
      assert.equal(problems[0]?.code, code);
      assert.match(`${problems[0]?.message} ${problems[0]?.next}`, says);
    });
  }

  test('HSTS for the preload list needs a year and the names below', () => {
    const preload = (more: Readonly<Record<string, JsonValue>>) =>
      planSettings(
        [{ setting: 'security_header', value: { enabled: true, preload: true, ...more } }],
        live({ values: { security_header: HSTS_OFF } }),
      );
    assert.match(preload({ max_age: YEAR_SECONDS }).problems[0]?.message ?? '', /include_subdomains/);
    assert.match(preload({ max_age: 60, include_subdomains: true }).problems[0]?.message ?? '', /a year/);
    const fine = preload({ max_age: YEAR_SECONDS, include_subdomains: true });
    assert.deepEqual([fine.problems, fine.guards.map(({ code }) => code)], [[], ['hsts-preload']]);
  });
});

const MOVES: readonly (readonly [
  setting: string,
  from: JsonValue,
  to: JsonValue,
  guard: string | null,
  more?: Partial<Live>,
])[] = [
  ['ssl', 'full', 'off', 'tls-mode-off'],
  ['ssl', 'full', 'flexible', 'tls-mode-flexible'],
  ['ssl', 'off', 'flexible', null],
  ['ssl', 'flexible', 'strict', null],
  ['universal_ssl', 'on', 'off', 'universal-ssl-off'],
  ['universal_ssl', 'off', 'on', null],
  [
    'security_header',
    { ...HSTS_OFF, enabled: true, preload: true, max_age: YEAR_SECONDS, include_subdomains: true },
    { max_age: YEAR_SECONDS + 1 },
    null,
  ],
  ['dnssec', 'on', 'off', null],
  ['dnssec', 'on', 'off', 'dnssec-off-with-ds', { parentDs: ['1 13 2 ab'] }],
  ['dnssec', 'on', 'off', 'dnssec-off-with-ds', { parentDs: ['1 13 2 ab', '2 13 2 cd'] }],
  ['dnssec', 'on', 'off', 'dnssec-off-with-ds', { received: { status: 'active' } }],
  ['dnssec', 'off', 'on', null, { parentDs: ['1 13 2 ab'] }],
];

describe('moves', () => {
  for (const [setting, from, to, guard, more] of MOVES) {
    test(`${setting} from ${settingText(from)} to ${settingText(to)}: ${guard ?? 'free'}`, () => {
      const state = live({ values: { [setting]: from }, ...more });
      const planned = planSettings([{ setting, value: to }], state);
      assert.deepEqual(planned.problems, []);
      assert.equal(planned.changes.length, 1);
      assert.deepEqual(
        planned.guards.map(({ code }) => code),
        guard === null ? [] : [guard],
      );
      for (const { message, override } of planned.guards) assert.ok(message.length > 40 && override !== '');
      // Saved and judged anew, it is the same.
      const again = replanSettings(planned.changes, state);
      assert.deepEqual([again.guards, again.problems], [planned.guards, []]);
    });
  }

  test('that were saved, of a setting that can no longer be read', () => {
    const { changes } = planSettings(
      [{ setting: 'ssl', value: 'strict' }],
      live({ values: { ssl: 'full' } }),
    );
    assert.equal(replanSettings(changes, live({ values: {} })).problems[0]?.code, 'setting-unreadable');
    const foreign = changes.map((change) => ({ ...change, setting: 'not_ours' }));
    assert.deepEqual(replanSettings(foreign, live({ values: {} })).problems, []);
  });
});

describe('values for people', () => {
  for (const [value, text] of [
    [null, 'not set'],
    [true, 'yes'],
    [false, 'no'],
    [7, '7'],
    ['', 'empty'],
    ['strict', 'strict'],
    [[], 'none'],
    [['a', 'b'], 'a, b'],
    [{}, 'none'],
    [{ max_age: 1, preload: false }, 'max_age 1, preload no'],
  ] as const satisfies readonly (readonly [JsonValue, string])[])
    test(JSON.stringify(value), () => assert.equal(settingText(value), text));

  test('a change of a map tells the fields that change', () => {
    const change: SettingChange = {
      resource: 'setting',
      action: 'update',
      id: 's1',
      setting: 'security_header',
      before: { enabled: false, max_age: 0 },
      after: { enabled: true, max_age: 0, nosniff: true },
      body: {},
    };
    const told = describeSetting(change);
    assert.deepEqual([told.name, told.details], ['hsts', ['enabled no → yes', 'nosniff not set → yes']]);
    assert.equal(describeSetting({ ...change, setting: 'not_ours' }).name, 'not_ours');
  });
});

const DOMAINS: readonly (readonly [SettingDomain, readonly JsonValue[], readonly JsonValue[]])[] = [
  [{ kind: 'switch' }, ['on', 'off'], [true, 'ON', null]],
  [{ kind: 'flag' }, [true, false], ['on', 0]],
  [{ kind: 'choice', values: ['a', 1] }, ['a', 1], ['1', 'b']],
  [{ kind: 'number', min: 1, max: 3 }, [1, 3], [0, 4, 1.5, '2']],
  [{ kind: 'text', charsMax: 3 }, ['', 'abc'], ['abcd', null, 1]],
  [{ kind: 'text', charsMax: 3, nullable: true }, [null, 'a'], [1]],
  [{ kind: 'texts' }, [[], ['x']], ['x', [1], Array.from({ length: 201 }, () => 'x')]],
  [{ kind: 'texts', known: ['x'] }, [['x']], [['y']]],
  [{ kind: 'fields', fields: { a: { kind: 'flag' } } }, [{}, { a: true }], [{ a: 1 }, { b: true }, [], null]],
];

describe('domains', () => {
  for (const [domain, inside, outside] of DOMAINS) {
    test(describeDomain(domain), () => {
      for (const value of inside) assert.ok(isInDomain(domain, value), JSON.stringify(value));
      for (const value of outside) assert.ok(!isInDomain(domain, value), JSON.stringify(value));
    });
  }

  test('of one choice, and of a list of known texts, are described', () => {
    assert.equal(describeDomain({ kind: 'choice', values: ['only'] }), 'only');
    assert.equal(
      describeDomain(findSetting('origin_compliance')?.domain ?? assert.fail()),
      'a list out of fips, pqh',
    );
  });
});

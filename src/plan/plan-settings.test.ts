/** Settings in a plan, without a Cloudflare: what differs, in which order, at which price; and the catalogue itself. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountId, ZoneId } from '../base/ids.ts';
import type { JsonValue } from '../base/json.ts';
import { parseZoneDocument } from '../dns/zone-document.ts';
import { BASELINES } from './baselines.ts';
import { readDesiredSettings, readSettingWords } from './desired-settings.ts';
import { ZONE } from './fixtures.ts';
import { emptyPlan, type LiveSettings, planSettings, readCount, withSettings } from './plan-settings.ts';
import { planToJson } from './render-json.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';
import type { DesiredSetting } from './setting-change.ts';
import { isInDomain } from './setting-domain.ts';
import { bodyOfSetting, findSetting, SETTINGS } from './settings-catalogue.ts';
import { DOCUMENT_SCHEMA } from './settings-schema.ts';

const NO_HSTS = { enabled: false, max_age: 0, include_subdomains: false, preload: false, nosniff: false };

function live(values: Readonly<Record<string, JsonValue>>, more: Partial<LiveSettings> = {}): LiveSettings {
  const states = Object.entries(values).map(
    ([key, value]) => [key, { value, editable: true, modifiedOn: null, received: {} }] as const,
  );
  return { states: new Map(states), unreadable: new Map(), planTier: 'free', parentDs: null, ...more };
}

function words(...given: string[]): readonly DesiredSetting[] {
  const read = readSettingWords(given);
  assert.ok(read.ok, JSON.stringify(read.problems));
  return read.value;
}

function planOf(desired: readonly DesiredSetting[], state: LiveSettings) {
  const zone = { zoneId: 'f'.repeat(32) as ZoneId, zoneName: ZONE, accountId: 'a'.repeat(32) as AccountId };
  return withSettings(emptyPlan(zone, { source: 'test', readAt: 0 }), planSettings(desired, state));
}

/** What is wanted, what is there, and the bodies that would be sent. */
const PLANNED: readonly (readonly [wanted: string[], state: Record<string, JsonValue>, bodies: unknown[]])[] =
  [
    [['mode=strict'], { ssl: 'full' }, [{ value: 'strict' }]],
    [['ssl=strict'], { ssl: 'strict' }, []],
    [['min_version=1.2'], { min_tls_version: '1.0' }, [{ value: '1.2' }]],
    [['universal=off'], { universal_ssl: 'on' }, [{ enabled: false }]],
    [['dnssec=on'], { dnssec: 'off' }, [{ status: 'active' }]],
    [['recommender=true'], { ssl_recommender: false }, [{ enabled: true }]],
    [['multi_provider=on'], { multi_provider: false }, [{ multi_provider: true }]],
    [['origin_compliance=fips,pqh'], { origin_tls_compliance_modes: [] }, [{ value: ['fips', 'pqh'] }]],
    [['origin_compliance='], { origin_tls_compliance_modes: ['fips'] }, [{ value: [] }]],
    [['challenge_ttl=900'], { challenge_ttl: 1800 }, [{ value: 900 }]],
    [
      ['hsts.enabled=true', 'hsts.max_age=86400'],
      { security_header: NO_HSTS },
      [{ value: { strict_transport_security: { ...NO_HSTS, enabled: true, max_age: 86400 } } }],
    ],
    // HSTS last: what it relies on is there by then.
    [
      ['hsts=on', 'mode=full', 'universal=on'],
      { security_header: NO_HSTS, ssl: 'off', universal_ssl: 'off' },
      [
        { enabled: true },
        { value: 'full' },
        { value: { strict_transport_security: { ...NO_HSTS, enabled: true, max_age: 15_552_000 } } },
      ],
    ],
  ];

describe('what differs is sent, and nothing else', () => {
  for (const [wanted, state, bodies] of PLANNED) {
    test(wanted.join(' '), () => {
      const plan = planOf(words(...wanted), live(state));
      assert.deepEqual(plan.problems, []);
      assert.deepEqual(plan.settings?.map(({ body }) => body) ?? [], bodies);
      assert.equal(plan.price.writes, bodies.length);
    });
  }
});

const BAD_WORDS: readonly (readonly [word: string, code: string, says: RegExp])[] = [
  ['mode', 'setting-value-missing', /key=value/],
  ['=strict', 'setting-value-missing', /key=value/],
  ['mod=strict', 'setting-unknown', /Did you mean mode/],
  ['mode=strikt', 'setting-value-invalid', /off, flexible/],
  ['hsts.maxage=5', 'setting-value-invalid', /max_age/],
  ['mode.x=strict', 'setting-value-invalid', /a map/],
  ['challenge_ttl=901', 'setting-value-invalid', /900/],
  ['hsts.max_age=-1', 'setting-value-invalid', /whole number/],
  ['__proto__=on', 'setting-unknown', /no setting/],
  ['hsts.__proto__=on', 'setting-value-invalid', /no field/],
];

describe('words that mean nothing', () => {
  for (const [word, code, says] of BAD_WORDS) {
    test(word, () => {
      const { ok, problems } = readSettingWords([word]);
      assert.equal(ok, false);
      assert.equal(problems[0]?.code, code);
      assert.match(`${problems[0]?.message} ${problems[0]?.next}`, says);
    });
  }
});

test('dns_settings are one call, DNSSEC is one, and every zone setting is one', () => {
  assert.equal(
    readCount(['soa', 'ns_ttl', 'dnssec', 'dnssec_use_nsec3', 'ssl', 'brotli', 'universal_ssl']),
    5,
  );
});

test('an earlier value comes back exactly, without fields that it did not have', () => {
  const after = { type: 'custom.account', ns_set: 2 };
  const before = { type: 'cloudflare.standard' };
  const state = live({ nameservers: after }, { planTier: 'enterprise' });
  const exact = planSettings([{ setting: 'nameservers', value: before, exact: true }], state);
  assert.deepEqual(exact.changes[0]?.after, before);
  const merged = planSettings([{ setting: 'nameservers', value: before }], state);
  assert.deepEqual(merged.changes[0]?.after, { ...before, ns_set: 2 });
});

test('a field that Cloudflare added since is kept', () => {
  const state = live({ security_header: { ...NO_HSTS, newer: 'x' } });
  const { changes } = planSettings(words('hsts=on'), state);
  const after = { ...NO_HSTS, enabled: true, max_age: 15_552_000, newer: 'x' };
  assert.deepEqual(changes[0]?.after, after);
});

test('a setting that cannot be read is a problem that says why', () => {
  const state = live({}, { unreadable: new Map([['ssl', 'it lacks a right']]) });
  const { problems, changes } = planSettings(words('mode=strict'), state);
  assert.deepEqual([changes.length, problems[0]?.code], [0, 'setting-unreadable']);
  assert.match(problems[0]?.message ?? '', /it lacks a right/);
});

test('the readers of a plan show settings, with what cannot be undone', () => {
  const plan = planOf(words('universal=off', 'mode=strict'), live({ universal_ssl: 'on', ssl: 'full' }));
  assert.match(renderText([plan]), /~ mode +setting +full → strict/);
  assert.match(renderText([plan]), /This cannot be undone\. Lift it with --allow universal-ssl-off/);
  assert.match(renderMarkdown([plan]), /\| change \| <code>mode<\/code>/);
  assert.match(renderMarkdown([plan]), /\*\*This cannot be undone\.\*\*/);
  assert.deepEqual(planToJson(plan).settings, [
    { id: 's1', setting: 'universal_ssl', before: 'on', after: 'off' },
    { id: 's2', setting: 'ssl', before: 'full', after: 'strict' },
  ]);
  assert.deepEqual(planToJson(plan).counts, { create: 0, update: 2, delete: 0 });
});

test('the hash covers the settings', () => {
  const state = live({ ssl: 'full' });
  assert.notEqual(planOf(words('mode=strict'), state).hash, planOf(words('mode=off'), state).hash);
});

test('every baseline is of values that may be, and plans', () => {
  for (const [name, baseline] of Object.entries(BASELINES)) {
    for (const { setting, value } of baseline) {
      const spec = findSetting(setting);
      assert.ok(spec !== undefined && isInDomain(spec.domain, value), `${name}: ${setting}`);
    }
  }
});

test('names are unique, and every setting has a body', () => {
  const names = SETTINGS.flatMap(({ key, tlsName }) => [
    key,
    ...(tlsName === undefined || tlsName === key ? [] : [tlsName]),
  ]);
  assert.equal(new Set(names).size, names.length);
  for (const spec of SETTINGS) {
    const value = spec.key === 'total_tls' ? { enabled: true } : 'on';
    assert.equal(Object.keys(bodyOfSetting(spec, value)).length, 1, spec.key);
  }
});

test('the schema of the document knows every setting, and only those', () => {
  const { properties } = DOCUMENT_SCHEMA as {
    properties: Record<string, { properties: Record<string, unknown> }>;
  };
  assert.ok(properties['tls']?.properties['mode'] !== undefined);
  assert.equal(properties['tls']?.properties['brotli'], undefined);
  for (const name of Object.keys(properties['settings']?.properties ?? {}))
    assert.ok(findSetting(name), name);
  const document = 'zone: shop.example\ntls: {mode: strict, min_version: 1.2}\nsettings: {http3: on}\n';
  const parsed = parseZoneDocument(document);
  assert.ok(parsed.ok);
  const read = readDesiredSettings(parsed.value.located ?? {});
  assert.ok(read.ok);
  assert.deepEqual(
    read.value.map(({ setting, value, position }) => [setting, value, position?.line, position?.column]),
    [
      ['ssl', 'strict', 2, 7],
      ['min_tls_version', '1.2', 2, 21],
      ['http3', 'on', 3, 12],
    ],
  );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import { type CapabilityFacts, capabilityMatrix, groupKey } from './capabilities.ts';
import { fakeId } from './fake-cloudflare.ts';
import { CAPABILITIES, type Capability } from './model.ts';
import type { TokenPolicy } from './ports.ts';
import { profileVerdict } from './profile.ts';

const ACCOUNT = fakeId<AccountId>(0xa);
const FOREIGN = fakeId<AccountId>(0xb);
const [ZONE, OTHER] = [fakeId<ZoneId>(1), fakeId<ZoneId>(2)];
const account = (id: string): string => `com.cloudflare.api.account.${id}`;
const zone = (id: string): string => `com.cloudflare.api.account.zone.${id}`;

function facts(more: Partial<CapabilityFacts>): CapabilityFacts {
  const zones = [
    { id: ZONE, permissions: null },
    { id: OTHER, permissions: null },
  ];
  return { kind: 'user-token', accountId: ACCOUNT, policies: null, zones, probes: [], ...more };
}

function verdict(capability: Capability, zoneId: ZoneId | null, given: CapabilityFacts): string | undefined {
  return capabilityMatrix(given)
    .find((set) => set.zoneId === zoneId)
    ?.findings.find((finding) => finding.capability === capability)?.verdict;
}

const allow = (groups: readonly string[], ...resources: string[]): TokenPolicy => ({
  effect: 'allow',
  permissionGroups: groups,
  resources,
});
const deny = (groups: readonly string[], ...resources: string[]): TokenPolicy => ({
  ...allow(groups, ...resources),
  effect: 'deny',
});

describe('policies', () => {
  const rows: readonly [
    name: string,
    policies: TokenPolicy[],
    capability: Capability,
    here: string,
    other: string,
  ][] = [
    ['one zone', [allow(['DNS Read'], zone(ZONE))], 'dns-read', 'yes', 'no'],
    ['all zones', [allow(['DNS Read'], zone('*'))], 'dns-read', 'yes', 'yes'],
    [
      'all zones of the account',
      [allow(['DNS Read'], account(ACCOUNT), zone('*'))],
      'dns-read',
      'yes',
      'yes',
    ],
    [
      'all zones of another account',
      [allow(['DNS Read'], account(FOREIGN), zone('*'))],
      'dns-read',
      'no',
      'no',
    ],
    ['the account stands for its zones', [allow(['DNS Read'], account(ACCOUNT))], 'dns-read', 'yes', 'yes'],
    ['write includes read', [allow(['DNS Write'], zone('*'))], 'dns-read', 'yes', 'yes'],
    ["the dashboard's word", [allow(['DNS Edit'], zone('*'))], 'dns-edit', 'yes', 'yes'],
    ['read is not write', [allow(['DNS Read'], zone('*'))], 'dns-edit', 'no', 'no'],
    ['zone write is not DNS write', [allow(['Zone Write'], zone('*'))], 'dns-edit', 'no', 'no'],
    [
      'account SSL is not zone SSL',
      [allow(['Account: SSL and Certificates Write'], account(ACCOUNT))],
      'ssl-edit',
      'no',
      'no',
    ],
    ['deny wins', [allow(['DNS Read'], zone('*')), deny(['DNS Read'], zone(OTHER))], 'dns-read', 'yes', 'no'],
    [
      'deny of something else',
      [allow(['DNS Read'], zone('*')), deny(['Zone Read'], zone('*'))],
      'dns-read',
      'yes',
      'yes',
    ],
    ['none', [], 'zone-read', 'no', 'no'],
  ];
  for (const [name, policies, capability, here, other] of rows) {
    it(name, () => {
      const given = facts({ policies });
      assert.deepEqual([verdict(capability, ZONE, given), verdict(capability, OTHER, given)], [here, other]);
    });
  }

  const ofAccount: readonly [name: string, policy: TokenPolicy, capability: Capability, expected: string][] =
    [
      ['registrar read', allow(['Registrar Domains Read'], account(ACCOUNT)), 'registrar-read', 'yes'],
      [
        'registrar write under any of its names',
        allow(['Registrar Domains Edit'], account(ACCOUNT)),
        'registrar-edit',
        'yes',
      ],
      [
        'registrar of another account',
        allow(['Registrar Domains Read'], account(FOREIGN)),
        'registrar-read',
        'no',
      ],
      ['all accounts', allow(['Account Settings Read'], account('*')), 'audit-read', 'yes'],
      ["a user's tokens", allow(['API Tokens Write'], 'com.cloudflare.api.user.1'), 'tokens-edit', 'yes'],
      ["an account's tokens", allow(['Account API Tokens Write'], account(ACCOUNT)), 'tokens-edit', 'yes'],
    ];
  for (const [name, policy, capability, expected] of ofAccount) {
    it(name, () => assert.equal(verdict(capability, null, facts({ policies: [policy] })), expected));
  }

  it('leave nothing unknown', () => {
    const all = capabilityMatrix(facts({ policies: [] })).flatMap((set) => set.findings);
    assert.ok(all.length > 0 && all.every((finding) => finding.verdict !== 'unknown'));
  });
});

describe('where policies are silent', () => {
  it("a zone's permissions tell for that zone only", () => {
    const zones = [
      { id: ZONE, permissions: ['#zone:read', '#dns_records:edit'] },
      { id: OTHER, permissions: [] },
    ];
    const given = facts({ zones });
    assert.equal(verdict('dns-read', ZONE, given), 'yes');
    assert.equal(verdict('zone-edit', ZONE, given), 'no');
    // An empty list is no verdict.
    assert.equal(verdict('dns-read', OTHER, given), 'unknown');
    assert.equal(verdict('registrar-read', null, given), 'unknown');
  });

  it('a refused probe refutes reading and editing, an allowed one proves reading alone', () => {
    const probes = [
      { probe: 'ssl', zoneId: ZONE, allowed: false },
      { probe: 'settings', zoneId: ZONE, allowed: true },
    ] as const;
    const given = facts({ probes });
    assert.deepEqual(
      (['ssl-read', 'ssl-edit', 'settings-read', 'settings-edit'] as const).map((name) =>
        verdict(name, ZONE, given),
      ),
      ['no', 'no', 'yes', 'unknown'],
    );
    assert.equal(verdict('ssl-read', OTHER, given), 'unknown');
  });

  it('each capability stands once, in the account or in the zones', () => {
    const [ofAccount, ofZone] = capabilityMatrix(facts({}));
    const names = [ofAccount, ofZone].flatMap(
      (set) => set?.findings.map((finding) => finding.capability) ?? [],
    );
    assert.deepEqual(names.toSorted(), [...CAPABILITIES].toSorted());
  });
});

describe('the verdict on a profile', () => {
  it('is no for what is missing anywhere, unknown for what nobody tells, else yes', () => {
    const reads = [allow(['Zone Read', 'DNS Read'], zone('*'))];
    const partly = [allow(['Zone Read'], zone('*')), allow(['DNS Read'], zone(ZONE))];
    assert.equal(profileVerdict('minimum', capabilityMatrix(facts({ policies: reads }))).met, 'yes');
    assert.equal(profileVerdict('full', capabilityMatrix(facts({ policies: reads }))).met, 'no');
    assert.equal(profileVerdict('minimum', capabilityMatrix(facts({ zones: [] }))).met, 'unknown');
    const verdictOfPart = profileVerdict('minimum', capabilityMatrix(facts({ policies: partly })));
    assert.deepEqual(verdictOfPart.missing, [{ capability: 'dns-read', zoneIds: [OTHER] }]);
  });
});

it('group names are compared without case, and Edit is Write', () => {
  assert.equal(groupKey(' DNS Edit'), groupKey('dns write'));
  assert.notEqual(groupKey('Credit'), groupKey('Crwrite'));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountId } from '../../base/ids.ts';
import { fakeId } from './fake-cloudflare.ts';
import { gradePrivilege, type PrivilegeFacts } from './least-privilege.ts';

const ACCOUNT = fakeId<AccountId>(0xacc);
const ACCOUNT_KEY = `com.cloudflare.api.account.${ACCOUNT}`;
const ZONE_KEY = `com.cloudflare.api.account.zone.${fakeId(1)}`;

function policies(groups: readonly string[], resources: readonly string[], ipRestricted = true) {
  return { policies: [{ effect: 'allow' as const, permissionGroups: groups, resources }], ipRestricted };
}

const BEST: PrivilegeFacts = {
  kind: 'user-token',
  accountId: ACCOUNT,
  profile: 'minimum',
  matrix: [],
  description: policies(['Zone Read', 'DNS Read'], [ZONE_KEY]),
  expiresAt: 1,
};

const rows: readonly [name: string, change: Partial<PrivilegeFacts>, grade: string, codes: string[]][] = [
  ['exactly what is needed', {}, 'A', []],
  ['a global key', { kind: 'global-key', description: null }, 'F', ['global-key']],
  ['no expiry', { expiresAt: null }, 'B', ['no-expiry']],
  ['no address filter', { description: policies(['Zone Read'], [ZONE_KEY], false) }, 'B', ['no-ip-filter']],
  [
    'all zones of the account',
    { description: policies(['DNS Read'], [ACCOUNT_KEY, 'com.cloudflare.api.account.zone.*']) },
    'B',
    ['all-zones'],
  ],
  [
    'all zones of all accounts',
    { description: policies(['DNS Read'], ['com.cloudflare.api.account.zone.*']) },
    'B',
    ['all-accounts'],
  ],
  [
    'a right that the matrix has no name for',
    { description: policies(['DNS Read', 'Workers Scripts Write'], [ZONE_KEY]) },
    'B',
    ['more-rights'],
  ],
  [
    'writing where reading will do',
    { description: policies(['DNS Write'], [ZONE_KEY]) },
    'B',
    ['more-rights'],
  ],
  [
    'writing where it is needed',
    { description: policies(['DNS Edit'], [ZONE_KEY]), profile: 'full' },
    'A',
    [],
  ],
  ['policies that cannot be read cost nothing', { description: null }, 'A', []],
  [
    'everything at once',
    {
      expiresAt: null,
      description: policies(
        ['Billing Write'],
        ['com.cloudflare.api.account.*', 'com.cloudflare.api.account.zone.*'],
        false,
      ),
    },
    'D',
    ['all-accounts', 'no-expiry', 'no-ip-filter', 'more-rights'],
  ],
  [
    'more in the matrix',
    {
      description: null,
      matrix: [
        {
          zoneId: null,
          findings: [{ capability: 'ssl-edit', verdict: 'yes', evidence: 'zone-permissions' }],
        },
      ],
    },
    'B',
    ['more-rights'],
  ],
  [
    'DNSSEC comes with DNS',
    {
      description: null,
      matrix: [
        { zoneId: null, findings: [{ capability: 'dnssec-read', verdict: 'yes', evidence: 'probe' }] },
      ],
    },
    'A',
    [],
  ],
];

describe('the grade', () => {
  for (const [name, change, grade, codes] of rows) {
    it(`${grade}: ${name}`, () => {
      const graded = gradePrivilege({ ...BEST, ...change });
      assert.deepEqual([graded.grade, graded.warnings.map((warning) => warning.code)], [grade, codes]);
      assert.ok(
        graded.warnings.every((warning) => warning.severity === 'warning' && warning.next !== undefined),
      );
    });
  }
});

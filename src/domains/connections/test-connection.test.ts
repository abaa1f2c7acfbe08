import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { ZonewardError } from '../../base/errors.ts';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import { Secret } from '../../base/secret.ts';
import {
  EDIT_GROUPS,
  type FakeCloudflare,
  type FakeToken,
  fakeCloudflare,
  fakeId,
  READ_GROUPS,
} from './fake-cloudflare.ts';
import { fakeClock } from './fakes.ts';
import type { Capability, Credential } from './model.ts';
import { type TestInput, testConnection } from './test-connection.ts';
import type { TestReport } from './test-report.ts';

const ACCOUNT = fakeId<AccountId>(0xacc);
const DAY_MS = 86_400_000;

async function run(
  world: FakeCloudflare,
  token: FakeToken,
  more: Partial<TestInput> = {},
): Promise<TestReport> {
  const kind = token.value.startsWith('cfat_') ? 'account-token' : 'user-token';
  const credential: Credential = { kind, token: new Secret(token.value) };
  const ports = { openInspection: world.openInspection, clock: fakeClock() };
  return await testConnection(ports, {
    credential,
    accountId: ACCOUNT,
    zoneIds: [],
    profile: 'minimum',
    ...more,
  });
}

function verdicts(report: TestReport, capabilities: readonly Capability[], zone = 0): Record<string, string> {
  const sets = [report.capabilities[0], report.capabilities[zone + 1]];
  const findings = sets.flatMap((set) => set?.findings ?? []);
  return Object.fromEntries(
    capabilities.map((name) => {
      const found = findings.find((finding) => finding.capability === name);
      return [name, `${found?.verdict} by ${found?.evidence}`];
    }),
  );
}

describe('a good token', () => {
  it('passes where Cloudflare has no answer to a probe; that right is unknown, and asked for once', async () => {
    const world = fakeCloudflare({ zones: 1 });
    const token = world.addToken({});
    const missing = new ZonewardError('no route', { code: 'cloudflare-not-found', kind: 'not-found' });
    let asked = 0;
    const report = await testConnection(
      {
        clock: fakeClock(),
        openInspection: (credential) => {
          const inspection = world.openInspection(credential);
          const probe: typeof inspection.inspector.probe = async (...input) => {
            if (input[1] !== 'registrar') return inspection.inspector.probe(...input);
            asked += 1;
            throw missing;
          };
          return { ...inspection, inspector: { ...inspection.inspector, probe } };
        },
      },
      {
        credential: { kind: 'user-token', token: new Secret(token.value) },
        accountId: ACCOUNT,
        zoneIds: [],
        profile: 'minimum',
      },
    );
    assert.equal(report.passed, true);
    assert.equal(asked, 1);
    assert.deepEqual(verdicts(report, ['registrar-read']), { 'registrar-read': 'unknown by none' });
  });

  it('passes in few calls, with each step, its ray and its cost', async () => {
    const world = fakeCloudflare({ zones: 50 });
    const report = await run(world, world.addToken({}));
    assert.equal(report.passed, true);
    assert.deepEqual(
      report.steps.map(({ name, outcome, calls }) => [name, outcome, calls]),
      [
        ['verify', 'ok', 1],
        ['list-zones', 'ok', 1],
        ['read-records', 'ok', 1],
        ['rights', 'ok', 3],
      ],
    );
    for (const step of report.steps) assert.match(step.ray ?? '', /^ray-\d+$/);
    assert.equal(report.calls, world.calls.length);
    assert.equal(report.accountName, 'Acme');
    assert.deepEqual([report.zoneCount, report.profile.met], [50, 'yes']);
  });

  it('costs at most 12 calls for 50 zones, however little Cloudflare tells', async () => {
    const rights = [READ_GROUPS, EDIT_GROUPS, [...READ_GROUPS, 'API Tokens Read']];
    for (const groups of rights) {
      for (const kind of ['user-token', 'account-token'] as const) {
        for (const accountId of [ACCOUNT, null]) {
          for (const given of [0, 10]) {
            const world = fakeCloudflare({ zones: 50 });
            world.showPermissions = false;
            const zoneIds = world.zones.slice(0, given).map((zone) => zone.id);
            const token = world.addToken({ kind, grants: [{ groups, zones: 'all' }] });
            const report = await run(world, token, { accountId, zoneIds, profile: 'full' });
            assert.equal(report.passed, true, inspect(report.failure));
            assert.ok(
              report.calls <= 12,
              `${report.calls} calls: ${kind}, account ${accountId}, ${given} given`,
            );
          }
        }
      }
    }
  });

  it('reads only the first page of a large account', async () => {
    const world = fakeCloudflare({ zones: 500 });
    const report = await run(world, world.addToken({}));
    assert.deepEqual([report.zoneCount, report.zones.length], [500, 50]);
    assert.equal(world.calls.filter((call) => call.route === '/zones').length, 1);
  });

  it("of the account is recognised though it was taken for a user's", async () => {
    const world = fakeCloudflare();
    const report = await run(world, world.addToken({ kind: 'account-token', value: 'x'.repeat(40) }));
    assert.deepEqual([report.passed, report.kind], [true, 'account-token']);
  });

  it('that may not list zones is tested with the zones given', async () => {
    const world = fakeCloudflare();
    const [zone] = world.zones;
    assert.ok(zone !== undefined);
    const token = world.addToken({ grants: [{ groups: READ_GROUPS, zones: [zone.id] }] });
    const report = await run(world, token, { zoneIds: [zone.id] });
    assert.equal(report.passed, true);
    assert.deepEqual(report.zones, [{ id: zone.id, name: zone.name }]);
    assert.ok(!world.calls.some((call) => call.route === '/zones'));
  });

  it('finds its account by itself when it sees one only', async () => {
    const world = fakeCloudflare();
    const report = await run(world, world.addToken({}), { accountId: null });
    assert.deepEqual([report.passed, report.accountId], [true, ACCOUNT]);
  });

  it('of an empty account passes, and says that it saw no zone', async () => {
    const world = fakeCloudflare({ zones: 0 });
    const report = await run(world, world.addToken({}));
    assert.equal(report.passed, true);
    assert.ok(report.warnings.some((warning) => warning.code === 'no-zones'));
    assert.equal(report.profile.met, 'unknown');
  });
});

describe('what it may do', () => {
  const ALL: readonly Capability[] = [
    'zone-edit',
    'dns-read',
    'dns-edit',
    'settings-read',
    'dnssec-edit',
    'registrar-read',
    'tokens-edit',
  ];

  it('is told by the policies where they can be read', async () => {
    const world = fakeCloudflare();
    const groups = ['Zone Read', 'DNS Write', 'API Tokens Read'];
    const report = await run(world, world.addToken({ grants: [{ groups, zones: 'all' }] }));
    assert.deepEqual(verdicts(report, ALL), {
      'zone-edit': 'no by policies',
      'dns-read': 'yes by policies',
      'dns-edit': 'yes by policies',
      'settings-read': 'no by policies',
      'dnssec-edit': 'yes by policies',
      'registrar-read': 'no by policies',
      'tokens-edit': 'no by policies',
    });
    assert.ok(!world.calls.some((call) => call.route.startsWith('probe')));
  });

  it("is told by each zone's permissions, zone by zone", async () => {
    const world = fakeCloudflare();
    const ids = world.zones.map((zone) => zone.id);
    const grants = [
      { groups: READ_GROUPS, zones: 'all' as const },
      { groups: EDIT_GROUPS, zones: ids.slice(0, 2) },
    ];
    const report = await run(world, world.addToken({ grants }), { profile: 'full' });
    assert.equal(verdicts(report, ['dns-edit'], 0)['dns-edit'], 'yes by zone-permissions');
    assert.equal(verdicts(report, ['dns-edit'], 2)['dns-edit'], 'no by zone-permissions');
    assert.deepEqual(report.profile.missing, [
      { capability: 'zone-edit', zoneIds: [ids[2]] },
      { capability: 'dns-edit', zoneIds: [ids[2]] },
      { capability: 'registrar-read', zoneIds: null },
      { capability: 'registrar-edit', zoneIds: null },
    ]);
  });

  it('is probed where nothing tells, and never by writing', async () => {
    const world = fakeCloudflare();
    world.showPermissions = false;
    const groups = [...READ_GROUPS, 'Zone Settings Write', 'Registrar Domains Read'];
    const report = await run(world, world.addToken({ grants: [{ groups, zones: 'all' }] }));
    assert.deepEqual(verdicts(report, ['zone-read', ...ALL, 'settings-edit', 'ssl-edit', 'registrar-edit']), {
      'zone-read': 'yes by probe',
      'zone-edit': 'unknown by none',
      'dns-read': 'yes by probe',
      'dns-edit': 'unknown by none',
      'settings-read': 'yes by probe',
      'settings-edit': 'unknown by none',
      'ssl-edit': 'no by probe',
      'dnssec-edit': 'unknown by none',
      'registrar-read': 'yes by probe',
      'registrar-edit': 'unknown by none',
      'tokens-edit': 'no by probe',
    });
    assert.ok(world.calls.every((call) => call.method === 'GET'));
  });

  it('with a global key follows the zones, else the key', async () => {
    const world = fakeCloudflare();
    world.globalKeys.set('a@b.example', 'k'.repeat(37));
    const credential: Credential = {
      kind: 'global-key',
      email: 'a@b.example',
      key: new Secret('k'.repeat(37)),
    };
    const report = await run(world, world.addToken({}), { credential, profile: 'full' });
    assert.equal(report.passed, true);
    assert.deepEqual(verdicts(report, ['dns-edit', 'registrar-edit']), {
      'dns-edit': 'yes by zone-permissions',
      'registrar-edit': 'yes by global-key',
    });
    assert.equal(report.grade, 'F');
  });
});

describe('a test that fails says which step, why, and what to do', () => {
  const ended = Date.UTC(2026, 0, 1);
  const foreign = fakeId<AccountId>(0xbad);
  const rows: readonly {
    name: string;
    token: Partial<FakeToken>;
    input?: Partial<TestInput>;
    step: string;
    code: string;
    message?: RegExp;
  }[] = [
    {
      name: 'expired',
      token: { status: 'expired', expiresAt: ended },
      step: 'verify',
      code: 'token-expired',
    },
    { name: 'disabled', token: { status: 'disabled' }, step: 'verify', code: 'token-disabled' },
    {
      name: 'expired, with an account that is to be found out',
      token: { status: 'expired', expiresAt: ended },
      input: { accountId: null },
      step: 'account',
      code: 'token-expired',
    },
    {
      name: 'disabled, with an account that is to be found out',
      token: { status: 'disabled' },
      input: { accountId: null },
      step: 'account',
      code: 'token-disabled',
    },
    {
      name: 'for another account',
      token: { accountId: foreign },
      step: 'list-zones',
      code: 'wrong-account',
      message: /Other/,
    },
    {
      name: 'an account token for another account',
      token: { accountId: foreign, kind: 'account-token' },
      step: 'verify',
      code: 'credential-rejected',
      message: /account token in account/,
    },
    {
      name: 'without DNS Read',
      token: { grants: [{ groups: ['Zone Read'], zones: 'all' }] },
      step: 'read-records',
      code: 'permission-missing',
      message: /zone0\.example/,
    },
    {
      name: 'for a zone that it does not reach',
      token: { grants: [{ groups: READ_GROUPS, zones: [] }] },
      input: { zoneIds: [fakeId<ZoneId>(0x1000)] },
      step: 'list-zones',
      code: 'permission-missing',
    },
  ];
  for (const { name, token, input, step, code, message } of rows) {
    it(name, async () => {
      const world = fakeCloudflare();
      world.accounts.push({ id: foreign, name: 'Other' });
      const made = world.addToken(token);
      const report = await run(world, made, input);
      assert.equal(report.passed, false);
      assert.deepEqual([report.failure?.step, report.failure?.code], [step, code]);
      assert.match(report.failure?.message ?? '', message ?? /./);
      assert.equal(report.steps.find((one) => one.name === step)?.outcome, 'failed');
      assert.ok(!inspect(report, { depth: 9 }).includes('CANARY'));
    });
  }

  it('unknown token', async () => {
    const world = fakeCloudflare();
    const token = world.addToken({});
    world.tokens.clear();
    const report = await run(world, token);
    assert.equal(report.failure?.code, 'credential-rejected');
    assert.deepEqual(
      report.steps.map((step) => step.outcome),
      ['failed', 'skipped', 'skipped', 'skipped'],
    );
  });

  it('of several accounts, when none was named', async () => {
    const world = fakeCloudflare();
    world.accounts.push({ id: foreign, name: 'Other' });
    world.globalKeys.set('a@b', 'k'.repeat(37));
    const credential: Credential = { kind: 'global-key', email: 'a@b', key: new Secret('k'.repeat(37)) };
    const report = await run(world, world.addToken({}), { credential, accountId: null });
    assert.equal(report.failure?.code, 'account-id-missing');
    assert.match(report.failure?.next.join() ?? '', new RegExp(ACCOUNT));
  });

  it('Cloudflare away is not the credential: the kind says so', async () => {
    const world = fakeCloudflare();
    world.fault = (_, route) => {
      if (route === '/zones') {
        throw new ZonewardError('Cloudflare is away.', { code: 'cloudflare-unavailable', kind: 'temporary' });
      }
    };
    const report = await run(world, world.addToken({}));
    assert.deepEqual([report.failure?.step, report.failure?.kind], ['list-zones', 'temporary']);
  });

  it('an abort is thrown, not reported', async () => {
    const world = fakeCloudflare();
    const controller = new AbortController();
    world.fault = () => {
      controller.abort(new Error('stop'));
      throw new ZonewardError('aborted', { code: 'cloudflare-not-sent', kind: 'temporary' });
    };
    const options = { lane: 'interactive', signal: controller.signal } as const;
    await assert.rejects(run(world, world.addToken({}), { options }), /stop/);
  });
});

describe('the clock', () => {
  for (const [name, dates] of [
    ['ahead', { expiresAt: Date.UTC(2026, 9, 1) - DAY_MS }],
    ['behind', { notBefore: Date.UTC(2026, 9, 1) + DAY_MS }],
  ] as const) {
    it(`that is ${name} is told, and Cloudflare's word stands`, async () => {
      const world = fakeCloudflare();
      const report = await run(world, world.addToken(dates));
      assert.equal(report.passed, true);
      assert.ok(report.warnings.some((warning) => warning.code === 'clock-skew'));
    });
  }
});

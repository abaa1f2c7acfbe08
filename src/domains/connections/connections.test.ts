import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isZonewardError } from '../../base/errors.ts';
import type { TenantId } from '../../base/ids.ts';
import { Secret } from '../../base/secret.ts';
import { type AddPorts, addConnection, type NewConnection } from './add-connection.ts';
import { type CredentialPorts, credentialOf } from './credential-of.ts';
import { editConnection, pauseConnection, removeConnection, resumeConnection } from './edit-connection.ts';
import {
  type FakeCloudflare,
  type FakeToken,
  fakeCloudflare,
  fakeId,
  READ_GROUPS,
} from './fake-cloudflare.ts';
import { fakeClock, fakeRandom, fakeReferences, fakeStore, fakeVault } from './fakes.ts';
import { filterConnections, findConnection } from './find-connection.ts';
import { type Connection, type Credential, DEFAULT_LABEL } from './model.ts';
import { relinkConnection } from './relink-connection.ts';
import {
  afterTime,
  probeZone,
  type RetestPorts,
  retestConnection,
  zonesByCapability,
} from './retest-connection.ts';
import { MOVES, moveConnection } from './state.ts';

const TENANT = 'ten_a' as TenantId;
const PRINCIPAL = 'cli:someone@host';
const DAY_MS = 86_400_000;

function setUp(options: { zones?: number } = {}) {
  const world = fakeCloudflare(options);
  const { store, state } = fakeStore();
  const clock = fakeClock();
  const references = fakeReferences({ 'env:TOKEN': 'cfut_ref' });
  const ports: AddPorts & RetestPorts & CredentialPorts = {
    store,
    vault: fakeVault(),
    openInspection: world.openInspection,
    clock,
    random: fakeRandom(),
    references,
  };
  const add = (token: FakeToken, more: Partial<NewConnection> = {}) =>
    addConnection(ports, {
      tenantId: TENANT,
      principal: PRINCIPAL,
      credential: credentialFor(token),
      accountId: token.accountId,
      ...more,
    });
  const target = (connection: Connection) => ({
    tenantId: TENANT,
    connectionId: connection.id,
    principal: PRINCIPAL,
  });
  return { world, store, state, clock, ports, add, target };
}

function credentialFor(token: Pick<FakeToken, 'value' | 'kind'>): Credential {
  return { kind: token.kind, token: new Secret(token.value) };
}

function kinds(state: { readonly events: readonly { readonly kind: string }[] }): string[] {
  return state.events.map((event) => event.kind);
}

function replaceToken(world: FakeCloudflare, token: FakeToken, change: Partial<FakeToken>): void {
  world.tokens.set(token.value, { ...token, ...change });
}

describe('adding', () => {
  it('tests, seals, and saves with an event; the secret opens again', async () => {
    const { world, add, state, ports } = setUp();
    const token = world.addToken({});
    const { connection, report } = await add(token);
    assert.equal(connection.label, DEFAULT_LABEL);
    assert.deepEqual(
      [connection.state, connection.accountName, connection.tokenId],
      ['active', 'Acme', token.id],
    );
    assert.equal(connection.rotation.dueAt, ports.clock.now() + 90 * DAY_MS);
    assert.equal(report?.passed, true);
    assert.deepEqual(kinds(state), ['connection.added']);
    const credential = await credentialOf(ports, connection);
    assert.ok(credential.kind === 'user-token' && credential.token.reveal() === token.value);
  });

  it('stores nothing when the test fails, and hands the report back', async () => {
    const { world, add, state } = setUp();
    await assert.rejects(add(world.addToken({ status: 'expired' })), (error) => {
      assert.ok(isZonewardError(error));
      assert.deepEqual([error.code, error.kind], ['token-expired', 'credentials']);
      assert.ok(error.details['report'] !== undefined);
      assert.ok(error.next.some((step) => step.includes('--untested')));
      return true;
    });
    assert.deepEqual([state.connections.size, state.secrets.size, state.events.length], [0, 0, 0]);
  });

  it('saves untested without a single call, if told to', async () => {
    const { world, add } = setUp();
    const { connection } = await add(world.addToken({ status: 'expired' }), { untested: true });
    assert.deepEqual([connection.state, connection.testedAt], ['untested', null]);
    assert.equal(world.calls.length, 0);
    await assert.rejects(add(world.addToken({}), { untested: true, accountId: null }), {
      code: 'account-id-missing',
    });
  });

  it('is limited when it works and lacks rights of its profile', async () => {
    const { world, add } = setUp();
    const { connection } = await add(world.addToken({}), { profile: 'full' });
    assert.deepEqual([connection.state, connection.stateReason], ['limited', 'rights-missing']);
    assert.match(connection.stateDetail, /Zone → DNS → Edit/);
    assert.ok(connection.next.length > 0);
  });

  it('is expiring when the end is near', async () => {
    const { world, add, clock } = setUp();
    const { connection } = await add(world.addToken({ expiresAt: clock.now() + 5 * DAY_MS }));
    assert.deepEqual([connection.state, connection.stateReason], ['expiring', 'expires-soon']);
  });

  it('takes the default label, then with the account, then with a number', async () => {
    const { world, add } = setUp();
    const labels: string[] = [];
    for (let i = 0; i < 4; i += 1) labels.push((await add(world.addToken({}))).connection.label);
    assert.deepEqual(labels, [
      DEFAULT_LABEL,
      `${DEFAULT_LABEL} (Acme)`,
      `${DEFAULT_LABEL} (Acme) 2`,
      `${DEFAULT_LABEL} (Acme) 3`,
    ]);
  });

  it('finds another default label when someone takes it at the same moment', async () => {
    const { world, add } = setUp();
    const added = await Promise.all([
      add(world.addToken({})),
      add(world.addToken({})),
      add(world.addToken({})),
    ]);
    assert.equal(new Set(added.map(({ connection }) => connection.label)).size, 3);
  });

  it('refuses a label that is taken, before it asks Cloudflare', async () => {
    const { world, add } = setUp();
    await add(world.addToken({}), { label: 'Shop' });
    const calls = world.calls.length;
    await assert.rejects(add(world.addToken({}), { label: ' Shop ' }), {
      code: 'label-taken',
      kind: 'conflict',
    });
    assert.equal(world.calls.length, calls);
    // Another tenant's label is no business of ours.
    await add(world.addToken({}), { label: 'Shop', tenantId: 'ten_b' as TenantId });
  });

  it('refuses a credential that is saved already, unless told to', async () => {
    const { world, add } = setUp();
    const token = world.addToken({});
    const first = await add(token);
    const calls = world.calls.length;
    await assert.rejects(add(token), (error) => {
      assert.ok(isZonewardError(error) && error.code === 'connection-duplicate');
      assert.ok(error.message.includes(first.connection.id));
      return true;
    });
    assert.equal(world.calls.length, calls, 'known without asking Cloudflare');
    await assert.rejects(add(token, { accountId: null }), { code: 'connection-duplicate' });
    const { warnings } = await add(token, { duplicate: true });
    assert.ok(warnings.some((warning) => warning.code === 'credential-shared'));
    await add(token, { tenantId: 'ten_b' as TenantId });
  });

  const bad: readonly [name: string, more: Partial<NewConnection>, code: string][] = [
    ['an empty label', { label: ' ' }, 'label-empty'],
    ['a long label', { label: 'x'.repeat(101) }, 'label-too-long'],
    ['a line break', { label: 'a\nb' }, 'label-malformed'],
    ['a token as label', { label: `cfut_${'CANARY'.repeat(8)}` }, 'looks-like-secret'],
    ['a token in metadata', { metadata: { note: `use cfat_${'CANARY'.repeat(8)}` } }, 'looks-like-secret'],
    ['an empty tag', { tags: ['a', ''] }, 'tag-empty'],
    ['a strange key', { metadata: { 'a b': 1 } }, 'metadata-key-malformed'],
    ['a number without end', { metadata: { n: Number.POSITIVE_INFINITY } }, 'metadata-type'],
    ['half a day', { rotateEveryDays: 0.5 }, 'rotation-days-malformed'],
  ];
  for (const [name, more, code] of bad) {
    it(`refuses ${name}`, async () => {
      const { world, add } = setUp();
      await assert.rejects(add(world.addToken({}), more), (error) => {
        assert.ok(isZonewardError(error) && error.code === code);
        assert.ok(!inspect(error, { depth: 9 }).includes('CANARYCANARY'));
        return true;
      });
      assert.equal(world.calls.length, 0);
    });
  }

  it('keeps nothing of a secret that is only named', async () => {
    const { world, add, state, ports } = setUp();
    const token = world.addToken({ value: 'cfut_ref' });
    const { connection } = await add(token, { reference: 'env:TOKEN' });
    assert.equal(state.secrets.size, 0);
    const credential = await credentialOf(ports, connection);
    assert.ok(credential.kind !== 'global-key' && credential.token.reveal() === 'cfut_ref');
  });
});

describe('testing again', () => {
  const rows: readonly [name: string, change: Partial<FakeToken>, state: string, reason: string][] = [
    ['nothing changed', {}, 'active', 'tested'],
    ['expired', { status: 'expired' }, 'expired', 'token-expired'],
    ['disabled', { status: 'disabled' }, 'revoked', 'token-disabled'],
    [
      'DNS Read taken away',
      { grants: [{ groups: ['Zone Read'], zones: 'all' }] },
      'invalid',
      'permission-missing',
    ],
    ['all zones taken away', { grants: [] }, 'limited', 'no-zones'],
  ];
  for (const [name, change, state, reason] of rows) {
    it(`${name}: ${state}, with an event of the move`, async () => {
      const { world, add, ports, state: stored, target } = setUp();
      const token = world.addToken({});
      const { connection } = await add(token);
      replaceToken(world, token, change);
      const after = (await retestConnection(ports, target(connection))).connection;
      assert.deepEqual([after.state, after.stateReason], [state, reason]);
      const moved = state === 'active' ? [] : ['connection.state-changed'];
      assert.deepEqual(kinds(stored), ['connection.added', 'connection.tested', ...moved]);
      assert.deepEqual(stored.connections.get(connection.id), after);
      assert.equal(after.version, 2);
    });
  }

  it('a token that worked and is unknown now was revoked; one that never worked is invalid', async () => {
    for (const [untested, state] of [
      [false, 'revoked'],
      [true, 'invalid'],
    ] as const) {
      const { world, add, ports, target } = setUp();
      const { connection } = await add(world.addToken({}), { untested });
      world.tokens.clear();
      assert.equal((await retestConnection(ports, target(connection))).connection.state, state);
    }
  });

  it('comes back to active when the credential works again', async () => {
    const { world, add, ports, target } = setUp();
    const token = world.addToken({});
    const { connection } = await add(token);
    for (const [status, state] of [
      ['disabled', 'revoked'],
      ['active', 'active'],
    ] as const) {
      replaceToken(world, token, { status });
      assert.equal((await retestConnection(ports, target(connection))).connection.state, state);
    }
  });

  it('leaves the state alone when Cloudflare cannot be asked', async () => {
    const { world, add, ports, target } = setUp();
    const { connection } = await add(world.addToken({}));
    const { ZonewardError } = await import('../../base/errors.ts');
    world.fault = () => {
      throw new ZonewardError('away', { code: 'cloudflare-unavailable', kind: 'temporary' });
    };
    const after = await retestConnection(ports, target(connection));
    assert.deepEqual([after.connection.state, after.report.passed], ['active', false]);
  });

  it('makes a connection invalid whose secret cannot be had, and says so', async () => {
    const { world, add, ports, state, target } = setUp();
    const { connection } = await add(world.addToken({}));
    state.secrets.clear();
    await assert.rejects(retestConnection(ports, target(connection)), { code: 'secret-missing' });
    assert.equal(state.connections.get(connection.id)?.stateReason, 'secret-missing');
  });

  it('probes one zone when it is needed, once', async () => {
    const { world, add, ports, target } = setUp({ zones: 2 });
    world.showPermissions = false;
    const { connection } = await add(world.addToken({}));
    const zoneId = world.zones[1]?.id ?? fakeId(0);
    const calls = world.calls.length;
    const found = await probeZone(ports, { ...target(connection), zoneId });
    const ssl = found.findings.find((finding) => finding.capability === 'ssl-edit');
    assert.deepEqual([ssl?.verdict, ssl?.evidence], ['no', 'probe']);
    assert.ok(world.calls.length - calls <= 5);
    assert.ok(world.calls.every((call) => call.method === 'GET'));
  });

  it('counts the zones of each right', async () => {
    const { world, add } = setUp({ zones: 5 });
    const grants = [
      { groups: READ_GROUPS, zones: 'all' as const },
      { groups: ['DNS Write'], zones: world.zones.slice(0, 2).map((zone) => zone.id) },
    ];
    const { connection } = await add(world.addToken({ grants }));
    assert.deepEqual(zonesByCapability(connection.capabilities)['dns-edit'], { yes: 2, no: 3, unknown: 0 });
  });
});

describe('time alone', () => {
  it('makes a connection expiring, then expired, once each', async () => {
    const { world, add, clock } = setUp();
    let { connection } = await add(world.addToken({ expiresAt: clock.now() + 20 * DAY_MS }));
    const seen: string[] = [];
    for (let day = 0; day < 25; day += 1) {
      clock.advance(DAY_MS);
      const moved = afterTime(connection, { now: clock.now(), principal: 'zoneward' });
      if (moved === null) continue;
      connection = moved.connection;
      seen.push(`${day + 1}: ${connection.state}`);
      assert.equal(moved.events.length, 1);
    }
    assert.deepEqual(seen, ['6: expiring', '20: expired']);
  });
});

describe('relinking', () => {
  it('keeps id, label and history, and replaces the secret', async () => {
    const { world, add, ports, state, target } = setUp();
    const { connection } = await add(world.addToken({}), { label: 'Shop', tags: ['a'] });
    const before = state.secrets.get(connection.id);
    const token = world.addToken({ kind: 'account-token' });
    const after = await relinkConnection(ports, { ...target(connection), credential: credentialFor(token) });
    assert.deepEqual(
      [after.connection.id, after.connection.label, after.connection.tags, after.connection.kind],
      [connection.id, 'Shop', ['a'], 'account-token'],
    );
    assert.notEqual(after.connection.fingerprint, connection.fingerprint);
    assert.ok((state.secrets.get(connection.id)?.version ?? 0) > (before?.version ?? 0));
    const credential = await credentialOf(ports, after.connection);
    assert.ok(credential.kind === 'account-token' && credential.token.reveal() === token.value);
    assert.ok(kinds(state).includes('connection.relinked'));
  });

  it('revives a revoked connection', async () => {
    const { world, add, ports, target } = setUp();
    const token = world.addToken({});
    const { connection } = await add(token);
    replaceToken(world, token, { status: 'disabled' });
    await retestConnection(ports, target(connection));
    const credential = credentialFor(world.addToken({}));
    const after = await relinkConnection(ports, { ...target(connection), credential });
    assert.equal(after.connection.state, 'active');
  });

  it('refuses a credential of another account, and the old one stays', async () => {
    const { world, add, ports, state, target } = setUp();
    const token = world.addToken({});
    const { connection } = await add(token);
    const foreign = world.addToken({ accountId: fakeId(0xbad) });
    world.accounts.push({ id: fakeId(0xbad), name: 'Other' });
    const credential = credentialFor(foreign);
    await assert.rejects(relinkConnection(ports, { ...target(connection), credential }), {
      code: 'wrong-account',
    });
    assert.deepEqual(state.connections.get(connection.id), connection);
    const kept = await credentialOf(ports, connection);
    assert.ok(kept.kind === 'user-token' && kept.token.reveal() === token.value);
  });

  it('from the vault to a reference deletes what was sealed', async () => {
    const { world, add, ports, state, target } = setUp();
    const { connection } = await add(world.addToken({}));
    const credential = credentialFor(world.addToken({ value: 'cfut_ref' }));
    await relinkConnection(ports, { ...target(connection), credential, reference: 'env:TOKEN' });
    assert.equal(state.secrets.size, 0);
  });
});

describe('editing', () => {
  it('changes what is given, with before and after in the event, and nothing else', async () => {
    const { world, add, ports, state, target } = setUp();
    const { connection } = await add(world.addToken({}), { tags: ['a'], metadata: { tier: 1 } });
    const edit = { label: ' Shop ', tags: ['b', 'b'], metadata: { live: true }, rotateEveryDays: 30 };
    const after = await editConnection(ports, target(connection), edit);
    assert.deepEqual(
      [after.label, after.tags, after.metadata, after.rotation.dueAt],
      ['Shop', ['b'], { live: true }, connection.createdAt + 30 * DAY_MS],
    );
    assert.deepEqual(state.events.at(-1)?.payload['label'], { before: DEFAULT_LABEL, after: 'Shop' });
    assert.equal(
      await editConnection(ports, target(connection), { label: 'Shop' }).then((same) => same.version),
      2,
    );
    assert.equal(kinds(state).filter((kind) => kind === 'connection.edited').length, 1);
  });

  it('refuses a taken label and a foreign connection', async () => {
    const { world, add, ports, target } = setUp();
    await add(world.addToken({}), { label: 'One' });
    const { connection } = await add(world.addToken({}), { label: 'Two' });
    await assert.rejects(editConnection(ports, target(connection), { label: 'One' }), {
      code: 'label-taken',
    });
    const foreign = { ...target(connection), tenantId: 'ten_b' as TenantId };
    for (const use of [
      () => editConnection(ports, foreign, { label: 'x' }),
      () => pauseConnection(ports, foreign),
      () => resumeConnection(ports, foreign),
      () => removeConnection(ports, foreign),
      () => retestConnection(ports, foreign),
      () => findConnection(ports.store, foreign.tenantId, connection.id),
      () => findConnection(ports.store, foreign.tenantId, 'Two'),
    ]) {
      await assert.rejects(use(), { code: 'connection-not-found', kind: 'not-found' });
    }
  });

  it('pauses, tests in the pause, and resumes untested', async () => {
    const { world, add, ports, target } = setUp();
    const { connection } = await add(world.addToken({}));
    assert.equal((await pauseConnection(ports, target(connection))).state, 'paused');
    assert.equal((await retestConnection(ports, target(connection))).connection.state, 'paused');
    assert.equal((await resumeConnection(ports, target(connection))).state, 'untested');
    assert.equal((await retestConnection(ports, target(connection))).connection.state, 'active');
  });

  it('removes the secret, keeps the history, and says where to revoke', async () => {
    const { world, add, ports, state, store, target } = setUp();
    const { connection } = await add(world.addToken({}));
    const { next } = await removeConnection(ports, target(connection));
    assert.match(next[0] ?? '', /dash\.cloudflare\.com/);
    assert.equal(state.secrets.size, 0);
    assert.deepEqual(await store.list(TENANT), []);
    assert.deepEqual(kinds(state), ['connection.added', 'connection.removed']);
  });
});

describe('finding', () => {
  it('by each condition and by all together', async () => {
    const { world, add, store, clock } = setUp();
    await add(world.addToken({}), { label: 'Shop EU', tags: ['eu', 'live'], metadata: { tier: 1 } });
    await add(world.addToken({ kind: 'account-token' }), {
      label: 'Shop US',
      tags: ['live'],
      metadata: { tier: '1' },
    });
    await add(world.addToken({ expiresAt: clock.now() + DAY_MS }), { label: 'Blog', profile: 'full' });
    const all = await store.list(TENANT);
    const labels = (filter: Parameters<typeof filterConnections>[1]): string[] =>
      filterConnections(all, filter).map((connection) => connection.label);
    assert.deepEqual(labels({}), ['Blog', 'Shop EU', 'Shop US']);
    assert.deepEqual(labels({ label: 'shop' }), ['Shop EU', 'Shop US']);
    assert.deepEqual(labels({ tags: ['live', 'eu'] }), ['Shop EU']);
    assert.deepEqual(labels({ metadata: { tier: 1 } }), ['Shop EU']);
    assert.deepEqual(labels({ kind: 'account-token' }), ['Shop US']);
    assert.deepEqual(labels({ states: ['expiring'] }), ['Blog']);
    assert.deepEqual(labels({ dueBefore: clock.now() + 2 * DAY_MS }), ['Blog']);
    assert.deepEqual(labels({ profile: 'minimum', label: 'us' }), ['Shop US']);
    assert.equal((await findConnection(store, TENANT, 'Blog')).label, 'Blog');
  });
});

describe('the table of moves', () => {
  it('names every state, never itself, and leaves none without a way back to active', () => {
    for (const [from, targets] of Object.entries(MOVES)) {
      assert.ok(!targets.some((to) => to === from));
      assert.ok(targets.every((to) => to in MOVES));
      assert.ok(from === 'active' || targets.includes('active'), from);
    }
  });

  it('is asserted by every move', async () => {
    const { world, add } = setUp();
    const { connection } = await add(world.addToken({}));
    const expired = { ...connection, state: 'expired' as const };
    const verdict = { state: 'rotating', reason: 'x', detail: '', next: [] } as const;
    assert.throws(() => moveConnection(expired, verdict, { now: 0, principal: 'x' }), /no move from expired/);
  });
});

it('leaves no trace of any secret in events, connections or reports', async () => {
  const { world, add, ports, state, target } = setUp();
  const { connection, report } = await add(world.addToken({}));
  const next = world.addToken({});
  await relinkConnection(ports, { ...target(connection), credential: credentialFor(next) });
  const retested = await retestConnection(ports, target(connection));
  await pauseConnection(ports, target(connection));
  const kept = [[...state.connections.values()], [...state.secrets.values()], state.events, report, retested];
  assert.ok(state.events.length >= 4);
  assert.ok(!inspect(kept, { depth: 12 }).includes('CANARY') && !JSON.stringify(kept).includes('CANARY'));
});

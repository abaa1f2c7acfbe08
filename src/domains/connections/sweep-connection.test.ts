/** What a sweep does as the days go by, with a clock that is moved by hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TenantId } from '../../base/ids.ts';
import { Secret } from '../../base/secret.ts';
import type { ApiCall, UsageSummary } from '../usage/ports.ts';
import { addConnection } from './add-connection.ts';
import { type FakeToken, fakeCloudflare, fakeIssuer, READ_GROUPS } from './fake-cloudflare.ts';
import { fakeClock, fakeRandom, fakeReferences, fakeStore, fakeVault } from './fakes.ts';
import type { Connection } from './model.ts';
import { type SweepPorts, sweepConnection } from './sweep-connection.ts';

const TENANT = 'ten_a' as TenantId;
const DAY_MS = 86_400_000;
const NO_USAGE: UsageSummary = { calls: 0, errors: {}, rateLimited: 0, routes: [], lastError: null };

async function setUp(token: Partial<FakeToken> = {}) {
  const world = fakeCloudflare();
  const { store, rotations, state } = fakeStore();
  const clock = fakeClock();
  const standing = new Map<string, readonly string[]>();
  const usage = { summary: NO_USAGE, last: null as Partial<ApiCall> | null };
  const ports: SweepPorts = {
    store,
    rotations,
    vault: fakeVault(),
    references: fakeReferences(),
    issuer: fakeIssuer(world),
    openInspection: world.openInspection,
    clock,
    random: fakeRandom(),
    alerts: {
      standing: async (_tenant, id) => standing.get(id) ?? [],
      put: async (_tenant, id, next, events) => {
        standing.set(id, next);
        state.events.push(...events);
      },
    },
    usage: {
      summary: async () => usage.summary,
      calls: async () => (usage.last === null ? [] : [usage.last as ApiCall]),
    },
  };
  const added = world.addToken({ grants: [{ groups: READ_GROUPS, zones: 'all' }], ...token });
  const { connection } = await addConnection(ports, {
    tenantId: TENANT,
    principal: 'test',
    credential: { kind: added.kind, token: new Secret(added.value) },
    accountId: added.accountId,
  });
  const now = (): Connection => {
    const current = state.connections.get(connection.id);
    assert.ok(current !== undefined);
    return current;
  };
  const sweep = () => sweepConnection(ports, now(), 'zoneward');
  const kinds = (): string[] => state.events.map((event) => event.kind);
  return { clock, state, usage, ports, connection, now, sweep, kinds };
}

describe('a sweep', () => {
  it('moves a token that ends to expiring and then to expired', async () => {
    const w = await setUp({ expiresAt: fakeClock().now() + 40 * DAY_MS });
    await w.sweep();
    assert.equal(w.now().state, 'active');
    w.clock.advance(27 * DAY_MS);
    await w.sweep();
    assert.equal(w.now().state, 'expiring');
    w.clock.advance(14 * DAY_MS);
    const { told } = await w.sweep();
    assert.equal(w.now().state, 'expired');
    assert.match(told[0] ?? '', /expiring → expired/);
    const moves = w.kinds().filter((kind) => kind === 'connection.state-changed').length;
    assert.equal(moves, 2);
  });

  it('reminds those who may not mint, once for each threshold, with the link', async () => {
    const w = await setUp();
    for (let day = 0; day <= 91; day += 1) {
      await w.sweep();
      w.clock.advance(DAY_MS);
    }
    const reminders = w.state.events.filter((event) => event.kind === 'connection.alert-raised');
    assert.deepEqual(
      reminders.map((event) => event.payload !== null && (event.payload as { threshold: number }).threshold),
      [30, 14, 7, 1, 0],
    );
    const [first] = reminders;
    assert.match(JSON.stringify(first?.payload), /dash\.cloudflare\.com\/profile\/api-tokens\?/);
    assert.ok(!w.kinds().includes('rotation.started'));
  });

  it('rotates who may mint when it is due, and reminds nobody', async () => {
    const w = await setUp({ grants: [{ groups: ['API Tokens Write', ...READ_GROUPS], zones: 'all' }] });
    for (let day = 0; day < 90; day += 1) {
      assert.equal((await w.sweep()).rotation, null);
      w.clock.advance(DAY_MS);
    }
    const { rotation } = await w.sweep();
    assert.equal(rotation?.step, 'minting');
    assert.equal((await w.sweep()).rotation, null);
    assert.equal(w.now().state, 'rotating');
    assert.ok(!w.kinds().includes('connection.alert-raised'));
  });

  it('rotates before a token ends whose end comes before its due date', async () => {
    const expiresAt = fakeClock().now() + 30 * DAY_MS;
    const groups = ['API Tokens Write', ...READ_GROUPS];
    const w = await setUp({ expiresAt, grants: [{ groups, zones: 'all' }] });
    w.clock.advance(15 * DAY_MS);
    assert.equal((await w.sweep()).rotation, null);
    w.clock.advance(DAY_MS);
    assert.notEqual((await w.sweep()).rotation, null);
  });

  it('tells once of many errors and of a budget that runs out, and when it is well again', async () => {
    const w = await setUp();
    w.usage.summary = { ...NO_USAGE, calls: 100, errors: { '10000': 30 } };
    w.usage.last = { at: w.clock.now(), budgetLeft: 60 };
    assert.equal((await w.sweep()).told.length, 2);
    assert.equal((await w.sweep()).told.length, 0);
    w.usage.summary = { ...NO_USAGE, calls: 100 };
    w.clock.advance(301_000);
    await w.sweep();
    assert.deepEqual(w.kinds().slice(-2), ['connection.alert-cleared', 'connection.alert-cleared']);
  });

  it('leaves a connection that someone else changed meanwhile to the next sweep', async () => {
    const w = await setUp({ expiresAt: fakeClock().now() + 20 * DAY_MS });
    const stale = w.now();
    w.clock.advance(10 * DAY_MS);
    await w.sweep();
    const swept = await sweepConnection(w.ports, stale, 'zoneward');
    assert.deepEqual(swept.told, []);
    assert.equal(w.now().state, 'expiring');
  });
});

/** What every store keeps for the service: API keys, answers to idempotency keys, jobs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TenantId } from '../../base/ids.ts';
import type { IdempotentRequest } from '../../domains/access/idempotency.ts';
import { type ApiKey, type ApiKeyId, UNLIMITED_REACH } from '../../domains/access/model.ts';
import type { SignIn } from '../../domains/access/ports.ts';
import { type MakeStorePlace, withStore } from './fixture.ts';
import { event, foreigner, job, tenant } from './samples.ts';

function apiKey(name: string, tenantId: TenantId | null = tenant): ApiKey {
  return {
    id: `key_${name}` as ApiKeyId,
    tenantId,
    label: name,
    scopes: ['read'],
    reach: UNLIMITED_REACH,
    owner: `key_${name}`,
    createdAt: 1,
    createdBy: 'test',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  };
}

const request: IdempotentRequest = { tenantId: tenant, caller: 'key_a', key: 'k', fingerprint: 'f' };
const hold = { holder: 'one', holdMs: 60_000, keepMs: 60_000 };

export function serviceContract(makePlace: MakeStorePlace): void {
  describe('sign-ins', () => {
    const signIn = (secretHash: string, changes: Partial<SignIn> = {}): SignIn => ({
      kind: 'session',
      secretHash,
      apiKeyId: 'key_a' as ApiKeyId,
      createdAt: 10,
      usedAt: 10,
      expiresAt: 100,
      ...changes,
    });

    it('are found by kind and hash, noted as used, ended once, and pruned', () =>
      withStore(makePlace, async ({ signIns, audit }) => {
        await signIns.create(signIn('s'), tenant, [event('session.started')]);
        await signIns.create(signIn('l', { kind: 'link' }), tenant, []);
        assert.deepEqual(await signIns.find('session', 's'), signIn('s'));
        assert.equal(await signIns.find('link', 's'), null);
        await signIns.touch('s', 50);
        assert.equal((await signIns.find('session', 's'))?.usedAt, 50);
        const ends = ['one', 'two', 'three'].map(() => signIns.end('link', 'l', tenant, [event('ended')]));
        assert.deepEqual((await Promise.all(ends)).filter(Boolean), [true]);
        assert.equal((await audit.latest(tenant, {}, 10)).length, 2);
        await signIns.create(signIn('old', { expiresAt: 20 }), tenant, []);
        await signIns.create(signIn('idle', { usedAt: 1 }), tenant, []);
        assert.equal(await signIns.prune({ before: 30, idleSince: 5 }), 2);
        assert.notEqual(await signIns.find('session', 's'), null);
      }));
  });

  describe('API keys', () => {
    it('are found by id, listed by tenant, revoked by their own tenant only', () =>
      withStore(makePlace, async ({ apiKeys, audit }) => {
        assert.equal(await apiKeys.isEmpty(), true);
        await apiKeys.create({ key: apiKey('a'), secretHash: 'h' }, tenant, [event('api-key.created')]);
        await apiKeys.create({ key: apiKey('b', null), secretHash: 'i' }, tenant, []);
        assert.deepEqual(await apiKeys.find(apiKey('a').id), { key: apiKey('a'), secretHash: 'h' });
        assert.deepEqual(await apiKeys.list(tenant), [apiKey('a')]);
        assert.deepEqual(await apiKeys.list(null), [apiKey('b', null)]);
        assert.deepEqual(await apiKeys.list(foreigner), []);
        assert.equal(await apiKeys.revoke(foreigner, apiKey('a').id, 5, foreigner, [event('x')]), false);
        assert.equal(await apiKeys.revoke(tenant, apiKey('a').id, 5, tenant, [event('x')]), true);
        assert.equal(await apiKeys.revoke(tenant, apiKey('a').id, 6, tenant, [event('x')]), false);
        await apiKeys.touch(apiKey('a').id, 9);
        const [revoked] = await apiKeys.list(tenant);
        assert.deepEqual([revoked?.revokedAt, revoked?.lastUsedAt], [5, 9]);
        assert.equal((await audit.head(tenant)).sequence, 2);
        assert.deepEqual(await apiKeys.tenants(), [tenant]);
      }));
  });

  describe('idempotency keys', () => {
    it('let one request begin, and replay its answer to the others', () =>
      withStore(makePlace, async ({ idempotency }) => {
        const answer = { status: 201, headers: { etag: '"1"' }, body: '{}' };
        const begun = await Promise.all(
          ['one', 'two', 'three'].map((holder) => idempotency.begin(request, { ...hold, holder })),
        );
        assert.deepEqual(begun.map(({ kind }) => kind).sort(), ['begin', 'in-flight', 'in-flight']);
        const holder = ['one', 'two', 'three'][begun.findIndex(({ kind }) => kind === 'begin')] ?? '';
        await idempotency.keep(request, holder, answer);
        assert.deepEqual(await idempotency.begin(request, hold), { kind: 'replay', answer });
        const other = { ...request, fingerprint: 'g' };
        assert.deepEqual(await idempotency.begin(other, hold), { kind: 'other-request' });
        for (const apart of [{ tenantId: foreigner }, { caller: 'key_b' }, { key: 'l' }]) {
          assert.equal((await idempotency.begin({ ...request, ...apart }, hold)).kind, 'begin');
        }
      }));

    it('are free again once dropped, or once their holder is overdue', () =>
      withStore(makePlace, async ({ idempotency }) => {
        await idempotency.begin(request, hold);
        await idempotency.drop(request, 'another');
        assert.equal((await idempotency.begin(request, hold)).kind, 'in-flight');
        await idempotency.drop(request, 'one');
        assert.equal((await idempotency.begin(request, { ...hold, holdMs: -1 })).kind, 'begin');
        assert.equal((await idempotency.begin(request, { ...hold, holder: 'two' })).kind, 'begin');
        await idempotency.keep(request, 'one', { status: 200, headers: {}, body: 'late' });
        assert.equal((await idempotency.begin(request, hold)).kind, 'in-flight');
        assert.equal(await idempotency.prune(), 0);
      }));
  });

  describe('jobs', () => {
    it('are claimed once each, the longest due first, and by another when their lease runs out', () =>
      withStore(makePlace, async ({ jobs }) => {
        await jobs.add(job('late', { dueAt: 2 }), null);
        await jobs.add(job('early', { dueAt: 1 }), null);
        await jobs.add(job('never', { dueAt: Number.MAX_SAFE_INTEGER }), null);
        const claims = await Promise.all(['a', 'b', 'c'].map((holder) => jobs.claim(holder, -1)));
        // A lease that has run out already is up for the taking: all three find the first one.
        assert.deepEqual(
          claims.map((one) => one?.id),
          [job('early').id, job('early').id, job('early').id],
        );
        const held = await jobs.claim('d', 60_000);
        const next = await jobs.claim('e', 60_000);
        assert.deepEqual([held?.id, held?.attempts, next?.id], [job('early').id, 4, job('late').id]);
        assert.equal(await jobs.claim('f', 60_000), null);
        assert.ok(held !== null);
        assert.equal(await jobs.renew(held, 'a', 1, null), null, 'its lease is lost');
        assert.equal(await jobs.end(held, 'a', { state: 'done', result: null, error: null }), false);
        assert.deepEqual(await jobs.renew(held, 'd', 60_000, { zones: 1 }), { cancelRequested: false });
        assert.equal(await jobs.end(held, 'd', { state: 'done', result: { ok: true }, error: null }), true);
        const done = await jobs.get(tenant, held.id);
        assert.deepEqual([done?.state, done?.result, done?.progress], ['done', { ok: true }, { zones: 1 }]);
        assert.equal(await jobs.get(foreigner, held.id), null);
        assert.deepEqual(await jobs.counts(), {
          queued: 1,
          running: 1,
          oldestDueAt: Number.MAX_SAFE_INTEGER,
        });
      }));

    it('of one dedupe key run once at a time', () =>
      withStore(makePlace, async ({ jobs }) => {
        assert.equal((await jobs.add(job('a'), 'same')).id, job('a').id);
        assert.equal((await jobs.add(job('b'), 'same')).id, job('a').id);
        assert.equal((await jobs.add(job('b', { tenantId: foreigner }), 'same')).id, job('b').id);
        assert.equal((await jobs.cancel(tenant, job('a').id, 7))?.state, 'cancelled');
        assert.equal((await jobs.add(job('c'), 'same')).id, job('c').id);
        assert.deepEqual(
          (await jobs.list(tenant, {}, 9)).map(({ id }) => id),
          [job('c').id, job('a').id],
        );
        assert.deepEqual(await jobs.list(tenant, { before: job('a').id }, 9), []);
        assert.equal(await jobs.cancel(foreigner, job('c').id, 7), null);
        assert.equal(await jobs.prune(8), 1);
      }));

    it('that run are asked to stop, and go back to the queue when their worker lets go', () =>
      withStore(makePlace, async ({ jobs }) => {
        await jobs.add(job('a'), null);
        const held = await jobs.claim('a', 60_000);
        assert.ok(held !== null);
        assert.equal((await jobs.cancel(tenant, held.id, 7))?.state, 'running');
        assert.deepEqual(await jobs.renew(held, 'a', 60_000, null), { cancelRequested: true });
        await jobs.release(held, 'a', 0);
        assert.equal((await jobs.get(tenant, held.id))?.state, 'queued');
        assert.equal((await jobs.claim('b', 60_000))?.attempts, 2);
      }));
  });
}

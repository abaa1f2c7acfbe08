/** Rotation, the vault's keys and the worker through the library, against the local Cloudflare. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { systemClock } from '../src/base/clock.ts';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { openZoneward } from '../src/index.ts';
import { DEMO_SEED } from '../src/sandbox/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const DAY_MS = 86_400_000;

async function connected(kind: 'user' | 'account' | 'reader' = 'user'): Promise<Engine & { id: string }> {
  const engine = await startEngine({ seed: DEMO_SEED, rateLimit: false });
  const { sandbox, tenant } = engine;
  const token = {
    user: sandbox.tokens.full,
    account: sandbox.tokens.account,
    reader: sandbox.tokens.readOnly,
  };
  const { connection } = await tenant.connections.add({
    credential: {
      kind: kind === 'account' ? 'account-token' : 'user-token',
      token: new Secret(token[kind]),
    },
    accountId: sandbox.accountId as AccountId,
    label: 'Shop',
  });
  return Object.assign(engine, { id: connection.id });
}

function tokensNamed(engine: Engine, part: string): number {
  return engine.sandbox.state().tokens.filter((token) => token.name.includes(part)).length;
}

describe('rotation, end to end', () => {
  for (const kind of ['user', 'account'] as const) {
    it(`replaces the token of the ${kind} and deletes the old one`, async () => {
      await using engine = await connected(kind);
      const { tenant, id } = engine;
      const before = await tenant.connections.get(id);
      const rotation = await tenant.connections.rotate(id, { drainMs: 0 });
      assert.equal(rotation.step, 'done', JSON.stringify(rotation));
      const after = await tenant.connections.get(id);
      assert.equal(after.state, 'active');
      assert.notEqual(after.tokenId, before.tokenId);
      assert.equal(after.tokenId, rotation.newTokenId);
      assert.equal(tokensNamed(engine, `zoneward/${id}/`), 1);
      assert.equal((await tenant.connections.test(id)).report.passed, true);
      assert.ok(after.expiresAt !== null && after.expiresAt > Date.now() + 179 * DAY_MS);
      const [shown] = await tenant.connections.rotations(id);
      assert.ok(shown !== undefined && !('sealed' in shown));
    });
  }

  it('takes a minter where the token itself may not mint, and refuses without one', async () => {
    await using engine = await connected('reader');
    const { tenant, id, sandbox } = engine;
    await assert.rejects(tenant.connections.rotate(id), { code: 'rotation-not-possible' });
    const minter = sandbox.createToken({ name: 'minter', permissions: ['API Tokens Write'] });
    await tenant.connections.setMinter(id, { kind: 'user-token', token: new Secret(minter.value) });
    assert.deepEqual(await tenant.connections.minter(id), { kind: 'user-token', email: null });
    assert.equal((await tenant.connections.rotate(id, { drainMs: 0 })).step, 'done');
    assert.equal((await tenant.connections.test(id)).connection.state, 'active');
  });

  it('is cancelled before the switch, and goes on after a restart of the process', async () => {
    await using engine = await connected();
    const { tenant, id, sandbox, home } = engine;
    // The answer to the making of the token is lost: it was made, and nobody knows its value.
    sandbox.setFault({ kind: 'reset', phase: 'after', route: 'POST /user/tokens' });
    const waiting = await tenant.connections.rotate(id);
    assert.equal(waiting.step, 'minting');
    assert.equal(tokensNamed(engine, `zoneward/${id}/`), 1);
    await using second = await openZoneward({ home, environment: environmentOf(engine) });
    const given = await second.tenant('local').connections.cancelRotation(id);
    assert.equal(given?.step, 'backed-out');
    assert.equal(tokensNamed(engine, `zoneward/${id}/`), 0);
    assert.equal((await tenant.connections.get(id)).state, 'active');
  });
});

function environmentOf({ sandbox }: Engine): Record<string, string> {
  return { CLOUDFLARE_API_BASE_URL: sandbox.baseUrl };
}

describe('a sealed secret', () => {
  it('that was put back to what it was before is noticed', async () => {
    await using engine = await connected();
    const { tenant, id, home } = engine;
    const database = new DatabaseSync(`${home}/zoneward.db`);
    const before = database.prepare('select * from sealed_secrets').get() as Record<string, string>;
    assert.equal((await tenant.connections.rotate(id, { drainMs: 0 })).step, 'done');
    assert.deepEqual(await tenant.connections.checkSecrets(), []);
    database
      .prepare('update sealed_secrets set wrapped_key = ?, nonce = ?, ciphertext = ?, version = ?')
      .run(...['wrapped_key', 'nonce', 'ciphertext', 'version'].map((column) => before[column] ?? ''));
    database.close();
    const [problem] = await tenant.connections.checkSecrets();
    assert.equal(problem?.code, 'secret-not-the-last');
  });
});

describe('keys of the vault, end to end', () => {
  it('change while secrets stand under them', async () => {
    await using engine = await connected();
    const { zoneward, tenant, id } = engine;
    const [first] = await zoneward.keys.status();
    assert.ok(first !== undefined && first.rows === 1 && first.state === 'current');
    const added = await zoneward.keys.add();
    await zoneward.keys.promote(added);
    await assert.rejects(zoneward.keys.retire(first.id), { code: 'vault-key-in-use' });
    assert.equal((await zoneward.keys.rewrap()).rewrapped, 1);
    await zoneward.keys.retire(first.id);
    const left = await zoneward.keys.status();
    assert.deepEqual(
      left.map(({ id: keyId, state, rows }) => [keyId, state, rows]),
      [[added, 'current', 1]],
    );
    assert.equal((await tenant.connections.test(id)).report.passed, true);
  });

  it('must be there at the start, and be the right ones', async () => {
    await using engine = await connected();
    const { home, zoneward } = engine;
    await zoneward.close();
    const open = (environment: Record<string, string>) => openZoneward({ home, environment });
    const wrong = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
    await assert.rejects(open({ ZONEWARD_VAULT_KEY: wrong }), { code: 'vault-key-missing' });
    await rm(`${home}/vault.key`);
    await assert.rejects(open({}), { code: 'vault-key-missing', message: /no vault key file/ });
  });
});

describe('a worker', () => {
  it('does once what is due, for all tenants', async () => {
    await using engine = await connected();
    const { zoneward, tenant, id } = engine;
    const report = await zoneward.sweep();
    assert.equal(report.ran, true);
    assert.deepEqual(
      report.connections.map(({ connectionId, round }) => [connectionId, round?.state]),
      [[id, 'ran']],
    );
    assert.ok((await tenant.zones.list()).every((zone) => zone.freshness.verifiedAt !== null));
  });

  it('rotates what is due, and carries it on', async () => {
    await using engine = await connected();
    const { zoneward, tenant, id } = engine;
    await tenant.connections.edit(id, { rotateEveryDays: 1 });
    let offset = 0;
    const clock = { ...systemClock, now: () => Date.now() + offset };
    const { home } = engine;
    await zoneward.close();
    await using later = await openZoneward({ home, clock, environment: environmentOf(engine) });
    offset = DAY_MS + 60_000;
    await later.sweep();
    const steps = async () => (await later.tenant('local').connections.rotations(id)).map(({ step }) => step);
    assert.deepEqual(await steps(), ['draining']);
    offset += 6 * 60_000;
    await later.sweep();
    assert.deepEqual(await steps(), ['done']);
    assert.equal(tokensNamed(engine, `zoneward/${id}/`), 1);
  });

  it('says when a credential dies, and stands still until it has a new one', async () => {
    await using engine = await connected();
    const { zoneward, tenant, id, sandbox } = engine;
    await zoneward.sweep();
    const { tokenId } = await tenant.connections.get(id);
    await fetch(`${sandbox.baseUrl}/user/tokens/${tokenId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${sandbox.tokens.full}` },
    });
    const said: string[] = [];
    await engine.tenant.zones.list();
    const report = await zoneward.sweep({ onEvent: (event) => said.push(`${event.kind} ${event.message}`) });
    assert.equal(report.connections[0]?.state, 'revoked', said.join('\n'));
    assert.ok(said.some((line) => line.startsWith('round paused')));
    const calls = sandbox.requests().length;
    await zoneward.sweep();
    assert.equal(sandbox.requests().length, calls);
    const fresh = sandbox.createToken({ name: 'fresh', permissions: ['Zone Read', 'DNS Read'] });
    await tenant.connections.relink(id, {
      credential: { kind: 'user-token', token: new Secret(fresh.value) },
    });
    const [again] = (await zoneward.sweep()).connections;
    assert.equal(again?.round?.state, 'ran');
  });

  it('lets one work at a time, stops when told, and hands over', async () => {
    await using engine = await connected();
    const { zoneward, home } = engine;
    await using other = await openZoneward({ home, environment: environmentOf(engine) });
    const stop = new AbortController();
    const started = Promise.withResolvers<void>();
    const working = zoneward.work({
      signal: stop.signal,
      onEvent: ({ kind }) => {
        if (kind === 'round') started.resolve();
      },
    });
    await started.promise;
    assert.equal((await other.sweep()).ran, false);
    stop.abort();
    await working;
    assert.equal((await other.sweep()).ran, true);
  });
});

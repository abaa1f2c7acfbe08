/** kill -9 in the middle of a rotation and of a rewrap, in processes of their own; then the same command again. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { openZoneward } from '../src/index.ts';
import type { Fault } from '../src/sandbox/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { runCli, startCli } from './kit/spawn-cli.ts';

/** A command starts within it on a machine that is busy with other work, too. */
const PATIENCE_MS = 120_000;
const SLOW_MS = 5_000;

function envOf({ sandbox, home }: Engine): Record<string, string> {
  return { CLOUDFLARE_API_BASE_URL: sandbox.baseUrl, ZONEWARD_HOME: home };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `waited in vain until ${what}`);
    await sleep(5);
  }
}

describe('a rotation that is killed', () => {
  const moments: readonly { readonly name: string; readonly fault: Fault }[] = [
    {
      name: 'while the answer with the new token is on its way',
      fault: { kind: 'slow', phase: 'after', delayMs: SLOW_MS, route: 'POST /user/tokens' },
    },
    {
      name: 'before the new token is made',
      fault: { kind: 'slow', phase: 'before', delayMs: SLOW_MS, route: 'POST /user/tokens' },
    },
    {
      name: 'while the new token is proven',
      fault: { kind: 'slow', delayMs: SLOW_MS, route: 'GET /user/tokens/verify' },
    },
    {
      name: 'while the old token is being deleted',
      fault: { kind: 'slow', phase: 'after', delayMs: SLOW_MS, route: 'DELETE /user/tokens/{token_id}' },
    },
  ];
  for (const { name, fault } of moments) {
    it(`${name} goes on when it is run again`, async () => {
      await using engine = await startEngine({ seed: { zones: [{ name: 'a.example' }] }, rateLimit: false });
      const { sandbox, tenant } = engine;
      const own = sandbox.createToken({
        name: 'own',
        permissions: ['Zone Read', 'DNS Read', 'API Tokens Write'],
      });
      const { connection } = await tenant.connections.add({
        credential: { kind: 'user-token', token: new Secret(own.value) },
        accountId: sandbox.accountId as AccountId,
      });
      const args = ['connections', 'rotate', connection.id, '--wait', '--drain', '1s'];
      const seen = sandbox.requests().length;
      sandbox.setFault(fault);
      const { child, ended } = startCli(args, { env: envOf(engine) });
      await until(`the request of ${fault.route} was struck`, () =>
        sandbox.faults().every(({ struck }) => struck > 0),
      );
      // The moment is hit only while the request is still open.
      await sleep(200);
      child.kill('SIGKILL');
      assert.equal((await ended).signal, 'SIGKILL');
      assert.ok(sandbox.requests().length > seen);
      sandbox.clearFaults();

      const again = await runCli(args, { env: envOf(engine) });
      assert.equal(again.code, 0, again.stderr);
      const after = await tenant.connections.get(connection.id);
      assert.deepEqual([after.state, after.tokenId === own.id], ['active', false]);
      const tokens = sandbox.state().tokens;
      assert.ok(!tokens.some(({ id }) => id === own.id), 'the old token is gone');
      const made = tokens.filter((token) => token.name.startsWith('zoneward/'));
      assert.deepEqual(
        made.map(({ id }) => id),
        [after.tokenId],
      );
      assert.equal((await tenant.connections.test(connection.id)).report.passed, true);
    });
  }
});

describe('a rewrap that is killed', () => {
  it('leaves every secret readable, and is finished by the next', async () => {
    await using engine = await startEngine();
    const { zoneward, tenant, sandbox } = engine;
    const count = 400;
    for (let number = 0; number < count; number += 1) {
      const text = `cfut_${String(number).padStart(40, 'x')}00000000`;
      await tenant.connections.add({
        credential: { kind: 'user-token', token: new Secret(text) },
        accountId: sandbox.accountId as AccountId,
        label: `c${number}`,
        untested: true,
      });
    }
    const key = await zoneward.keys.add();
    await zoneward.keys.promote(key);
    const rowsOf = async (): Promise<number> =>
      (await zoneward.keys.status()).find(({ id }) => id === key)?.rows ?? 0;

    const { child, ended } = startCli(['keys', 'rewrap'], { env: envOf(engine) });
    await until('some secrets are rewrapped', async () => (await rowsOf()) > 5);
    child.kill('SIGKILL');
    await ended;
    const moved = await rowsOf();
    assert.ok(moved > 5 && moved < count, `${moved} of ${count}`);
    const old = (await zoneward.keys.status()).find(({ id }) => id !== key);
    assert.ok(old !== undefined && old.rows === count - moved);
    await assert.rejects(zoneward.keys.retire(old.id), { code: 'vault-key-in-use' });

    const again = await runCli(['keys', 'rewrap'], { env: envOf(engine) });
    assert.equal(again.code, 0, again.stderr);
    assert.equal((await runCli(['keys', 'retire', old.id, '--yes'], { env: envOf(engine) })).code, 0);
    await using fresh = await openZoneward({ home: engine.home, environment: envOf(engine) });
    assert.deepEqual(
      (await fresh.keys.status()).map(({ id, rows }) => [id, rows]),
      [[key, count]],
    );
    // Each opens: the sandbox refuses what it is asked with, and not the vault.
    for (const label of ['c0', `c${count - 1}`]) {
      const { report } = await fresh.tenant('local').connections.test(label);
      assert.equal(report.failure?.code, 'credential-rejected');
    }
  });
});

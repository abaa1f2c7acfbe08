/** A token that loses rights in the middle, and what is told of its zones, against the sandbox. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { isZonewardError } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const ZONE = 'shared.example';
const READING = ['Zone Read', 'DNS Read'];

interface Policy {
  readonly permission_groups: readonly { readonly id: string; readonly name: string }[];
  readonly resources: Readonly<Record<string, string>>;
}

/** A connection, and how its token's rights are changed at Cloudflare. */
async function connect({ sandbox, tenant }: Engine, label: string, permissions = READING) {
  const made = sandbox.createToken({ name: label, permissions });
  const accountId = sandbox.accountId as AccountId;
  const credential = { kind: 'user-token', token: new Secret(made.value) } as const;
  const { connection } = await tenant.connections.add({ credential, label, accountId });
  const headers = {
    authorization: `Bearer ${sandbox.tokens.full}`,
    'content-type': 'application/json',
  };
  const url = `${sandbox.baseUrl}/user/tokens/${made.id}`;
  const { result } = (await (await fetch(url, { headers })).json()) as {
    result: { policies: readonly Policy[] };
  };
  return {
    id: connection.id,
    /** Only these of its groups, on all zones. */
    allow: async (...names: string[]) => {
      const policies = result.policies
        .map((policy) => ({
          ...policy,
          permission_groups: policy.permission_groups.filter(({ name }) => names.includes(name)),
        }))
        .filter(({ permission_groups: groups }) => groups.length > 0);
      const answer = await fetch(url, {
        method: 'PUT',
        headers,
        body: JSON.stringify({ name: label, status: 'active', policies }),
      });
      assert.equal(answer.status, 200, await answer.text());
    },
  };
}

it('a zone that its connection may not read goes to one that may, and is out of reach when none does', async () => {
  await using engine = await startEngine({ rateLimit: false });
  engine.sandbox.seedZone(ZONE, [{ type: 'A', name: 'www', content: '203.0.113.7' }]);
  const { zones, audit } = engine.tenant;
  const first = await connect(engine, 'first');
  const second = await connect(engine, 'second');
  const zone = () => zones.get(ZONE);
  await zones.syncAll({ connection: 'first' });
  await zones.syncAll({ connection: 'second' });
  assert.equal((await zone()).connectionId, first.id);

  await first.allow('Zone Read');
  await assert.rejects(zones.sync(ZONE), { code: 'permission-missing' });
  assert.deepEqual([(await zone()).connectionId, (await zone()).freshness.unreadable], [second.id, null]);
  await zones.sync(ZONE);

  await second.allow('Zone Read');
  const { sync } = await zones.syncAll({ connection: 'second' });
  assert.ok(sync.failures.every(({ error }) => isZonewardError(error) && error.kind === 'permission'));
  const lost = await zone();
  assert.equal(lost.freshness.unreadable?.reason, 'records-refused');
  assert.equal(zones.advice(lost).state, 'act');
  assert.equal((await zones.find({ name: `www.${ZONE}` })).coverage.unreadable > 0, true);

  await first.allow(...READING);
  await zones.syncAll({ connection: 'first' });
  assert.deepEqual([(await zone()).connectionId, (await zone()).freshness.unreadable], [first.id, null]);
  const told = (await audit.list({ zoneId: lost.facts.id }))
    .map(({ kind }) => kind)
    .filter((kind) => /readable|handed/.test(kind));
  assert.deepEqual(told.toReversed(), ['zone.handed-over', 'zone.unreadable', 'zone.readable']);
});

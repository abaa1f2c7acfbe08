/** Orders and deletions of certificates whose answer never comes, and processes that are killed over them: once is once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Planned } from '../src/app/re-exports.ts';
import { openZoneward } from '../src/index.ts';
import { withObjects } from '../src/plan/plan-objects.ts';
import type { Fault } from '../src/sandbox/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { leapingClock } from './kit/leaping-clock.ts';
import { startCli } from './kit/spawn-cli.ts';

const ZONE = 'shop.example';
const ORDER = 'POST /zones/{zone_id}/ssl/certificate_packs/order';
const DELETE = 'DELETE /zones/{zone_id}/ssl/certificate_packs/{pack}';
const PATIENCE_MS = 30_000;
const SLOW_MS = 5_000;

async function start(): Promise<Engine & { readonly tenant: Engine['tenant'] }> {
  const engine = await startEngine({
    rateLimit: false,
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const { sandbox, home } = engine;
  const zoneward = await openZoneward({
    home: `${home}/leaping`,
    clock: leapingClock(),
    environment: {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    },
  });
  const tenant = zoneward.tenant('local');
  await tenant.zones.get(ZONE);
  const dispose = engine[Symbol.asyncDispose];
  return {
    ...engine,
    tenant,
    [Symbol.asyncDispose]: async () => {
      await zoneward.close();
      await dispose();
    },
  };
}

async function advanced({ tenant }: Pick<Engine, 'tenant'>): Promise<readonly string[]> {
  const { packs } = await tenant.certificates.list(ZONE);
  return packs.filter(({ type }) => type === 'advanced').map(({ id }) => id);
}

function sentTo({ sandbox }: Engine, method: string, part: string): number {
  return sandbox.requests().filter((request) => request.method === method && request.url.includes(part))
    .length;
}

describe('an order without an answer', () => {
  for (const fault of [
    { kind: 'reset', phase: 'after', route: ORDER },
    { kind: 'error', status: 502, phase: 'after', route: ORDER },
    { kind: 'truncate', route: ORDER },
  ] as const) {
    it(`that landed (${fault.kind}) is found, and not sent again`, async () => {
      await using engine = await start();
      const { tenant, sandbox } = engine;
      sandbox.setFault(fault);
      const applied = await tenant.changes.apply(await tenant.certificates.planOrder(ZONE));
      assert.equal(applied?.status, 'applied');
      assert.deepEqual(await advanced(engine), [applied?.zones[0]?.outcomes[0]?.recordId]);
      assert.equal(sentTo(engine, 'POST', '/order'), 1);
    });
  }

  it('that did not land waits to be resumed; the worker does not order it, a person does, once', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    sandbox.setFault({ kind: 'reset', phase: 'before', route: ORDER });
    const applied = await tenant.changes.apply(await tenant.certificates.planOrder(ZONE));
    assert.deepEqual(
      [applied?.status, applied?.zones[0]?.stopped?.code],
      ['interrupted', 'batch-not-landed'],
    );
    await tenant.changes.recover();
    assert.deepEqual(await advanced(engine), []);
    const resumed = await tenant.changes.resume(applied?.changeSet.id ?? ('' as never));
    assert.equal(resumed.status, 'applied');
    assert.equal((await advanced(engine)).length, 1);
  });

  it('that shows up late is found by the resume, which refuses to order a second one', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    const planned = await tenant.certificates.planOrder(ZONE);
    sandbox.setFault({ kind: 'late-write', delayMs: 700, route: ORDER });
    const applied = await tenant.changes.apply(planned);
    assert.equal(applied?.status, 'interrupted');
    await sleep(1_000);
    assert.equal((await advanced(engine)).length, 1);
    const resumed = await tenant.changes.resume(applied?.changeSet.id ?? ('' as never));
    assert.equal(resumed.zones[0]?.outcomes[0]?.state, 'conflict');
    assert.equal((await advanced(engine)).length, 1);
    assert.equal(sentTo(engine, 'POST', '/order'), 1);
  });

  it('a deletion without an answer is looked up, and goes on by itself', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    await tenant.changes.apply(await tenant.certificates.planOrder(ZONE));
    const [id = ''] = await advanced(engine);
    sandbox.setFault({ kind: 'reset', phase: 'before', route: DELETE });
    const planned = await tenant.certificates.planDelete(ZONE, id);
    const applied = await tenant.changes.apply(planned, { allow: ['certificate-delete'] });
    assert.equal(applied?.status, 'applied');
    assert.deepEqual(await advanced(engine), []);
    assert.equal(sentTo(engine, 'DELETE', id), 2);
  });
});

describe('two equal orders in one plan', () => {
  /** A plan that orders the same certificate twice. */
  async function planTwo({ tenant }: Pick<Engine, 'tenant'>): Promise<Planned> {
    const planned = await tenant.certificates.planOrder(ZONE);
    const [zone = assert.fail()] = planned.zones;
    const [{ id: _, ...draft } = assert.fail()] = zone.plan.objects ?? [];
    const plan = withObjects(zone.plan, { drafts: [draft, draft], problems: [], reads: 0 });
    return { ...planned, zones: [{ ...zone, plan }] };
  }

  it('the second has no answer and did not land: the first is not taken for it', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    const planned = await planTwo(engine);
    sandbox.setFault({ kind: 'reset', phase: 'before', skip: 1, route: ORDER });
    const applied = await tenant.changes.apply(planned);
    assert.deepEqual(
      [applied?.status, applied?.zones[0]?.stopped?.code],
      ['interrupted', 'batch-not-landed'],
    );
    assert.equal((await advanced(engine)).length, 1);
    const resumed = await tenant.changes.resume(applied?.changeSet.id ?? ('' as never));
    assert.equal(resumed.status, 'applied');
    assert.deepEqual(
      new Set(resumed.zones[0]?.outcomes.map(({ recordId }) => recordId)),
      new Set(await advanced(engine)),
    );
    assert.equal((await advanced(engine)).length, 2);
  });

  it('the second has no answer and landed: each has its own', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    sandbox.setFault({ kind: 'reset', phase: 'after', skip: 1, route: ORDER });
    const applied = await tenant.changes.apply(await planTwo(engine));
    assert.equal(applied?.status, 'applied');
    const made = applied?.zones[0]?.outcomes.map(({ recordId }) => recordId) ?? [];
    assert.deepEqual([made.length, new Set(made)], [2, new Set(await advanced(engine))]);
    assert.equal(sentTo(engine, 'POST', '/order'), 2);
  });
});

describe('a process that is killed', () => {
  const moments: readonly { readonly name: string; readonly fault: Fault }[] = [
    {
      name: 'before the order arrives',
      fault: { kind: 'slow', phase: 'before', delayMs: SLOW_MS, route: ORDER },
    },
    {
      name: 'while the answer is on its way',
      fault: { kind: 'slow', phase: 'after', delayMs: SLOW_MS, route: ORDER },
    },
  ];
  for (const { name, fault } of moments) {
    it(`${name} leaves an order that is found, and never a second one`, async () => {
      await using engine = await start();
      const { sandbox, home, tenant } = engine;
      sandbox.setFault(fault);
      const env = {
        CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
        CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
        CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
        ZONEWARD_HOME: `${home}/cli`,
      };
      const { child, ended } = startCli(['tls', 'certificates', 'order', ZONE, '--yes'], { env });
      const end = Date.now() + PATIENCE_MS;
      while (sandbox.faults().length > 0) {
        assert.ok(Date.now() < end, 'the order was never sent');
        await sleep(5);
      }
      child.kill('SIGKILL');
      assert.equal((await ended).signal, 'SIGKILL');
      await sleep(SLOW_MS + 500);
      assert.equal((await advanced({ tenant })).length, 1, 'Cloudflare has taken it');
      // The dead process's lease runs out in leaps.
      await using again = await openZoneward({
        home: `${home}/cli`,
        clock: leapingClock(),
        environment: env,
      });
      const [left] = await again.tenant('local').changes.list();
      const resumed = await again.tenant('local').changes.resume(left?.id ?? ('' as never));
      assert.equal(resumed.status, 'applied');
      assert.equal((await advanced({ tenant })).length, 1);
      assert.equal(sentTo(engine, 'POST', '/order'), 1);
    });
  }
});

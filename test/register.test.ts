/**
 * Buying a name on the sandbox's registrar. Money is the judge: the sandbox's list of charges says what was bought,
 * whatever we believe.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isZonewardError } from '../src/base/errors.ts';
import type { TenantId } from '../src/base/ids.ts';
import { approvePurchase } from '../src/domains/registrar/approve-purchase.ts';
import { followPurchase } from '../src/domains/registrar/follow-purchase.ts';
import { hasEnded, type Purchase } from '../src/domains/registrar/model.ts';
import type { Fault } from '../src/sandbox/index.ts';
import { RegistrarRig, TENANT } from './kit/registrar-rig.ts';
import { Death, type DeathAt } from './kit/rig.ts';

const NAME = 'lemonade-stand.com';
const SANDBOX_POST = 'POST /accounts/{account_id}/registrar/registrations';
/** So many calls bring any purchase to its end. */
const CALLS_MAX = 12;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isZonewardError(error)) return error.code;
    throw error;
  }
  return 'none';
}

function posts(rig: RegistrarRig): number {
  return rig.sandbox.requests().filter(({ route }) => route === SANDBOX_POST).length;
}

/** Everybody answers for themselves. */
const owners = { ownerOf: async (principal: string) => principal };

describe('registering a name', () => {
  it('buys once, and keeps what it did in journal and audit trail', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('20');
    const purchase = await rig.life().register(NAME);
    assert.equal(purchase.state, 'registered');
    assert.deepEqual(rig.charged(), [`${NAME} 10.46`]);
    assert.equal(await codeOf(rig.life().register(NAME)), 'domain-owned');
    assert.deepEqual(rig.charged(), [`${NAME} 10.46`]);
    const events = await rig.store.audit.latest(TENANT, {}, 10);
    const kinds = events.map(({ kind }) => kind).reverse();
    assert.deepEqual(kinds, ['registration.sent', 'registration.running', 'registration.registered']);
    assert.ok(await rig.verifyAudit());
  });

  it('sends the price of all years, the least that the extension takes', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('500');
    assert.equal(
      await codeOf(rig.life().register('lemonade.ai', { confirmPrice: '80.00' })),
      'price-changed',
    );
    const purchase = await rig.life().register('lemonade.ai', { confirmPrice: '160' });
    assert.equal(purchase.order.years, 2);
    assert.deepEqual(rig.charged(), ['lemonade.ai 160.00']);
  });

  const refusals: readonly (readonly [
    name: string,
    code: string,
    more: Parameters<RegistrarRig['request']>[1],
    limit?: string,
  ])[] = [
    [NAME, 'price-unconfirmed', { confirmPrice: null }],
    [NAME, 'price-changed', { confirmPrice: '10.4600001' }],
    [NAME, 'price-changed', { confirmPrice: '10.45' }],
    [NAME, 'amount-invalid', { confirmPrice: '10,46' }],
    [NAME, 'amount-invalid', { confirmPrice: '1046e-2' }],
    [NAME, 'spend-limit-exceeded', {}, '10.45'],
    ['premium-lemons.com', 'domain-not-registrable', {}],
    ['taken-lemons.com', 'domain-not-registrable', {}],
    ['lemons.sh', 'domain-not-registrable', {}],
    ['lemons.museum', 'domain-not-registrable', {}],
  ];
  for (const [name, code, more, limit = '1000'] of refusals) {
    it(`refuses ${name} with ${code} (${JSON.stringify(more)}, limit ${limit}) and sends nothing`, async () => {
      await using rig = await RegistrarRig.open();
      await rig.limit(limit);
      assert.equal(await codeOf(rig.life().register(name, more)), code);
      assert.equal(posts(rig), 0);
    });
  }

  it('refuses everything while no spend limit is set', async () => {
    await using rig = await RegistrarRig.open();
    assert.equal(await codeOf(rig.life().register(NAME)), 'spend-limit-missing');
    assert.equal(posts(rig), 0);
  });

  it('counts what the month has cost, also what failed, and begins anew with the next', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('21.00');
    rig.sandbox.registrar.update({
      outcomes: [{ domain: 'first-lemon.com', state: 'failed', charged: true }],
    });
    assert.equal((await rig.life().register('first-lemon.com')).state, 'failed');
    assert.equal((await rig.life().register('second-lemon.com')).state, 'registered');
    assert.equal(await codeOf(rig.life().register('third-lemon.com')), 'spend-limit-exceeded');
    rig.clock.at = Date.UTC(2026, 10, 1);
    assert.equal((await rig.life().register('third-lemon.com')).state, 'registered');
  });

  it('lets two that are bought at once spend the limit once', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('15.00');
    const codes = await Promise.all(
      ['a-lemon.com', 'b-lemon.com'].map((name) => codeOf(rig.life().register(name))),
    );
    assert.deepEqual(codes.sort(), ['none', 'spend-limit-exceeded']);
    assert.equal(rig.charged().length, 1);
  });

  it('lets one of two that buy the same name at once through, across tenants', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('100');
    const other = 'other' as TenantId;
    await rig.store.purchases.setSpendLimit(other, { monthly: { amount: '100', currency: 'USD' } }, []);
    await Promise.all([
      codeOf(rig.life().register(NAME)),
      codeOf(rig.life().register(NAME, { tenantId: other })),
    ]);
    assert.deepEqual(rig.charged(), [`${NAME} 10.46`]);
    assert.equal(posts(rig), 1);
  });

  it('waits for someone else to approve, and for that price only', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('100');
    const more = { approvalRequired: true };
    const planned = await rig.life().register(NAME, more);
    assert.equal(planned.state, 'planned');
    assert.equal(await codeOf(rig.life().register(NAME, more)), 'approval-missing');
    const approve = (principal: string) =>
      approvePurchase({ ...rig.life().ports(), owners }, planned, { principal, approvalMs: 3_600_000 });
    assert.equal(await codeOf(approve('test')), 'approver-is-author');
    const approved = await approve('boss');
    assert.equal(approved.state, 'approved');
    assert.equal(posts(rig), 0);
    const order = { ...rig.request(NAME).order, years: 2 };
    assert.equal(
      await codeOf(rig.life().register(NAME, { ...more, order, confirmPrice: '20.92' })),
      'purchase-differs',
    );
    rig.clock.at += 3_600_001;
    assert.equal(await codeOf(rig.life().register(NAME, more)), 'approval-expired');
    await approvePurchase({ ...rig.life().ports(), owners }, approved, {
      principal: 'boss',
      approvalMs: 3_600_000,
    });
    assert.equal((await rig.life().register(NAME, more)).state, 'registered');
    assert.deepEqual(rig.charged(), [`${NAME} 10.46`]);
  });

  it('shows what a person must do, and goes on when they did', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('100');
    rig.sandbox.registrar.update({ outcomes: [{ domain: NAME, state: 'action_required' }] });
    const waiting = await rig.life().register(NAME);
    assert.equal(waiting.state, 'action-required');
    assert.match(waiting.next.join(' '), /registrant@example\.com/);
    assert.ok(waiting.dueAt !== null && waiting.dueAt > rig.clock.now());
    rig.sandbox.registrar.resolve(NAME, { state: 'succeeded' });
    assert.equal((await rig.life().register(NAME)).state, 'registered');
    assert.deepEqual(rig.charged(), [`${NAME} 10.46`]);
    assert.equal(posts(rig), 1);
  });

  it('says that a failed one may have been charged, and tries nothing by itself', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('100');
    rig.sandbox.registrar.update({ outcomes: [{ domain: NAME, state: 'failed', charged: true }] });
    const failed = await rig
      .life()
      .register(NAME, { order: { ...rig.request(NAME).order, contacts: CONTACTS } });
    assert.equal(failed.state, 'failed');
    assert.match(failed.next.join(' '), /may have been charged/);
    assert.equal(failed.order.contacts, null, 'personal data goes when the purchase has ended');
    assert.equal((await rig.store.purchases.due(rig.clock.now() + 1e12, 10)).length, 0);
    assert.equal(posts(rig), 1);
  });

  it('does not take the workflow of an earlier try for its own', async () => {
    await using rig = await RegistrarRig.open();
    await rig.limit('100');
    rig.sandbox.registrar.update({ outcomes: [{ domain: NAME, state: 'failed' }] });
    assert.equal((await rig.life().register(NAME)).state, 'failed');
    rig.sandbox.setFault({ kind: 'reset', phase: 'before', route: SANDBOX_POST });
    assert.equal((await rig.life().register(NAME, { waitMs: 0 })).state, 'sent');
    assert.equal((await untilEnded(rig)).state, 'not-bought');
    assert.deepEqual(rig.charged(), []);
  });

  const setups: readonly (readonly [what: object, hint: RegExp])[] = [
    [{ defaultContact: false }, /--contacts FILE/],
    [{ paymentMethod: false }, /payment method/],
    [{ temporarilyBlocked: true }, /15 to 30 minutes/],
    [{ domainsMax: 0 }, /number of domains/],
  ];
  for (const [account, hint] of setups) {
    it(`tells what is missing in an account with ${JSON.stringify(account)}`, async () => {
      await using rig = await RegistrarRig.open();
      await rig.limit('100');
      rig.sandbox.registrar.update({ account });
      await assert.rejects(rig.life().register(NAME), (error) => {
        assert.ok(isZonewardError(error));
        assert.match(error.next.join(' '), hint);
        // It comes like a missing right, and no right would help.
        if ('temporarilyBlocked' in account) {
          assert.equal(error.code, 'registration-blocked');
          assert.doesNotMatch([error.message, ...error.next].join(' '), /permission|credential|token|lacks/i);
        }
        return true;
      });
      assert.equal((await rig.store.purchases.list(TENANT, {}, 5))[0]?.state, 'refused');
      assert.deepEqual(rig.charged(), []);
    });
  }
});

const CONTACTS = {
  registrant: {
    email: 'owner@example.com',
    phone: '+49.301234567',
    postal_info: {
      name: 'A. Owner',
      address: { street: 'Way 1', city: 'Berlin', state: 'BE', postal_code: '10115', country_code: 'DE' },
    },
  },
};

describe('stopped anywhere while buying', () => {
  const faults: readonly (Fault | null)[] = [
    null,
    { kind: 'reset', phase: 'after', route: SANDBOX_POST },
    { kind: 'reset', phase: 'before', route: SANDBOX_POST },
    { kind: 'error', status: 502, phase: 'after', route: SANDBOX_POST },
    { kind: 'error', status: 502, phase: 'before', route: SANDBOX_POST },
    { kind: 'truncate', route: SANDBOX_POST },
  ];
  for (const fault of faults) {
    it(`buys at most once, with ${JSON.stringify(fault)}`, async () => {
      let died = true;
      let lives = 0;
      for (let effect = 1; died; effect += 1) {
        for (const side of ['before', 'after'] as const) {
          died = await dieAndRecover(fault, { effect, side });
          lives += 1;
        }
      }
      assert.ok(lives > 15, `${lives} lives`);
    });
  }
});

/** @returns whether the first life died; it does not when it has fewer effects. */
async function dieAndRecover(fault: Fault | null, death: DeathAt): Promise<boolean> {
  await using rig = await RegistrarRig.open();
  await rig.limit('15.00');
  if (fault !== null) rig.sandbox.setFault(fault);
  const died = await rig
    .life(death)
    .register(NAME)
    .then(
      () => false,
      (error: unknown) => error instanceof Death || Promise.reject(error),
    );
  const purchase = await untilEnded(rig);
  const bought = rig.charged().length;
  const where = `dying ${death.side} effect ${death.effect}`;
  assert.equal(
    bought,
    purchase.state === 'registered' ? 1 : 0,
    `${purchase.state}, ${bought} charges, ${where}`,
  );
  assert.ok(posts(rig) <= 1, `sent once, ${where}`);
  assert.ok(await rig.verifyAudit());
  return died;
}

/** What a worker does: looks after what is stored; where nothing was sent, a person buys again. */
async function untilEnded(rig: RegistrarRig): Promise<Purchase> {
  for (let call = 0; call < CALLS_MAX; call += 1) {
    const [latest] = await rig.store.purchases.list(TENANT, {}, 1);
    if (latest === undefined) {
      const bought = await rig.life().register(NAME);
      if (hasEnded(bought)) return bought;
      continue;
    }
    const options = { principal: 'zoneward', call: { lane: 'sync' as const }, waitMs: 0 };
    const looked = await followPurchase(rig.life().ports(), latest, options);
    if (hasEnded(looked)) return looked;
    await rig.clock.sleep(70_000);
  }
  return assert.fail('the purchase never ended');
}

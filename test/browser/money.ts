/** Purchases that wait for somebody else, or are called off; names brought in from another registrar. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Rig } from './rig.ts';

const WAITING = 'northwind-four-eyes.com';
const CALLED_OFF = 'northwind-called-off.com';
const MOVING = 'moving-name.com';
const CODE = 'the code of its registrar';

export function moneyFlows(given: () => Rig): void {
  it('lets somebody else approve a purchase, and calls one off', async () => {
    const rig = given();
    const tenant = rig.zoneward.tenant('local');
    const connection = await tenant.connections.get('Example account');
    await tenant.registrar.setSpendLimit({ monthly: { currency: 'USD', amount: '100.00' } });
    await tenant.policies.set({}, { approval: 'always' });
    const ordered = async (name: string): Promise<string> => {
      const via = { connection: connection.id, confirmPrice: '10.46', waitMs: 0 };
      await tenant.registrar.register(name, via).catch(({ code }: { readonly code?: string }) => {
        assert.equal(code, 'approval-missing');
      });
      const found = (await tenant.registrar.purchases()).find(({ domain }) => domain === name);
      return found?.id ?? '';
    };
    const page = await rig.open(`/domains/purchases/${await ordered(WAITING)}`);
    await page.getByText('waits for somebody else than its author').waitFor();
    await rig.shot(page, 'purchase-waits');
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('approved', { exact: true }).waitFor();
    await page
      .getByText(/^by .*\(you\)/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Go on and buy…' }).waitFor();
    await page.goto(`${rig.server.url}/domains/purchases/${await ordered(CALLED_OFF)}`);
    await page.getByRole('button', { name: 'Call it off' }).click();
    await page.getByText('cancelled', { exact: true }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Approve', exact: true }).isVisible(), false);
    const paid = rig.sandbox.registrar.charges().map(({ domain }) => domain);
    assert.ok(!paid.includes(WAITING) && !paid.includes(CALLED_OFF), 'neither was bought');
    await tenant.policies.set({}, null);
    await page.close();
  });

  it('says what stands in the way of a transfer, and begins one for the amount that was typed', async () => {
    const rig = given();
    const limit = { monthly: { currency: 'USD', amount: '100.00' } };
    await rig.zoneward.tenant('local').registrar.setSpendLimit(limit);
    rig.sandbox.seedZone(MOVING);
    rig.sandbox.registrar.update({
      foreign: { [MOVING]: { authCode: CODE }, 'locked-name.com': { locked: true } },
    });
    const page = await rig.open('/domains/transfer');
    await page.getByText('What a transfer needs').waitFor();
    await page.getByLabel('Names at other registrars').fill(`${MOVING}\nlocked-name.com`);
    await page.getByRole('button', { name: 'Check 2 names' }).click();
    const list = page.getByRole('list', { name: 'Transfers' });
    await list.getByText(/is locked at its registrar/).waitFor();
    assert.match(page.url(), /names=/);
    await rig.shot(page, 'transfer');
    await list.getByRole('button', { name: `Transfer it in… (${MOVING})` }).click();
    const begin = page.getByRole('button', { name: 'Begin the transfer for 10.46 USD' });
    await page.getByLabel('Code of its registrar', { exact: true }).fill(CODE);
    await page.getByLabel(/^To begin it, type the amount/).fill('10.4');
    assert.equal(await begin.isDisabled(), true);
    await page.getByLabel(/^To begin it, type the amount/).fill('10.46');
    await rig.shot(page, 'transfer-order');
    await begin.click();
    await page.getByRole('heading', { name: new RegExp(MOVING) }).waitFor();
    assert.ok(!page.url().includes(CODE.slice(0, 8)), 'the code stands in no address');
    const [moved] = await rig.zoneward.tenant('local').registrar.purchases();
    assert.deepEqual([moved?.domain, moved?.kind], [MOVING, 'transfer']);
    await page.close();
  });
}

/** What came from outside and what was before: drift taken back, a zone gone back, the audit trail verified. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Rig } from './rig.ts';

const SHOP = 'shop.example';

export function outsideFlows(given: () => Rig): void {
  it('shows what somebody changed at Cloudflare, and takes it back through a plan', async () => {
    const rig = given();
    await driftOf(rig, 'foreign-revert', '192.0.2.66');
    const page = await rig.open('/drift');
    const card = page.getByRole('region', { name: SHOP });
    await card.getByRole('row', { name: /foreign-revert A .*192\.0\.2\.66/ }).waitFor();
    await rig.shot(page, 'drift-inbox');
    await card.getByRole('button', { name: /^Revert…/ }).click();
    await page.getByRole('row', { name: /foreign-revert/ }).waitFor();
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    assert.deepEqual(namesOf(rig, 'foreign-revert'), []);
    await page.goto(`${rig.server.url}/drift`);
    await page.getByRole('heading', { name: 'No drift' }).waitFor();
    await page.close();
  });

  it('accepts what somebody changed at Cloudflare, and leaves it there', async () => {
    const rig = given();
    await driftOf(rig, 'foreign-adopt', '192.0.2.67');
    const page = await rig.open('/drift');
    await page
      .getByRole('region', { name: SHOP })
      .getByRole('button', { name: /^Adopt/ })
      .click();
    await page.getByRole('heading', { name: 'No drift' }).waitFor();
    assert.equal(namesOf(rig, 'foreign-adopt').length, 1);
    await page.close();
  });

  it('goes back to an earlier moment of a zone, through a plan', async () => {
    const rig = given();
    await driftOf(rig, 'foreign-history', '192.0.2.68');
    const page = await rig.open(`/zones/${SHOP}/history`);
    const revisions = page.getByRole('list').getByRole('button', { name: /^Revision/ });
    await revisions.first().waitFor();
    // The newest holds the record; the one before it does not.
    await page.getByRole('row', { name: /foreign-history/ }).waitFor();
    await rig.shot(page, 'history-diff');
    await page.getByRole('button', { name: /^Go back to #/ }).click();
    await page.getByRole('row', { name: /foreign-history/ }).waitFor();
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    assert.deepEqual(namesOf(rig, 'foreign-history'), []);
    await page.close();
  });

  it('mends what is bad of TLS through the plan of its fix', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}/tls`);
    await page.getByRole('button', { name: 'Set to 1.2… (min_version=1.2)' }).click();
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    const [version] = await rig.zoneward.tenant('local').tls.settings(SHOP, ['min_version']);
    assert.equal(version?.state?.value, '1.2');
    await page.close();
  });

  it('gives settings as what they may be, and plans them together', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}/settings`);
    const security = page.getByLabel('Security level');
    await security.waitFor();
    assert.deepEqual((await security.locator('option').allInnerTexts()).slice(2, 5), [
      'low',
      'medium',
      'high',
    ]);
    await security.selectOption('high');
    const age = page.getByLabel('HSTS, max age');
    await age.fill('-1');
    const review = page.getByRole('button', { name: 'Review the plan' });
    await age.fill('99999999999999');
    await page.getByText('A whole number from 0 to 2147483647.').waitFor();
    assert.equal(await review.isDisabled(), true);
    await rig.shot(page, 'settings-wrong-number');
    await age.fill('15552000');
    await page.getByText('2 changes').waitFor();
    await review.click();
    await page.getByRole('button', { name: 'Apply 2 changes' }).waitFor();
    await page.close();
  });

  it('verifies the audit trail, filters it by address, and opens an event', async () => {
    const rig = given();
    const page = await rig.open('/audit');
    const events = page.getByRole('grid', { name: 'Events' });
    await events.waitFor();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText(/\d+ events, whole and in order/).waitFor();
    await events.getByRole('row').nth(1).click();
    await page.getByRole('region', { name: 'Facts of the event' }).waitFor();
    const address = page.url();
    assert.match(address, /event=/);
    // The address shows the same to somebody else.
    await page.goto(address);
    await page.getByRole('region', { name: 'Facts of the event' }).waitFor();
    await page.close();
  });
}

/** A record that somebody made at Cloudflare, and that the mirror has seen. */
async function driftOf(rig: Rig, name: string, content: string): Promise<void> {
  const { zones } = rig.zoneward.tenant('local');
  await zones.sync(SHOP);
  rig.sandbox.foreignEdit(SHOP, { posts: [{ type: 'A', name, content, ttl: 300 }] });
  await zones.sync(SHOP);
}

function namesOf(rig: Rig, name: string): readonly string[] {
  return rig.sandbox
    .records(SHOP)
    .map((record) => record.name)
    .filter((one) => one === `${name}.${SHOP}`);
}

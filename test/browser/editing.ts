/** Editing in the browser: the first run to the first undo, a bad token, many records, two tabs, the keyboard alone. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Rig } from './rig.ts';

const SHOP = 'shop.example';

function contentOf(rig: Rig, zone: string, name: string): readonly string[] {
  return rig.sandbox
    .records(zone)
    .filter((record) => record.name === name)
    .map((record) => String(record.content));
}

export function editingFlows(given: () => Rig): void {
  it('leads from the first run to the first undo', async () => {
    const rig = given();
    const page = await rig.open();
    // Nothing is there yet, and it says what to do.
    await page.getByText('No connection to Cloudflare yet').waitFor();
    await rig.shot(page, 'first-run');
    await page.getByRole('link', { name: 'Connect an account' }).click();
    await page.getByRole('link', { name: /Open Cloudflare/ }).waitFor();

    // A token that Cloudflare does not know: the failed step is shown, and nothing is kept.
    await page.locator('input[type=password]').fill('nonsense-nonsense-nonsense-nonsense-1234');
    await page.getByRole('button', { name: 'Test and save' }).click();
    await page.getByRole('alert').getByText('Cloudflare rejected the credential').waitFor();
    await page.getByText('Find the account').waitFor();
    await rig.shot(page, 'bad-token');
    assert.equal((await rig.zoneward.tenant('local').connections.list()).length, 0);

    await page.locator('input[type=password]').fill(rig.sandbox.tokens.full);
    await page.getByLabel('Label').fill('Example account');
    await page.getByRole('button', { name: 'Test and save' }).click();
    await page.getByText('Example account is connected').waitFor();
    await rig.shot(page, 'connected');
    await page.getByRole('button', { name: 'Read its zones' }).click();
    // Rows that come in move those below them: a person, too, waits until they stand still.
    const zones = rig.sandbox.zones().length;
    await page.getByText(`${zones} zones`, { exact: true }).waitFor();
    await page.getByRole('row', { name: /shop\.example/ }).click();
    await page.getByRole('grid', { name: `Records of ${SHOP}` }).waitFor();

    // One record is changed in place; what is wrong is said while one types.
    await page.getByRole('row', { name: /checkout\.shop\.example/ }).click();
    const editor = page.getByRole('form', { name: /^Edit/ });
    await editor.getByLabel(/^Content/).fill('192.0.2.999');
    await editor.locator('.is-error').first().waitFor();
    await rig.shot(page, 'record-problem');
    await editor.getByLabel(/^Content/).fill('192.0.2.99');
    await editor.getByRole('button', { name: 'Stage change' }).click();
    // And one is added.
    await page.getByRole('button', { name: 'New record' }).click();
    const added = page.getByRole('form', { name: 'New record' });
    await added.getByLabel('Name').fill('hello');
    await added.getByLabel(/^Content/).fill('192.0.2.7');
    await added.getByRole('button', { name: 'Stage new record' }).click();
    await page.getByText('2 changes').waitFor();
    await rig.shot(page, 'records-staged');
    // A reload loses nothing.
    await page.reload();
    await page.getByText('2 changes').waitFor();

    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Apply 2 changes' }).waitFor();
    await rig.shot(page, 'plan');
    await page.getByRole('button', { name: 'Apply 2 changes' }).click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    await rig.shot(page, 'applied');
    assert.deepEqual(contentOf(rig, SHOP, 'checkout.shop.example'), ['192.0.2.99']);
    assert.deepEqual(contentOf(rig, SHOP, 'hello.shop.example'), ['192.0.2.7']);

    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Apply 2 changes' }).click();
    await page.getByText('Taken back. Every record is as it was before.').waitFor();
    assert.deepEqual(contentOf(rig, SHOP, 'checkout.shop.example'), ['192.0.2.11']);
    assert.deepEqual(contentOf(rig, SHOP, 'hello.shop.example'), []);
    await page.close();
  });
}

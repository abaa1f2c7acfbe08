/** Keys and webhooks from making to ending; templates into a zone and out of it; the TLS of all zones. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { startReceiver, verifiedBy } from '../kit/receiver.ts';
import { FOCUSED } from './in-page.ts';
import type { Rig } from './rig.ts';

export function accountFlows(given: () => Rig): void {
  it('makes a narrow API key, shows it once, revokes it; without admin it says so in a sentence', async () => {
    const rig = given();
    const page = await rig.open('/api-keys');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Label').fill('Shop, reading');
    await page.getByLabel('It stands').selectOption({ label: 'a week' });
    await page.getByRole('combobox', { name: 'Zones' }).fill('shop');
    await page.getByRole('option', { name: 'shop.example' }).click();
    await page.getByLabel('Names in a zone').fill('@, *.dyn');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('button', { name: 'Copy key' }).waitFor();
    await rig.shot(page, 'key-made');
    const secret = await page.locator('.zw-note code').innerText();
    assert.match(secret, /^zwk_/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.reload();
    const row = page
      .getByRole('list', { name: 'API keys' })
      .getByRole('listitem')
      .filter({ hasText: 'Shop, reading' });
    await row.getByText('stands').waitFor();
    await row.getByRole('link', { name: 'shop.example' }).waitFor();
    await row.getByText('@ *.dyn').waitFor();
    assert.ok(!(await page.content()).includes(secret), 'the secret was shown once');

    const narrow = await rig.signedIn(await rig.context(), '/api-keys', secret);
    await narrow.getByRole('heading', { name: /does not manage API keys/ }).waitFor();
    assert.equal(await narrow.getByRole('alert').count(), 0);
    await rig.shot(narrow, 'keys-without-admin');

    const revoke = row.getByRole('button', { name: 'Revoke Shop, reading…' });
    await revoke.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.match(await page.evaluate<string>(FOCUSED), /Revoke Shop, reading/);
    await revoke.click();
    await dialog.getByRole('button', { name: 'Revoke it' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByLabel('Those that stand').selectOption({ label: 'Revoked and expired' });
    await row.getByText('revoked').waitFor();
    assert.match(page.url(), /state=ended/);
    await narrow.reload();
    await narrow.getByLabel('API key').waitFor();
    await narrow.context().close();
    await page.close();
  });

  it('adds a webhook, proves its secret by a test, sends a message again, rotates and removes', async () => {
    const rig = given();
    await using receiver = await startReceiver();
    const page = await rig.open('/webhooks?do=add');
    await page.getByLabel('Address').fill('ftp://nowhere');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByText('Chosen ones').click();
    assert.equal(await page.getByRole('button', { name: 'Add it' }).isDisabled(), true);
    await page.getByRole('checkbox', { name: 'All of zone' }).check();
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('button', { name: 'Copy secret' }).waitFor();
    await rig.shot(page, 'webhook-made');
    const secret = await page.locator('.zw-note code').innerText();
    assert.match(secret, /^whsec_/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    assert.ok(!(await page.content()).includes(secret), 'the secret was shown once');

    receiver.answers.push(500);
    await page.getByRole('button', { name: 'Send a test' }).click();
    const log = page.getByRole('grid', { name: 'Deliveries' });
    await log.getByRole('row', { name: /failed$/ }).waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await log.getByRole('row', { name: /delivered$/ }).waitFor();
    assert.deepEqual(
      receiver.received.map((one) => verifiedBy(one, secret)),
      [[0], [0]],
    );
    await log.getByRole('row', { name: /failed$/ }).click();
    await log.getByRole('button', { name: 'Send it again' }).waitFor();
    await rig.shot(page, 'webhook-delivery');
    await log.getByRole('button', { name: 'Send it again' }).click();
    await log.getByRole('row', { name: /pending$/ }).waitFor();

    await page.getByRole('button', { name: 'New secret…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByRole('button', { name: 'Copy secret' }).waitFor();
    assert.notEqual(await page.locator('.zw-note code').innerText(), secret);
    await page.getByText(/the secret before signs, too, until/).waitFor();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('It was turned off by hand.').waitFor();
    await page.getByRole('button', { name: 'Remove…' }).click();
    await dialog.getByRole('button', { name: 'Remove it' }).click();
    await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
    assert.deepEqual(
      (await rig.zoneward.tenant('local').webhooks.list()).filter(({ url }) => url === receiver.url),
      [],
    );
    await page.close();
  });

  it('applies a template through a plan, shows it in the zone, and takes it out as a whole', async () => {
    const rig = given();
    const page = await rig.open('/templates');
    const grid = page.getByRole('grid', { name: 'Templates' });
    await page.getByRole('searchbox', { name: 'Search templates' }).fill('workspace');
    await grid.getByRole('row', { name: /Google Workspace/ }).click();
    await page
      .getByRole('textbox', { name: 'Zone' })
      .or(page.getByRole('combobox', { name: 'Zone' }))
      .fill('shop');
    await page.getByRole('option', { name: 'shop.example' }).click();
    await page.getByRole('textbox', { name: 'verification' }).fill('code-of-the-console');
    await page.getByRole('textbox', { name: 'dkim' }).fill('MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB');
    await page.getByRole('checkbox', { name: 'mail' }).uncheck();
    await page.getByRole('button', { name: 'Look at the plan' }).click();
    await page.getByRole('grid', { name: 'Planned changes' }).waitFor();
    assert.match(page.url(), /template-plan\?template=google\.com/);
    await rig.shot(page, 'template-planned');
    await applyTwo(page);
    await page.goto(`${rig.server.url}/zones/shop.example/templates`);
    const row = page.getByRole('list', { name: 'Templates of the zone' });
    await row.getByText('whole').waitFor();
    await rig.shot(page, 'zone-templates-applied');
    await row.getByRole('link', { name: /^Remove / }).click();
    await page.getByRole('grid', { name: 'Planned changes' }).waitFor();
    for (const word of await page.getByRole('checkbox', { name: /^I have looked at it/ }).all())
      await word.check();
    await applyTwo(page);
    await page.goto(`${rig.server.url}/zones/shop.example/templates`);
    await page.getByRole('heading', { name: 'No template is applied here' }).waitFor();
    await page.close();
  });

  it('lists the TLS of every zone as it was seen, filtered by the address, and leads to each', async () => {
    const rig = given();
    const { tls, zones } = rig.zoneward.tenant('local');
    const shop = (await zones.list()).find(({ facts }) => facts.name === 'shop.example');
    await tls.show(shop?.facts.id ?? '', {});
    await tls.calendar([shop?.facts.id ?? ''], {});
    const page = await rig.open('/tls?verdict=unseen');
    const grid = page.getByRole('grid', { name: 'SSL/TLS of zones' });
    await grid
      .getByRole('row', { name: /never looked at$/ })
      .first()
      .waitFor();
    const before = rig.sandbox.requests().length;
    await page.goto(`${rig.server.url}/tls?search=shop`);
    const row = grid.getByRole('row', { name: /^shop\.example, \d+ (bad|could be better)/ });
    await row.waitFor();
    await page.getByRole('link', { name: 'Ends of certificates' }).click();
    await page
      .getByRole('grid', { name: 'Certificates' })
      .getByRole('row', { name: /shop\.example$/ })
      .first()
      .waitFor();
    assert.equal(rig.sandbox.requests().length, before, 'Cloudflare is asked nothing');
    await page.getByRole('link', { name: 'Zones', exact: true }).last().click();
    await row.click();
    await page.getByRole('region', { name: 'SSL/TLS' }).waitFor();
    await page.close();
  });
}

/** Until it is applied, and can be taken back. */
async function applyTwo(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Apply 2 changes/ }).click();
  await page
    .getByRole('button', { name: /^Undo/ })
    .or(page.getByRole('link', { name: /^Undo/ }))
    .first()
    .waitFor();
}

/** Names bought and domains brought up; a customer's own credential, given on a phone. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { FOCUSED } from './in-page.ts';
import { PHONE, type Rig } from './rig.ts';

const NAME = 'northwind-garden.com';

export function domainFlows(given: () => Rig): void {
  it('buys a name for the amount that was typed, under the spend limit', async () => {
    const rig = given();
    const page = await rig.open('/domains/search');
    await page.getByRole('searchbox', { name: 'A name, or words for one' }).fill(NAME);
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByRole('link', { name: `Register ${NAME}…` }).click();
    const amount = page.getByRole('textbox', { name: /^To buy it, type the amount/ });
    const buy = page.getByRole('button', { name: 'Buy for 10.46 USD' });
    await amount.fill('10.4');
    assert.equal(await buy.isDisabled(), true);
    await amount.fill('10.46');
    await buy.click();
    // Without a limit nothing is bought, and it is said so.
    await page.getByRole('alert').waitFor();
    assert.deepEqual(rig.sandbox.registrar.charges(), []);
    await page.getByRole('button', { name: 'Set a limit…' }).click();
    await page.getByRole('textbox', { name: /^Monthly limit/ }).fill('20');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByText(/Spend limit: 20/).waitFor();
    await rig.shot(page, 'register');
    await buy.click();
    await page.getByRole('heading', { name: new RegExp(NAME) }).waitFor();
    await rig.shot(page, 'purchase');
    await untilRegistered(rig, page);
    assert.deepEqual(
      rig.sandbox.registrar.charges().map(({ domain, amount: paid }) => [domain, paid]),
      [[NAME, '10.46']],
    );
    await page.getByRole('link', { name: 'Registrations' }).click();
    await page.getByRole('button', { name: 'Read now' }).click();
    const autoRenew = page.getByRole('switch', { name: `Auto-renew of ${NAME}` });
    await autoRenew.waitFor();
    assert.equal(await autoRenew.isChecked(), false);
    await page.close();
  });

  it('brings a domain up with the keyboard alone, and takes it down when its name was typed', async () => {
    const rig = given();
    const page = await rig.open('/provisioning/new');
    const { keyboard } = page;
    await page.getByRole('form', { name: 'What it shall hold' }).waitFor();
    await page.getByRole('textbox', { name: 'Domain' }).focus();
    await keyboard.type('northwind-tools.com');
    await tabTo(page, /Records/);
    await keyboard.type('www 300 IN A 192.0.2.10');
    await tabTo(page, /^button Bring it up/);
    await keyboard.press('Enter');
    await page.getByText('Make the zone').waitFor();
    await page.getByText('needs you').first().waitFor();
    await rig.shot(page, 'provisioning');
    await tabTo(page, /^button Take it down…/);
    await keyboard.press('Enter');
    const remove = page.getByRole('button', { name: 'Take it down', exact: true });
    assert.equal(await remove.isDisabled(), true);
    // The field has the focus.
    await keyboard.type('northwind-tools.com');
    await keyboard.press('Enter');
    await page.getByText('removed', { exact: true }).first().waitFor();
    await page.close();
  });

  it('lets a customer give a credential on a phone, and the link works once', async () => {
    const rig = given();
    const { connectSessions } = rig.zoneward.tenant('local');
    const { secret } = await connectSessions.create({
      profile: 'minimum',
      label: 'A customer',
      brand: { name: 'Harbour Sites', colour: '#7a2ea0' },
      returnUrl: 'https://harbour.example/connected',
    });
    const link = `${rig.server.url}/connect#${secret.reveal()}`;
    const context = await rig.context({ viewport: PHONE, hasTouch: true });
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole('heading', { name: 'Connect Cloudflare to Harbour Sites' }).waitFor();
    assert.equal(page.url(), `${rig.server.url}/connect`, 'the secret leaves the address');
    const form = await page.getByRole('link', { name: /Open Cloudflare/ }).getAttribute('href');
    assert.match(form ?? '', /^https:\/\/dash\.cloudflare\.com\//);
    // A phone throws the page away meanwhile.
    await page.reload();
    const field = page.getByLabel(/^Token/);
    const send = page.getByRole('button', { name: /^Test (and connect|again)$/ });
    await field.fill('cfut_cut-off');
    await send.click();
    await page
      .getByRole('alert')
      .getByText(/The token is cut off/)
      .waitFor();
    await rig.shot(page, 'connect-refused');
    await field.fill(rig.sandbox.tokens.readOnly);
    await send.click();
    await page.getByRole('heading', { name: 'Connected' }).waitFor();
    await rig.shot(page, 'connect-done');
    const back = await page.getByRole('link', { name: 'Back to Harbour Sites' }).getAttribute('href');
    assert.match(back ?? '', /^https:\/\/harbour\.example\/connected\?connect_session=/);
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { name: 'This link opens nothing any more' }).waitFor();
    await rig.shot(page, 'connect-used');
    await context.close();
    const labels = (await rig.zoneward.tenant('local').connections.list()).map(({ label }) => label);
    assert.equal(labels.includes('A customer'), true);
  });
}

/** Looks once Cloudflare has made it; the server of the rig has no worker that would. */
async function untilRegistered(rig: Rig, page: Page): Promise<void> {
  rig.sandbox.setClock({ advanceMs: 6_000 });
  const done = page.getByText('registered', { exact: true });
  const look = page.getByRole('button', { name: 'Look at Cloudflare now' });
  await done.or(look).first().waitFor();
  if (await look.isVisible()) await look.click();
  await done.waitFor();
}

const TABS_MAX = 40;

async function tabTo(page: Page, what: RegExp): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab');
    if (what.test(await page.evaluate<string>(FOCUSED)) || what.test(await page.evaluate<string>(LABEL)))
      return;
  }
  assert.fail(`nothing like ${what} within ${TABS_MAX} tabs`);
}

const LABEL = `document.activeElement?.labels?.[0]?.textContent ?? ''`;

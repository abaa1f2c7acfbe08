/** Links for customers, credentials tried before one's eyes, and what to do next as pages. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FOCUSED } from './in-page.ts';
import type { Rig } from './rig.ts';

export function customerFlows(given: () => Rig): void {
  it('makes a link for a customer, shows it once, lists and revokes it', async () => {
    const rig = given();
    const page = await rig.open('/connections');
    await page.getByRole('link', { name: 'Links for customers' }).click();
    await page.getByRole('button', { name: 'Make a link' }).first().click();
    await page.getByLabel('Name of the connection').fill('Harbour, production');
    await page.getByLabel('Your name').fill('Harbour Sites');
    await page.getByRole('textbox', { name: 'Colour' }).fill('#7a2ea0');
    await page.getByLabel('The link lasts').selectOption({ label: '3 days' });
    await page.getByLabel('Then back to').fill('no address');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page
      .getByRole('alert')
      .getByText(/The return URL must be an https URL/)
      .first()
      .waitFor();
    await page.getByLabel('Then back to').fill('https://harbour.example/connected');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('button', { name: 'Copy link' }).waitFor();
    await rig.shot(page, 'link-made');
    const link = await page.locator('.zw-note code').innerText();
    assert.match(link, /\/connect#zwc_/);
    // It opens the customer's page, in the colours that were chosen.
    const visitor = await rig.context();
    const visit = await visitor.newPage();
    await visit.goto(link);
    await visit.getByRole('heading', { name: 'Connect Cloudflare to Harbour Sites' }).waitFor();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.reload();
    const row = page
      .getByRole('list', { name: 'Links' })
      .getByRole('listitem')
      .filter({ hasText: 'Harbour, production' });
    await row.getByText('open', { exact: true }).waitFor();
    assert.ok(!(await page.content()).includes('zwc_'), 'the secret was shown once');
    await row.getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('revoked').waitFor();
    await visit.goto('about:blank');
    await visit.goto(link);
    await visit.getByRole('heading', { name: 'This link opens nothing any more' }).waitFor();
    await visitor.close();
    await page.close();
  });

  it('shows each step of a test as it ends, and tests once what it saves', async () => {
    const rig = given();
    const page = await rig.open('/connections');
    await page.getByRole('link', { name: 'Example account' }).first().click();
    await page.getByRole('button', { name: 'Test' }).waitFor();
    const list = { kind: 'slow', delayMs: 3_000, times: 1 } as const;
    rig.sandbox.setFault({ ...list, route: 'GET /zones' });
    await page.getByRole('button', { name: 'Test' }).click();
    const steps = page.getByRole('status', { name: 'Test under way' });
    await steps.getByRole('listitem').filter({ hasText: 'Ask Cloudflare whether it is alive: ok' }).waitFor();
    // The next one has not ended yet.
    await steps.locator('.is-waiting').filter({ hasText: 'List zones' }).waitFor();
    await rig.shot(page, 'test-under-way');
    await page.getByText(/calls to Cloudflare, /).waitFor();
    rig.sandbox.clearFaults();

    const before = rig.sandbox.requests().length;
    await page.goto(`${rig.server.url}/connections/new`);
    const token = rig.sandbox.createToken({ name: 'watched', permissions: ['Zone Read', 'DNS Read'] });
    await page.locator('input[type=password]').fill(token.value);
    await page.getByLabel('Label').fill('Watched');
    await page.getByRole('button', { name: 'Test and save' }).click();
    await page.getByText('Watched is connected').waitFor();
    const verified = rig.sandbox.requests(before).filter(({ route }) => route.endsWith('/tokens/verify'));
    assert.equal(verified.length, 1, 'one test, not two');
    await page.close();
  });

  it('says what to do next as pages, and keeps the command to copy', async () => {
    const rig = given();
    const { connections } = rig.zoneward.tenant('local');
    const page = await rig.open('/connections');
    const card = page.getByRole('article', { name: 'Watched' });
    const next = card.getByRole('list', { name: 'What to do next' });
    await next.getByRole('button', { name: /^Copy command: zoneward connections link/ }).waitFor();
    assert.ok(!(await card.innerText()).includes('zoneward '), 'no command to read');
    await next.getByRole('link', { name: /Cloudflare’s form/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('link', { name: 'Make a token at Cloudflare' }).waitFor();
    // The dialog is part of the address, and gives the focus back.
    assert.match(page.url(), /do=relink/);
    await dialog.locator('input[type=password]').fill(rig.sandbox.tokens.full);
    await dialog.getByRole('button', { name: 'Test and replace' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.doesNotMatch(page.url(), /do=/);
    assert.equal((await connections.get('Watched')).state, 'active');
    await page.getByRole('button', { name: 'New credential' }).focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.match(await page.evaluate<string>(FOCUSED), /New credential/);
    await connections.test('Watched');
    await connections.remove('Watched');
    await page.close();
  });

  it('draws calls and budget over time, and says whose calls the sums are', async () => {
    const rig = given();
    const page = await rig.open('/usage');
    await page
      .getByRole('img', { name: /^Budget left in the last .*: at least [\d,]+ of 1,200\.$/ })
      .first()
      .waitFor();
    const shares = page.getByRole('region', { name: 'What they are made of' });
    await shares.getByRole('row', { name: /^Without a connection/ }).waitFor();
    await shares.getByRole('row', { name: /^A connection that was removed/ }).waitFor();
    const rows = await shares.getByRole('row').all();
    let sum = 0;
    for (const row of rows.slice(1))
      sum += Number((await row.getByRole('cell').first().innerText()).replaceAll(',', ''));
    const total = await page.locator('.zw-sum').first().locator('dd').innerText();
    assert.equal(sum, Number(total.replaceAll(',', '')));
    await page.close();
  });
}

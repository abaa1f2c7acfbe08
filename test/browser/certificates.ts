/** Certificates and customers' hostnames: ordered, uploaded, made for the origin, served; each planned, applied, taken back. */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { makeChain } from '../kit/certificates.ts';
import { SETTLED, TOO_WIDE } from './in-page.ts';
import { PHONE, type Rig, seriousProblems } from './rig.ts';

const ZONE = 'certificates.example';

async function open(rig: Rig): Promise<Page> {
  const tenant = rig.zoneward.tenant('local');
  if (!rig.sandbox.zones().some(({ name }) => name === ZONE)) {
    const origin = { type: 'A', name: 'origin', content: '192.0.2.1' };
    rig.sandbox.seedZone(ZONE, [origin], { plan: 'enterprise' });
    await tenant.zones.discover('Example account');
  }
  const page = await rig.open(`/zones/${ZONE}/tls`);
  await page.getByRole('list', { name: 'Certificates', exact: true }).waitFor();
  return page;
}

async function apply(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Apply 1 change' }).click();
}

const APPLIED = 'Applied. Every change is at Cloudflare.';

async function backToTls(rig: Rig, page: Page): Promise<void> {
  await page.goto(`${rig.server.url}/zones/${ZONE}/tls`);
  await page.getByRole('list', { name: 'Certificates', exact: true }).waitFor();
}

async function looksRight(page: Page): Promise<void> {
  await page.evaluate(SETTLED);
  assert.deepEqual(await seriousProblems(page), []);
  const size = page.viewportSize() ?? PHONE;
  await page.setViewportSize(PHONE);
  assert.ok((await page.evaluate<number>(TOO_WIDE)) <= 0);
  await page.setViewportSize(size);
}

export function certificateFlows(given: () => Rig): void {
  it('orders a certificate through its plan, and takes it back when its word was typed', async () => {
    const rig = given();
    const page = await open(rig);
    await page.getByRole('button', { name: 'Order…' }).click();
    const form = page.getByRole('form', { name: 'Order a certificate' });
    await form.getByLabel('Hosts').fill(`www.${ZONE}`);
    await form.getByRole('button', { name: 'Plan the order' }).click();
    // Refused with its reason before anything is stored.
    await page.getByText(/Cloudflare takes none without the apex/).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Order…' }).click();
    await page.getByRole('button', { name: 'Plan the order' }).click();
    await page.getByRole('row', { name: /new: advanced certificate for/ }).waitFor();
    await rig.shot(page, 'certificate-plan');
    await apply(page);
    await page.getByText(APPLIED).waitFor();
    rig.sandbox.setClock({ advanceMs: 6_000 });
    await backToTls(rig, page);
    const acts = page.getByRole('group', { name: /^advanced certificate for/ });
    await acts.getByRole('button', { name: 'Publish…' }).waitFor();
    await rig.shot(page, 'certificates');
    for (const name of ['Order…', 'Upload…', 'Make one for the origin…', 'Upload a client certificate…']) {
      await page.getByRole('button', { name, exact: true }).click();
      await looksRight(page);
    }
    await acts.getByRole('button', { name: 'Delete…' }).click();
    const word = page.getByRole('textbox', { name: /certificate-delete/ });
    await word.waitFor();
    const button = page.getByRole('button', { name: 'Apply 1 change' });
    assert.equal(await button.isDisabled(), true);
    await word.fill('certificate-delete');
    await button.click();
    await page.getByText(APPLIED).waitFor();
    await page.close();
  });

  it('makes a key for the origin that is shown once, and a certificate for it', async () => {
    const rig = given();
    const page = await open(rig);
    await page.getByRole('button', { name: 'Make one for the origin…' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('This private key is shown once.').waitFor();
    await rig.shot(page, 'origin-key');
    const plan = page.getByRole('button', { name: 'Plan the certificate' });
    assert.equal(await plan.isDisabled(), true);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the key' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `${ZONE}.origin.key`);
    const key = readFileSync(await download.path(), 'utf8');
    assert.equal(createPrivateKey(key).asymmetricKeyType, 'ec');
    await plan.click();
    await page.getByRole('row', { name: /new: Origin CA certificate for/ }).waitFor();
    await apply(page);
    await page.getByText(APPLIED).waitFor();
    await backToTls(rig, page);
    const acts = page.getByRole('group', { name: /^Origin CA certificate for/ });
    const [certificate] = await Promise.all([
      page.waitForEvent('download'),
      acts.getByRole('button', { name: 'Download' }).click(),
    ]);
    assert.match(readFileSync(await certificate.path(), 'utf8'), /^-----BEGIN CERTIFICATE-----/);
    await acts.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('textbox', { name: /origin-ca-revoke/ }).fill('origin-ca-revoke');
    await apply(page);
    await page.getByText(APPLIED).waitFor();
    await page.close();
  });

  it('uploads a certificate; one that must be approved gets its key again when it is applied', async () => {
    const rig = given();
    const tenant = rig.zoneward.tenant('local');
    const page = await open(rig);
    const fill = async (hosts: readonly string[]): Promise<string> => {
      const made = makeChain(hosts);
      await page.getByRole('button', { name: 'Upload…', exact: true }).click();
      const form = page.getByRole('form', { name: 'Upload a certificate' });
      await form.getByRole('textbox', { name: 'Certificate' }).fill(made.certificate.text);
      await form.getByRole('textbox', { name: 'Private key' }).fill(made.key.secret.reveal());
      await form.getByRole('button', { name: 'Plan the upload' }).click();
      await page.getByRole('row', { name: /new: own certificate for/ }).waitFor();
      return made.key.secret.reveal();
    };
    await fill([ZONE]);
    await apply(page);
    await page.getByText(APPLIED).waitFor();
    await backToTls(rig, page);
    await page.getByRole('group', { name: /^own certificate for/ }).waitFor();

    await tenant.policies.set({ zone: ZONE }, { approval: 'always' });
    const key = await fill([`www.${ZONE}`, ZONE]);
    await apply(page);
    await page.getByText('waits for the approval of someone else').waitFor();
    const id = /chg_\w+/.exec(page.url())?.[0] ?? '';
    await rig.zoneward.tenant('local', { principal: 'key:other' }).changes.approve(id as never);
    await page.reload();
    const field = page.getByRole('textbox', { name: 'Private key' });
    await field.fill(makeChain([ZONE]).key.secret.reveal());
    await page.getByRole('button', { name: 'Apply with this key' }).click();
    await page.getByText(/belongs to no certificate of this change set/).waitFor();
    await rig.shot(page, 'apply-with-key');
    await field.fill(key);
    await page.getByRole('button', { name: 'Apply with this key' }).click();
    await page.getByText(APPLIED).waitFor();
    await tenant.policies.set({ zone: ZONE }, null);
    await page.close();
  });

  it("serves a customer's hostname: what the customer publishes is there to be copied", async () => {
    const rig = given();
    const page = await open(rig);
    await page.getByRole('textbox', { name: 'Fallback origin' }).fill(`origin.${ZONE}`);
    await page.getByRole('button', { name: 'Set…' }).click();
    await apply(page);
    await page.getByText(APPLIED).waitFor();
    await backToTls(rig, page);
    await page.getByRole('button', { name: 'Serve a hostname…' }).click();
    await page.getByRole('textbox', { name: 'Hostname' }).fill('shop.customer.example');
    await page.getByRole('button', { name: 'Plan it' }).click();
    await page.getByRole('row', { name: /new: hostname shop\.customer\.example/ }).waitFor();
    await apply(page);
    await page.getByText(APPLIED).waitFor();
    rig.sandbox.setClock({ advanceMs: 6_000 });
    await backToTls(rig, page);
    await page.getByText(/_cf-custom-hostname\.shop\.customer\.example TXT/).waitFor();
    await page.getByText('waits for customer').waitFor();
    await rig.shot(page, 'hostnames');
    await looksRight(page);
    await page.goBack();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('textbox', { name: /hostname-delete/ }).fill('hostname-delete');
    await apply(page);
    await page.getByText(/Taken back/).waitFor();
    const { hostnames } = await rig.zoneward.tenant('local').hostnames.list(ZONE);
    assert.deepEqual(hostnames, []);
    await page.close();
  });
}

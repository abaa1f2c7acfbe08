/** Many records at once, and two who edit the same. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { BIG, type Rig, shot } from './rig.ts';

const BULK = 1_000;

async function openRecords(rig: Rig, zone: string): Promise<Page> {
  const page = await rig.signedIn(await rig.context(), `/zones/${zone}`);
  await page.getByRole('grid', { name: `Records of ${zone}` }).waitFor();
  return page;
}

export function manyFlows(given: () => Rig): void {
  it(`edits ${BULK.toLocaleString('en')} records as one plan`, async () => {
    const rig = given();
    const page = await openRecords(rig, BIG);
    await page.getByRole('searchbox', { name: 'Search records' }).fill('203.0.113.');
    await page.getByText(`${BULK.toLocaleString('en')} of`).waitFor();
    await page.getByRole('checkbox', { name: 'Select all rows' }).check();
    await page.getByRole('button', { name: 'Find and replace…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Find', { exact: true }).fill('203.0.113.');
    await dialog.getByLabel('Replace with').fill('198.51.100.');
    await dialog.getByText(`${BULK} of ${BULK} records hold it`).waitFor();
    await dialog.getByRole('button', { name: `Stage ${BULK} changes` }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'TTL…' }).click();
    await page.getByRole('dialog').getByLabel('TTL', { exact: true }).fill('600');
    await page.getByRole('dialog').getByRole('button', { name: 'Stage' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await shot(page, 'bulk-staged');
    // One step back takes the TTL back, and nothing else.
    await page.getByRole('button', { name: 'Step back' }).click();
    await page.getByRole('button', { name: 'Review' }).click();
    const apply = page.getByRole('button', { name: `Apply ${BULK.toLocaleString('en')} changes` });
    await apply.waitFor();
    await shot(page, 'bulk-plan');
    const before = rig.sandbox.requests().length;
    await apply.click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor({ timeout: 30_000 });
    const moved = rig.sandbox.records(BIG).filter(({ content }) => String(content).startsWith('198.51.100.'));
    assert.equal(moved.length, BULK);
    assert.ok(moved.every(({ ttl }) => ttl === 300));
    const writes = rig.sandbox.requests(before).filter(({ method }) => method === 'POST');
    assert.ok(writes.length <= 2, `${writes.length} writes`);
    await page.context().close();
  });

  it('tells the second of two tabs what the first has changed', async () => {
    const rig = given();
    const zone = 'field-notes.example';
    const first = await openRecords(rig, zone);
    const second = await openRecords(rig, zone);
    const stage = async (page: Page, content: string): Promise<void> => {
      await page.getByRole('row', { name: /www\.field-notes\.example/ }).click();
      const editor = page.getByRole('form', { name: /^Edit/ });
      await editor.getByLabel(/^Content/).fill(content);
      await editor.getByRole('button', { name: 'Stage change' }).click();
      await page.getByRole('button', { name: 'Review' }).click();
    };
    await stage(first, 'first.hosting.example.');
    await first.getByRole('button', { name: 'Apply 1 change' }).click();
    await first.getByText('Applied. Every change is at Cloudflare.').waitFor();
    await stage(second, 'second.hosting.example.');
    await second.getByText('A record was changed by someone else after you began to edit').waitFor();
    await shot(second, 'conflict');
    // Nothing is overwritten before it was looked at.
    assert.equal(await second.getByRole('button', { name: 'Apply 1 change' }).isDisabled(), true);
    await second.getByRole('checkbox', { name: 'Overwrite what they did' }).check();
    await second.getByRole('button', { name: 'Apply 1 change' }).click();
    await second.getByText('Applied. Every change is at Cloudflare.').waitFor();
    await first.context().close();
    await second.context().close();
  });

  it('refuses what moved between the plan and the apply, and plans again', async () => {
    const rig = given();
    const zone = 'field-notes.example';
    const page = await openRecords(rig, zone);
    await page.getByRole('row', { name: /TXT/ }).first().click();
    const editor = page.getByRole('form', { name: /^Edit/ });
    await editor.getByLabel(/^Content/).fill('"planned here"');
    await editor.getByRole('button', { name: 'Stage change' }).click();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Apply 1 change' }).waitFor();
    const tenant = rig.zoneward.tenant('local');
    await tenant.changes.apply(
      await tenant.changes.planEdit([zone], { type: 'TXT' }, { content: '"moved elsewhere"' }),
    );
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByRole('alert').waitFor();
    await shot(page, 'plan-moved');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('A record was changed by someone else').waitFor();
    await page.getByRole('button', { name: 'Keep theirs' }).click();
    await page.getByText('Nothing is staged').waitFor();
    await page.context().close();
  });
}

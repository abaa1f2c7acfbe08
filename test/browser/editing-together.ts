/** Two who edit the same. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import type { Rig } from './rig.ts';

async function openRecords(rig: Rig, zone: string): Promise<Page> {
  const page = await rig.open(`/zones/${zone}`);
  await page.getByRole('grid', { name: `Records of ${zone}` }).waitFor();
  return page;
}

export function togetherFlows(given: () => Rig): void {
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
    await rig.shot(second, 'conflict');
    // Nothing is overwritten before it was looked at.
    assert.equal(await second.getByRole('button', { name: 'Apply 1 change' }).isDisabled(), true);
    await second.getByRole('checkbox', { name: 'Overwrite what they did' }).check();
    await second.getByRole('button', { name: 'Apply 1 change' }).click();
    await second.getByText('Applied. Every change is at Cloudflare.').waitFor();
    await first.close();
    await second.close();
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
    await rig.shot(page, 'plan-moved');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('A record was changed by someone else').waitFor();
    await page.getByRole('button', { name: 'Keep theirs' }).click();
    await page.getByText('Nothing is staged').waitFor();
    await page.close();
  });
}

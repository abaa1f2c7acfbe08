/** Lists at their largest: 10,000 zones, 10,000 records, a thousand of them edited at once. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { FOCUSED, SCROLL } from './in-page.ts';
import { BIG, BIG_COUNT, BULK_COUNT, type Rig } from './rig.ts';

const ZONES = 10_000;
const TENANT = 'many';
/** A frame of ten times the rows may cost so many times as much; it should cost the same. */
const FRAME_RATIO_MAX = 3;
/** A filter over 10,000 rows may cost as much as so many frames of scrolling. */
const FILTER_FRAMES_MAX = 120;

export function largestFlows(given: () => Rig): void {
  it(`edits ${BULK_COUNT.toLocaleString('en')} records as one plan`, async () => {
    const rig = given();
    const page = await rig.open(`/zones/${BIG}`);
    await page.getByRole('searchbox', { name: 'Search records' }).fill('203.0.113.');
    await page.getByText(`${BULK_COUNT.toLocaleString('en')} of`).waitFor();
    await page.getByRole('checkbox', { name: 'Select all rows' }).check();
    await page.getByRole('button', { name: 'Find and replace…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Find', { exact: true }).fill('203.0.113.');
    await dialog.getByLabel('Replace with').fill('198.51.100.');
    await dialog.getByText(`${BULK_COUNT} of ${BULK_COUNT} records hold it`).waitFor();
    await dialog.getByRole('button', { name: `Stage ${BULK_COUNT} changes` }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'TTL…' }).click();
    await page.getByRole('dialog').getByLabel('TTL', { exact: true }).fill('600');
    await page.getByRole('dialog').getByRole('button', { name: 'Stage' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await rig.shot(page, 'bulk-staged');
    // One step back takes the TTL back, and nothing else.
    await page.getByRole('button', { name: 'Step back' }).click();
    await page.getByRole('button', { name: 'Review' }).click();
    const apply = page.getByRole('button', { name: `Apply ${BULK_COUNT.toLocaleString('en')} changes` });
    await apply.waitFor();
    await rig.shot(page, 'bulk-plan');
    const before = rig.sandbox.requests().length;
    await apply.click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor({ timeout: 30_000 });
    const moved = rig.sandbox.records(BIG).filter(({ content }) => String(content).startsWith('198.51.100.'));
    assert.equal(moved.length, BULK_COUNT);
    assert.ok(moved.every(({ ttl }) => ttl === 300));
    const writes = rig.sandbox.requests(before).filter(({ method }) => method === 'POST');
    assert.ok(writes.length <= 2, `${writes.length} writes`);
    await page.close();
  });

  it(`shows ${ZONES.toLocaleString('en')} zones, scrolls them smoothly and filters them at once`, async () => {
    const rig = given();
    const key = await manyZones(rig);
    const page = await rig.signedIn(await rig.context(), '/zones', key);
    const grid = page.getByRole('grid', { name: 'Zones' });
    await page.getByText(`${ZONES.toLocaleString('en')} zones`).waitFor({ timeout: 60_000 });
    assert.equal(await grid.getAttribute('aria-rowcount'), String(ZONES + 1));
    assert.ok((await grid.getByRole('row').count()) < 90, 'draws only those in sight');
    await rig.shot(page, 'zones-many');
    // So many are not read by a slip of the hand.
    const asked = rig.sandbox.requests().length;
    await page.getByRole('button', { name: 'Read all now…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Read 10,000 zones now?' });
    await dialog.waitFor();
    await rig.shot(page, 'zones-read-all');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    assert.match(await page.evaluate<string>(FOCUSED), /Read all now…/);
    assert.equal(rig.sandbox.requests().length, asked, 'Cloudflare was asked nothing');
    const search = page.getByRole('searchbox', { name: 'Search zones' });
    await scrollsSmoothly(page, async () => {
      await search.fill('zone-07');
      await page.getByText('10,000 zones, 1,000 shown').waitFor();
    });
    await search.fill('zone-07777');
    await grid.getByRole('row', { name: /zone-07777\.example/ }).waitFor();
    await page.getByText('10,000 zones, 1 shown').waitFor();
    // What is seen is in the address, and so is the filter.
    assert.match(page.url(), /search=zone-07777/);
    await page.reload();
    await page.getByText('10,000 zones, 1 shown').waitFor({ timeout: 60_000 });
    await page.context().close();
  });

  it('scrolls through 10,000 records and draws only those in sight', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${BIG}`);
    const grid = page.getByRole('grid', { name: `Records of ${BIG}` });
    await page.getByText(`${BIG_COUNT.toLocaleString('en')} records`).waitFor({ timeout: 60_000 });
    assert.equal(await grid.getAttribute('aria-rowcount'), String(BIG_COUNT + 1));
    const search = page.getByRole('searchbox', { name: 'Search records' });
    await scrollsSmoothly(page, async () => {
      await search.fill('host-09');
      await page.getByText('1,000 of 10,000').waitFor();
    });
    assert.ok((await grid.getByRole('row').count()) < 90);
    await search.fill('');
    await page.getByText('1,000 of 10,000').waitFor({ state: 'detached' });
    await page.locator('[data-table-row]').first().focus();
    await page.keyboard.press('End');
    await page.locator(`[data-table-row="${BIG_COUNT - 1}"]`).waitFor();
    await search.fill('host-09876');
    await page.getByText('1 of 10,000').waitFor();
    await page.close();
  });
}

/**
 * Twenty screens further, frame by frame, through all rows and through the thousand that `filter` leaves: a frame costs
 * much the same, and the filter not more than so many frames.
 */
async function scrollsSmoothly(page: Page, filter: () => Promise<void>): Promise<void> {
  const scroll = async (): Promise<number> => {
    let frames = 0;
    const spent = await busy(page, async () => {
      frames = await page.evaluate<number>(SCROLL);
    });
    return spent / frames;
  };
  // The first time, the browser compiles what it runs.
  await scroll();
  const ofAll = await scroll();
  const filtering = await busy(page, filter);
  const ofSome = await scroll();
  const told = [ofAll, ofSome, filtering].map((ms) => Math.round(ms)).join(', ');
  assert.ok(ofAll < ofSome * FRAME_RATIO_MAX, `a frame of all rows, of some, and the filter: ${told} ms`);
  assert.ok(
    filtering < ofAll * FILTER_FRAMES_MAX,
    `a frame of all rows, of some, and the filter: ${told} ms`,
  );
}

/** Milliseconds of processor time that the page's thread spends on what `work` makes it do. */
async function busy(page: Page, work: () => Promise<void>): Promise<number> {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async (): Promise<number> => {
    const { metrics } = await debug.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
  };
  const before = await spent();
  await work();
  const after = await spent();
  await debug.detach();
  return after - before;
}

/** A tenant of its own with an account of its own; gives its key. */
async function manyZones(rig: Rig): Promise<string> {
  const id = 'c'.repeat(32);
  rig.sandbox.seed({
    accounts: [{ name: 'Many zones', id }],
    zones: Array.from({ length: ZONES }, (_, index) => ({
      name: `zone-${String(index).padStart(5, '0')}.example`,
      account: id,
    })),
  });
  const token = rig.sandbox.createToken({
    name: 'many',
    account: id,
    permissions: ['Zone Read', 'DNS Read'],
  });
  const tenant = rig.zoneward.tenant(TENANT);
  const read = await tenant.connections.read({ token: token.value });
  assert.ok(read.ok);
  await tenant.connections.add({ credential: read.value.credential, label: 'Many', profile: 'minimum' });
  await tenant.zones.discover();
  return (await rig.zoneward.apiKeys.create(TENANT, { label: 'many', scopes: ['admin'] })).secret.reveal();
}

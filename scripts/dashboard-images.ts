/**
 * `npm run dashboard:images`: the pictures of the dashboard in `docs/images`, made from the page as it is: records with
 * staged changes by day, their plan with its guard rail at night.
 */
import path from 'node:path';
import { SETTLED } from '../test/browser/in-page.ts';
import { connected } from '../test/browser/part.ts';
import { findBrowser, ROOT, startRig } from '../test/browser/rig.ts';

const ZONE = 'shop.example';
const IMAGES = path.join(ROOT, 'docs', 'images');

const executable = findBrowser();
if (executable === null) throw new Error('No browser is here. Set CHROME_PATH, or install chromium.');
await using rig = await startRig(executable, { part: 'images' });
await connected(rig);
await rig.zoneward.tenant('local').zones.sync(ZONE);
const context = await rig.context({ viewport: { width: 1280, height: 760 }, colorScheme: 'light' });
const page = await rig.signedIn(context, `/zones/${ZONE}`);

const keep = async (name: string): Promise<void> => {
  await page.mouse.move(0, 0);
  await page.evaluate(SETTLED);
  await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
};
const edit = async (row: RegExp, content: string): Promise<void> => {
  await page.getByRole('row', { name: row }).click();
  const editor = page.getByRole('form', { name: /^Edit/ });
  await editor.getByLabel(/^Content/).fill(content);
  await editor.getByRole('button', { name: 'Stage change' }).click();
  await editor.waitFor({ state: 'detached' });
};

await edit(/checkout\.shop\.example/, '192.0.2.99');
await edit(/mx2\.mail\.shop\.example A/, '203.0.113.26');
await page.getByRole('button', { name: 'New record' }).click();
const added = page.getByRole('form', { name: 'New record' });
await added.getByLabel('Name').fill('hello');
await added.getByLabel(/^Content/).fill('192.0.2.7');
await added.getByRole('button', { name: 'Stage new record' }).click();
await added.waitFor({ state: 'detached' });
await page.getByRole('row', { name: /site-verification/ }).focus();
await page.keyboard.press('Delete');
await page.getByText('4 changes').waitFor();
await page.locator('.zw-toast').first().waitFor({ state: 'detached' });
await page.evaluate("document.querySelector('.zw-table').scrollTop = 0");
await keep('dashboard-records');

await page.emulateMedia({ colorScheme: 'dark' });
await page.getByRole('button', { name: 'Review' }).click();
await page.getByRole('region', { name: 'Guard rails' }).waitFor();
await keep('dashboard-plan');

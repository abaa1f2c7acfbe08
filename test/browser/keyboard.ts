/** All of it without a mouse. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FOCUSED } from './in-page.ts';
import type { Rig } from './rig.ts';

export function keyboardFlows(given: () => Rig): void {
  it('changes a record, applies and undoes it with the keyboard alone', async () => {
    const rig = given();
    const page = await rig.open('/zones');
    const { keyboard } = page;
    const focused = (): Promise<string> => page.evaluate<string>(FOCUSED);
    await page.getByRole('grid', { name: 'Zones' }).waitFor();
    await keyboard.press('/');
    await keyboard.type('shop');
    await page.getByRole('row', { name: /shop\.example/ }).waitFor();
    await keyboard.press('ArrowDown');
    assert.match(await focused(), /^row shop\.example/);
    await keyboard.press('Enter');
    await page.getByRole('grid', { name: 'Records of shop.example' }).waitFor();
    await keyboard.press('/');
    await keyboard.type('status CNAME');
    await page.getByText('1 of').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await page.getByRole('form', { name: /^Edit/ }).waitFor();
    // The content has the focus; what it holds is replaced.
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('pages.elsewhere.example.');
    await keyboard.press('Enter');
    await page.getByText('1 change', { exact: true }).waitFor();
    // The focus is back in the table.
    assert.match(await focused(), /^row status/);
    await keyboard.press('ControlOrMeta+s');
    await page.getByRole('button', { name: 'Apply 1 change' }).waitFor();
    // The row is gone from the page, and the focus is not lost with it.
    await page.getByRole('heading', { level: 1, name: /shop/ }).and(page.locator(':focus')).waitFor();
    await keyboard.press('ControlOrMeta+s');
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    // Each page that one is led to has the focus, so that what is next begins there.
    await page.getByRole('heading', { level: 1, name: /./ }).and(page.locator(':focus')).waitFor();
    await keyboard.press('ControlOrMeta+z');
    await page.getByRole('button', { name: 'Apply 1 change' }).waitFor();
    await page.getByRole('heading', { level: 1 }).and(page.locator(':focus')).waitFor();
    await keyboard.press('ControlOrMeta+s');
    await page.getByText('Taken back. Every record is as it was before.').waitFor();
    // Space selects, Delete stages the removal, Ctrl+Z takes that back, Escape lets go.
    await page.goto(`${rig.server.url}/zones/shop.example`);
    await page.getByRole('grid', { name: 'Records of shop.example' }).waitFor();
    await keyboard.press('/');
    await keyboard.press('ArrowDown');
    await keyboard.press('Space');
    await keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected').waitFor();
    await keyboard.press('Delete');
    await page.getByText('2 changes').waitFor();
    await keyboard.press('ControlOrMeta+z');
    await page.getByText('2 changes').waitFor({ state: 'detached' });
    await keyboard.press('Escape');
    await page.getByText('2 selected').waitFor({ state: 'detached' });
    await keyboard.press('n');
    await page.getByRole('form', { name: 'New record' }).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('form', { name: 'New record' }).waitFor({ state: 'detached' });
    await keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.waitFor();
    await keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    // The way to the page, past the navigation, is the first stop.
    await page.goto(`${rig.server.url}/zones`);
    await page.getByRole('grid', { name: 'Zones' }).waitFor();
    await keyboard.press('Tab');
    assert.match(await focused(), /^a To the page/);
    // From the navigation the focus goes into the page that it leads to.
    await page.getByRole('link', { name: 'Drift' }).focus();
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Drift' }).and(page.locator(':focus')).waitFor();
    await page.close();
  });
}

/** Files, guard rails, plans that wait, and what is said when Cloudflare refuses. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { TWO_FRAMES } from './in-page.ts';
import type { Rig } from './rig.ts';

const SHOP = 'shop.example';

export function changeSetFlows(given: () => Rig): void {
  it('exports a zone as a file, and plans what the edited file would change', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}`);
    await page.getByRole('button', { name: 'File' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'BIND master file' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `${SHOP}.zone`);
    const text = readFileSync(await download.path(), 'utf8');
    await page.getByRole('button', { name: 'File' }).click();
    await page.getByRole('menuitem', { name: 'Import a zone file…' }).click();
    const choose = async (content: string): Promise<void> => {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: /Choose a file|Another file/ }).click(),
      ]);
      await chooser.setFiles({ name: 'shop.zone', mimeType: 'text/plain', buffer: Buffer.from(content) });
    };
    await choose(text);
    await page.getByText('Nothing to change').waitFor();
    await choose(`${text}\nfrom-file 300 IN A 192.0.2.44\n`);
    await page.getByRole('row', { name: /new: from-file/ }).waitFor();
    await choose(`${text}\nbroken 300 IN A 192.0.2.444\n`);
    await page.getByText('192.0.2.444').first().waitFor();
    await rig.shot(page, 'import-refused');
    await page.close();
  });

  it('plans what a zone file wants that is dropped on the page', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}`);
    await page.getByRole('grid', { name: `Records of ${SHOP}` }).waitFor();
    const drop = async (name: string, text: string): Promise<void> => {
      const dataTransfer = await page.evaluateHandle<unknown>(
        `(() => { const held = new DataTransfer(); held.items.add(new File([${JSON.stringify(text)}], '${name}')); return held; })()`,
      );
      const place = page.locator('.zw-drop');
      await place.dispatchEvent('dragover', { dataTransfer });
      await page.getByText('Drop the zone file to see what it would change').waitFor();
      await rig.shot(page, 'drop-zone-file');
      await place.dispatchEvent('drop', { dataTransfer });
    };
    await drop('binary.zone', '\u0000\u0001');
    await page.getByText('binary.zone is no text file.').waitFor();
    await drop('shop.zone', `$ORIGIN ${SHOP}.\ndropped 300 IN A 192.0.2.45\n`);
    await page.getByRole('row', { name: /new: dropped/ }).waitFor();
    await rig.shot(page, 'dropped');
    // What the file does not hold is taken away, which nobody does by dropping a file.
    await page.getByRole('region', { name: 'Guard rails' }).waitFor();
    const apply = page.getByRole('button', { name: /^Apply \d+ changes/ });
    assert.equal(await apply.isDisabled(), true);
    assert.match(page.url(), /\/import$/);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('grid', { name: `Records of ${SHOP}` }).waitFor();
    await page.close();
  });

  it('opens the editor of a record, however often it is clicked', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}`);
    const row = page.getByRole('row', { name: /^status\.shop\.example/ });
    const editor = page.getByRole('form', { name: /^Edit status/ });
    await row.dblclick();
    await editor.waitFor();
    await page.evaluate(TWO_FRAMES);
    assert.equal(await editor.isVisible(), true);
    await row.click();
    await editor.waitFor({ state: 'detached' });
    await page.close();
  });

  it('holds a plan that takes away what matters until its word is given', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}?type=MX`);
    await page.getByRole('checkbox', { name: 'Select all rows' }).check();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Review' }).click();
    const rails = page.getByRole('region', { name: 'Guard rails' });
    await rails.waitFor();
    await rig.shot(page, 'guard-rails');
    const apply = page.getByRole('button', { name: 'Apply 2 changes' });
    assert.equal(await apply.isDisabled(), true);
    for (const box of await rails.getByRole('checkbox').all()) await box.check();
    await apply.click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Apply 2 changes' }).click();
    await page.getByText('Taken back. Every record is as it was before.').waitFor();
    assert.equal(rig.sandbox.records(SHOP).filter(({ type }) => type === 'MX').length, 2);
    await page.close();
  });

  it('stores a plan for later, calls one off, and lets someone else approve what needs it', async () => {
    const rig = given();
    const tenant = rig.zoneward.tenant('local');
    await tenant.policies.set(
      { zone: tenantZone(rig, 'xn--caf-bcher-d4a5s.example') },
      { approval: 'always' },
    );
    const add = async (name: string): Promise<string> => {
      const planned = await tenant.changes.planAdd('xn--caf-bcher-d4a5s.example', {
        name,
        type: 'A',
        content: '192.0.2.5',
      });
      return (await tenant.changes.save(planned)).id;
    };
    const page = await rig.open(`/changes/${await add('one')}`);
    await page.getByText('waits for the approval of someone else').waitFor();
    await rig.shot(page, 'waits-for-approval');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Applied. Every change is at Cloudflare.').waitFor();
    await page.goto(`${rig.server.url}/changes/${await add('two')}`);
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('It was called off.').waitFor();
    await page.close();
  });

  it('shows what Cloudflare refused, with its ray id to copy', async () => {
    const rig = given();
    const page = await rig.open(`/zones/${SHOP}`);
    await page.getByRole('row', { name: /checkout/ }).click();
    await page.getByRole('form', { name: /^Edit/ }).getByLabel('TTL').fill('900');
    await page
      .getByRole('form', { name: /^Edit/ })
      .getByLabel(/^Content/)
      .fill('192.0.2.12');
    await page.getByRole('button', { name: 'Stage change' }).click();
    rig.sandbox.setFault({
      kind: 'error',
      status: 403,
      body: 'json',
      code: 9109,
      message: 'Unauthorized to access requested resource',
      route: 'GET',
      times: 50,
    });
    await page.getByRole('button', { name: 'Review' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    await rig.shot(page, 'refused');
    await alert.getByRole('button', { name: 'Copy request id' }).waitFor();
    await alert.getByRole('button', { name: 'Copy ray id' }).waitFor();
    rig.sandbox.clearFaults();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Apply 1 change' }).waitFor();
    await page.close();
  });
}

function tenantZone(rig: Rig, name: string): string {
  return rig.sandbox.zone(name).id;
}

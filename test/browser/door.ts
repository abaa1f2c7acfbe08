/** The door: keys, links, the way out; and that the dashboard stands in nobody's way. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SETTLED } from './in-page.ts';
import { type Rig, seriousProblems } from './rig.ts';

export function doorFlows(given: () => Rig): void {
  it('lets in by key or link, keeps the address that was asked for, and lets out', async () => {
    const rig = given();
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await rig.context({ colorScheme });
      const page = await context.newPage();
      await page.goto(`${rig.server.url}/changes?status=planned`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.evaluate(SETTLED);
      await rig.shot(page, `sign-in-${colorScheme}`);
      assert.deepEqual(await seriousProblems(page), []);
      await page.getByLabel('API key').fill('zwk_nobody');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await page.getByLabel('API key').fill(rig.key);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor();
      assert.match(page.url(), /\/changes\?status=planned$/);
      // The key is in no place that a script, or the next person, could read.
      const kept = await page.evaluate<string>(
        'JSON.stringify([localStorage, sessionStorage, document.cookie])',
      );
      assert.ok(!kept.includes('zwk_'));
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await context.close();
    }
    const link = (await rig.zoneward.signIns.link(rig.keyId)).reveal();
    const first = await (await rig.context()).newPage();
    await first.goto(`${rig.server.url}/sign-in#${link}`);
    await first.getByRole('navigation', { name: 'Pages' }).waitFor();
    assert.ok(!first.url().includes(link));
    const second = await (await rig.context()).newPage();
    await second.goto(`${rig.server.url}/sign-in#${link}`);
    await second.getByText('This link was used already').waitFor();
    await first.context().close();
    await second.context().close();
  });

  it('survives a reload of any of its addresses, and shadows none of the API', async () => {
    const { server } = given();
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(server.url + path, { method });
      return { status: response.status, type: response.headers.get('content-type') ?? '', response };
    };
    for (const path of ['/', '/zones', '/zones/shop.example/review', '/changes/x/undo', '/connections/new']) {
      const { status, type, response } = await ask(path);
      assert.deepEqual([status, type.split(';')[0]], [200, 'text/html'], path);
      assert.match(
        response.headers.get('content-security-policy') ?? '',
        /default-src 'none'; script-src 'self';/,
      );
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
    assert.equal((await ask('/v1/zones')).status, 401);
    assert.match((await ask('/docs')).response.headers.get('content-security-policy') ?? '', /sha256/);
    assert.match((await ask('/metrics')).type, /^text\/plain/);
    for (const [path, method] of [
      ['/v1/nowhere', 'GET'],
      ['/assets/none.js', 'GET'],
      ['/nowhere', 'GET'],
      ['/zones', 'POST'],
    ]) {
      const { status, type } = await ask(path ?? '', method);
      assert.deepEqual([status, type], [404, 'application/problem+json'], path);
    }
  });
}

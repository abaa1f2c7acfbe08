/** What must hold of every page: axe-core finds nothing serious in either theme, and each is kept as a picture. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { SERIOUS, SETTLED, TOO_WIDE } from './in-page.ts';
import { AXE, PHONE, type Rig, shot } from './rig.ts';

/** A page, and what is there once it has been drawn. */
export interface Visit {
  readonly name: string;
  readonly path: (rig: Rig) => Promise<string> | string;
  readonly ready: (page: Page) => Promise<void>;
}

const heading = (text: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { level: 1, name: text }).waitFor();

async function lastChangeSet(rig: Rig): Promise<string> {
  const [last] = await rig.zoneward.tenant('local').changes.list({ status: 'applied' });
  return last?.id ?? '';
}

async function firstConnection(rig: Rig): Promise<string> {
  const [first] = await rig.zoneward.tenant('local').connections.list();
  return first?.id ?? '';
}

async function lastPurchase(rig: Rig): Promise<string> {
  const [last] = await rig.zoneward.tenant('local').registrar.purchases();
  return last?.id ?? '';
}

async function underWay(rig: Rig): Promise<string> {
  const connection = await firstConnection(rig);
  const { domain } = await rig.zoneward
    .tenant('local')
    .provisioning.provision('northwind-stays.com', { connection });
  return domain;
}

async function someWebhook(rig: Rig): Promise<string> {
  const { webhooks } = rig.zoneward.tenant('local');
  const url = 'https://product.example/hooks/zoneward';
  const known = (await webhooks.list()).find((one) => one.url === url);
  if (known !== undefined) return known.id;
  const { endpoint } = await webhooks.add({ url, types: ['zone.*', 'change_set.failed'] });
  // No such name resolves: the log has an attempt that failed.
  await webhooks.test(endpoint.id);
  return endpoint.id;
}

async function connectLink(rig: Rig): Promise<string> {
  const brand = { name: 'Harbour Sites', colour: '#c2410c' };
  const { secret } = await rig.zoneward.tenant('local').connectSessions.create({ profile: 'full', brand });
  return `/connect#${secret.reveal()}`;
}

export const VISITS: readonly Visit[] = [
  { name: 'zones', path: () => '/zones', ready: heading('Zones') },
  {
    name: 'records',
    path: () => '/zones/northwind-cloud.example',
    ready: (page) => page.getByRole('grid', { name: /^Records of/ }).waitFor(),
  },
  {
    name: 'zone-pending',
    path: () => '/zones/parked-name.test',
    ready: (page) => page.getByRole('grid', { name: /^Records of/ }).waitFor(),
  },
  { name: 'zone-import', path: () => '/zones/shop.example/import', ready: heading(/shop/) },
  { name: 'zone-changes', path: () => '/zones/shop.example/changes', ready: heading(/shop/) },
  {
    name: 'zone-history',
    path: () => '/zones/shop.example/history',
    ready: (page) =>
      page
        .getByRole('list')
        .getByRole('button', { name: /^Revision/ })
        .first()
        .waitFor(),
  },
  {
    name: 'audit',
    path: () => '/audit',
    ready: (page) => page.getByRole('grid', { name: 'Events' }).waitFor(),
  },
  {
    name: 'usage',
    path: () => '/usage',
    ready: (page) => page.getByRole('grid', { name: 'Latest calls' }).waitFor(),
  },
  { name: 'find-records-empty', path: () => '/records', ready: heading('Records') },
  {
    name: 'find-records',
    path: () => '/records?search=192.0.2.',
    ready: (page) => page.getByRole('grid', { name: 'Found records' }).waitFor(),
  },
  {
    name: 'changes',
    path: () => '/changes',
    ready: (page) => page.getByRole('grid', { name: 'Change sets' }).waitFor(),
  },
  {
    name: 'change',
    path: async (rig) => `/changes/${await lastChangeSet(rig)}`,
    ready: (page) => page.getByRole('grid').waitFor(),
  },
  {
    name: 'undo',
    path: async (rig) => `/changes/${await lastChangeSet(rig)}/undo`,
    ready: (page) => page.getByRole('button', { name: 'Back' }).waitFor(),
  },
  { name: 'connections', path: () => '/connections', ready: heading('Connections') },
  {
    name: 'connection',
    path: async (rig) => `/connections/${await firstConnection(rig)}`,
    ready: (page) => page.getByRole('img', { name: /^Calls in/ }).waitFor(),
  },
  {
    name: 'connection-new',
    path: () => '/connections/new',
    ready: (page) => page.getByRole('link', { name: /Open Cloudflare/ }).waitFor(),
  },
  {
    name: 'links',
    path: () => '/connections/links?do=make',
    ready: (page) => page.getByRole('button', { name: 'Make the link' }).waitFor(),
  },
  {
    name: 'transfers',
    path: () => '/domains/transfer?names=moving-name.com+locked-name.com',
    ready: (page) => page.getByRole('list', { name: 'Transfers' }).waitFor(),
  },
  {
    name: 'tls',
    path: () => '/tls',
    ready: (page) => page.getByRole('grid', { name: 'SSL/TLS of zones' }).waitFor(),
  },
  {
    name: 'tls-calendar',
    path: () => '/tls/calendar',
    ready: (page) =>
      page
        .getByRole('grid', { name: 'Certificates' })
        .or(page.getByRole('heading', { name: 'No certificate was seen yet' }))
        .waitFor(),
  },
  {
    name: 'templates',
    path: () => '/templates',
    ready: (page) => page.getByRole('grid', { name: 'Templates' }).waitFor(),
  },
  {
    name: 'template',
    path: () => '/templates/google.com/workspace?zone=shop.example',
    ready: (page) => page.getByRole('button', { name: 'Look at the plan' }).waitFor(),
  },
  {
    name: 'template-plan',
    path: () =>
      '/zones/shop.example/template-plan?template=google.com%2Fworkspace&var.verification=abc&var.dkim=MIGf',
    ready: (page) => page.getByRole('grid', { name: 'Planned changes' }).waitFor(),
  },
  {
    name: 'zone-templates',
    path: () => '/zones/shop.example/templates',
    ready: (page) => page.getByRole('link', { name: 'Choose a template' }).waitFor(),
  },
  {
    name: 'webhooks',
    path: async (rig) => {
      await someWebhook(rig);
      return '/webhooks';
    },
    ready: (page) => page.getByRole('list', { name: 'Webhooks' }).waitFor(),
  },
  {
    name: 'webhook-new',
    path: () => '/webhooks?do=add',
    ready: async (page) => {
      await page.getByText('Chosen ones').click();
      await page.getByRole('checkbox', { name: 'All of zone' }).waitFor();
    },
  },
  {
    name: 'webhook',
    path: async (rig) => `/webhooks/${await someWebhook(rig)}`,
    ready: (page) => page.getByRole('grid', { name: 'Deliveries' }).waitFor(),
  },
  {
    name: 'api-keys',
    path: () => '/api-keys',
    ready: (page) => page.getByRole('list', { name: 'API keys' }).waitFor(),
  },
  {
    name: 'api-key-new',
    path: () => '/api-keys?do=make',
    ready: (page) => page.getByRole('button', { name: 'Make the key' }).waitFor(),
  },
  { name: 'drift', path: () => '/drift', ready: heading('Drift') },
  {
    name: 'zone-verify',
    path: () => '/zones/shop.example/verify',
    ready: (page) => page.getByRole('button', { name: 'Ask the DNS now' }).waitFor(),
  },
  {
    name: 'zone-tls',
    path: () => '/zones/shop.example/tls',
    ready: async (page) => {
      await page.getByRole('region', { name: 'SSL/TLS' }).waitFor();
      await page.getByRole('list', { name: 'Certificates', exact: true }).waitFor();
      await page.getByRole('region', { name: 'DNSSEC' }).getByRole('list').first().waitFor();
    },
  },
  {
    name: 'zone-settings',
    path: () => '/zones/shop.example/settings',
    ready: (page) => page.getByRole('region', { name: 'SSL/TLS' }).waitFor(),
  },
  {
    name: 'domains',
    path: () => '/domains',
    ready: (page) => page.getByRole('list', { name: 'Registrations' }).waitFor(),
  },
  {
    name: 'domains-search',
    path: () => '/domains/search?text=northwind-new.com',
    ready: (page) => page.getByRole('list', { name: 'Offers' }).waitFor(),
  },
  {
    name: 'domains-register',
    path: () => '/domains/register/northwind-new.com',
    ready: (page) => page.getByRole('button', { name: /^Buy for/ }).waitFor(),
  },
  {
    name: 'purchases',
    path: () => '/domains/purchases',
    ready: (page) => page.getByRole('list', { name: 'Purchases' }).waitFor(),
  },
  {
    name: 'purchase',
    path: async (rig) => `/domains/purchases/${await lastPurchase(rig)}`,
    ready: (page) => page.getByRole('link', { name: 'All purchases' }).waitFor(),
  },
  {
    name: 'provisionings',
    path: () => '/provisioning',
    ready: (page) => page.getByRole('list', { name: 'Provisionings' }).waitFor(),
  },
  {
    name: 'provisioning-one',
    path: async (rig) => `/provisioning/${await underWay(rig)}`,
    ready: (page) => page.getByText('Make the zone').waitFor(),
  },
  {
    name: 'provisioning-new',
    path: () => '/provisioning/new',
    ready: (page) => page.getByRole('combobox', { name: 'Template' }).waitFor(),
  },
  {
    name: 'connect',
    path: connectLink,
    ready: (page) => page.getByRole('button', { name: 'Test and connect' }).waitFor(),
  },
  {
    name: 'connect-used',
    path: () => '/connect#opens-nothing',
    ready: heading('This link opens nothing any more'),
  },
  {
    name: 'not-found',
    path: () => '/zones/none.example',
    ready: (page) => page.getByRole('alert').waitFor(),
  },
];

export function everyPage(given: () => Rig, visits: readonly Visit[] = VISITS): void {
  for (const scheme of ['light', 'dark'] as const) {
    it(`is legible to all, page by page, ${scheme}`, async () => {
      const rig = given();
      const context = await rig.context({ colorScheme: scheme });
      const page = await rig.signedIn(context);
      const found: string[] = [];
      for (const visit of visits) {
        await page.goto(rig.server.url + (await visit.path(rig)));
        await visit.ready(page);
        await page.evaluate(SETTLED);
        await shot(page, `${visit.name}-${scheme}`);
        found.push(...(await seriousProblems(page)).map((one) => `${visit.name} ${scheme}: ${one}`));
      }
      await context.close();
      assert.deepEqual(found, []);
    });
  }

  it('fits a phone, page by page', async () => {
    const rig = given();
    const context = await rig.context({
      viewport: PHONE,
      deviceScaleFactor: 1,
      colorScheme: 'light',
      hasTouch: true,
    });
    const page = await rig.signedIn(context);
    const wide: string[] = [];
    for (const visit of visits) {
      await page.goto(rig.server.url + (await visit.path(rig)));
      await visit.ready(page);
      await page.evaluate(SETTLED);
      await shot(page, `${visit.name}-phone`);
      const excess = await page.evaluate<number>(TOO_WIDE);
      if (excess > 0) wide.push(`${visit.name} is ${excess} px too wide`);
    }
    await context.close();
    assert.deepEqual(wide, []);
  });
}

/** Through the debugger, so that the page's own policy stays as it is. */
async function seriousProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(SERIOUS);
}

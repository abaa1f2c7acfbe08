/** What must hold of every page: axe-core finds nothing serious in either theme, and each is kept as a picture. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { SETTLED, TOO_WIDE } from './in-page.ts';
import { PROVISIONED } from './lived-in.ts';
import { PHONE, type Rig, seriousProblems } from './rig.ts';

/** A page, and what is there once it has been drawn. */
interface Visit {
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

async function someWebhook(rig: Rig): Promise<string> {
  const [first] = await rig.zoneward.tenant('local').webhooks.list();
  return first?.id ?? '';
}

async function connectLink(rig: Rig): Promise<string> {
  const brand = { name: 'Harbour Sites', colour: '#c2410c' };
  const { secret } = await rig.zoneward.tenant('local').connectSessions.create({ profile: 'full', brand });
  return `/connect#${secret.reveal()}`;
}

const VISITS: readonly Visit[] = [
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
  {
    name: 'zone-unread',
    path: () => '/zones/field-notes.example',
    ready: (page) => page.getByRole('button', { name: 'Read it now' }).waitFor(),
  },
  {
    name: 'change-many',
    path: async (rig) => {
      const [last] = await rig.zoneward.tenant('local').changes.list({ status: 'planned' });
      return `/changes/${last?.id}`;
    },
    ready: (page) => page.getByRole('grid').waitFor(),
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
    path: () => '/webhooks',
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
    path: () => `/provisioning/${PROVISIONED}`,
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

/** Two windows that go from page to page together. */
interface Desk {
  readonly window: Page;
  readonly phone: Page;
}

/** Pages that are looked at side by side: the browser paints one while the server answers another. */
const DESKS = 3;

export function everyPage(given: () => Rig): void {
  describe('every page, in both themes and on a phone', { concurrency: DESKS }, () => {
    const free: Desk[] = [];
    let wide: BrowserContext;
    let narrow: BrowserContext;
    before(async () => {
      wide = await given().context({ colorScheme: 'light' });
      narrow = await given().context({ viewport: PHONE, colorScheme: 'light', hasTouch: true });
    });
    after(() => Promise.all([wide.close(), narrow.close()]));

    for (const visit of VISITS) {
      it(`is legible to all and fits a phone: ${visit.name}`, async () => {
        const rig = given();
        const desk = free.pop() ?? {
          window: await rig.signedIn(wide),
          phone: await rig.signedIn(narrow),
        };
        const found: string[] = [];
        await goTo(rig, desk.window, visit);
        for (const scheme of ['light', 'dark'] as const) {
          await desk.window.emulateMedia({ colorScheme: scheme });
          await desk.window
            .locator(`html[data-mantine-color-scheme=${scheme}]`)
            .waitFor({ state: 'attached' });
          await desk.window.evaluate(SETTLED);
          await rig.shot(desk.window, `${visit.name}-${scheme}`);
          found.push(...(await seriousProblems(desk.window)).map((one) => `${scheme}: ${one}`));
        }
        await desk.window.emulateMedia({ colorScheme: 'light' });
        await goTo(rig, desk.phone, visit);
        await desk.phone.evaluate(SETTLED);
        await rig.shot(desk.phone, `${visit.name}-phone`);
        const excess = await desk.phone.evaluate<number>(TOO_WIDE);
        if (excess > 0) found.push(`${excess} px too wide for a phone`);
        free.push(desk);
        assert.deepEqual(found, []);
      });
    }
  });
}

/**
 * As a link within the dashboard leads there: by way of an address that has no page, so that nothing of the page before
 * is taken for this one. The page of a connect link is loaded by itself, as its visitor does.
 */
async function goTo(rig: Rig, page: Page, visit: Visit): Promise<void> {
  const path = await visit.path(rig);
  const isApart = path.startsWith('/connect#');
  if (isApart) await page.goto('about:blank');
  if (isApart || !(await isShown(page))) await page.goto(rig.server.url + (isApart ? path : NOWHERE));
  if (!isApart) {
    await follow(page, NOWHERE);
    await heading('Not found')(page);
    await follow(page, path);
  }
  await visit.ready(page);
  await page.locator('.zw-loading').first().waitFor({ state: 'detached' });
}

const NOWHERE = '/nowhere';

async function isShown(page: Page): Promise<boolean> {
  return (await page.locator('#page').count()) > 0;
}

async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
}

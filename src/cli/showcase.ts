/**
 * What `serve --sandbox` opens on, so that a newcomer sees life at once: two accounts, one of them behind a token that
 * may do too little; zones of every state; a history; a plan that waits; and changes that somebody else made.
 * All of it is made through the same doors that everyone uses.
 */
import type { Zoneward } from '../app/open-zoneward.ts';
import { DEMO_SEED, type Sandbox, type SandboxSeed, type ZoneSeed } from '../sandbox/index.ts';
import { LOCAL_TENANT } from './session.ts';

const AGENCY = 'Harbour Agency';
const DAY_MS = 86_400_000;
const TOKEN_DAYS = 40;
const SHOP = 'shop.example';

/** A customer's small site, as an agency keeps dozens of them. */
function site(name: string, index: number, more: Partial<ZoneSeed> = {}): ZoneSeed {
  return {
    name,
    account: AGENCY,
    plan: index % 3 === 0 ? 'pro' : 'free',
    records: [
      { type: 'A', name: '@', content: `198.51.100.${10 + index}`, proxied: true },
      { type: 'CNAME', name: 'www', content: name, proxied: true },
      { type: 'MX', name: '@', content: 'mx.mailer.example', priority: 10 },
      { type: 'TXT', name: '@', content: '"v=spf1 include:_spf.mailer.example -all"' },
      { type: 'TXT', name: '_dmarc', content: '"v=DMARC1; p=quarantine"' },
    ],
    ...more,
  };
}

const SITES = [
  'anchor-coffee', 'bay-cycles', 'canvas-and-oak', 'dockside-yoga', 'ferry-lane', 'gullwing-press', 'harbour-books',
  'ivy-tailors', 'juniper-clinic', 'keel-brewing', 'lighthouse-events', 'moor-and-tide', 'north-pier', 'old-customs-house',
]; // biome-ignore format: a word list

export const SHOWCASE_SEED: SandboxSeed = {
  ...DEMO_SEED,
  accounts: [{ name: AGENCY }],
  zones: [
    ...(DEMO_SEED.zones ?? []),
    ...SITES.map((word, index) => site(`${word}.example`, index)),
    site('slipway-launch.test', 20, { status: 'pending', delegation: 'none', plan: 'free' }),
  ],
};

/** Connects both accounts, reads their zones, and leaves traces of some work. */
export async function furnish({
  zoneward,
  sandbox,
}: {
  zoneward: Zoneward;
  sandbox: Sandbox;
}): Promise<void> {
  await connect(zoneward, { label: 'sandbox', token: sandbox.tokens.full, accountId: sandbox.accountId });
  const { value: token } = sandbox.createToken({
    name: 'agency',
    account: AGENCY,
    permissions: ['Zone Read', 'DNS Read', 'DNS Write'],
    expiresOn: new Date(Date.now() + TOKEN_DAYS * DAY_MS).toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  await connect(zoneward, { label: AGENCY, token, tags: ['agency', 'customers'] });
  await leaveTraces(zoneward);
  await surprise(zoneward, sandbox);
}

async function connect(
  zoneward: Zoneward,
  given: {
    readonly label: string;
    readonly token: string;
    readonly accountId?: string;
    readonly tags?: readonly string[];
  },
): Promise<void> {
  const { connections, zones } = zoneward.tenant(LOCAL_TENANT);
  const { label, token, accountId, tags = [] } = given;
  const parsed = await connections.read({ token, accountId });
  if (!parsed.ok) return;
  const { credential, accountId: account } = parsed.value;
  await connections.add({
    credential,
    label,
    tags,
    profile: 'full',
    ...(account === null ? {} : { accountId: account }),
  });
  await zones.syncAll({ connection: label });
}

/** A history: something done, something taken back, something that waits. */
async function leaveTraces(zoneward: Zoneward): Promise<void> {
  const { changes } = zoneward.tenant(LOCAL_TENANT);
  const status = await changes.planEdit([SHOP], { name: 'status' }, { ttl: '600' });
  await changes.apply(status, { summary: 'Status page: answers live longer' });
  const mistake = await changes.planAdd(SHOP, { name: 'blog', type: 'A', content: '192.0.2.12' });
  const applied = await changes.apply(mistake, { summary: 'Add the blog' });
  if (applied !== null) await changes.apply(await changes.planUndo(applied.changeSet.id));
  const hosts = await changes.planEdit(
    ['northwind-cloud.example'],
    { content: '203.0.113.2*', type: 'A' },
    { ttl: '5m' },
  );
  await changes.save(hosts, { summary: 'Pool hosts: five minutes', allow: ['updates'] });
}

/** What a colleague does at Cloudflare's own dashboard: drift, to be adopted or taken back. */
async function surprise(zoneward: Zoneward, sandbox: Sandbox): Promise<void> {
  const { zones } = zoneward.tenant(LOCAL_TENANT);
  const checkout = sandbox.records(SHOP).find(({ name }) => name === `checkout.${SHOP}`);
  sandbox.foreignEdit(SHOP, {
    ...(checkout === undefined ? {} : { patches: [{ id: checkout.id, proxied: false }] }),
    posts: [{ type: 'A', name: 'promo', content: '203.0.113.200', ttl: 300 }],
  });
  await zones.sync(SHOP);
}

/** For tests: a request to every endpoint that its own tenant may make, with the ids of things that are there. */
import type { Endpoint } from './endpoint.ts';

/** A customer's hostname (SSL for SaaS) that the zone of `Things` serves. */
export const CUSTOMER_HOSTNAME = 'www.customer.example';

/** Ids of one tenant's things. */
export interface Things {
  readonly connection: string;
  readonly zone: string;
  readonly changeSet: string;
  readonly job: string;
  readonly apiKey: string;
  readonly token: string;
  readonly connectSession: string;
  readonly webhook: string;
  readonly delivery: string;
  readonly record: string;
  readonly purchase: string;
  /** That is being provisioned. */
  readonly domain: string;
  /** Of an event that no other tenant's trail is long enough for. */
  readonly sequence: number;
}

/** Bodies by operation. Those that name a foreign thing in the body have an entry for each in `FOREIGN_BODIES`. */
export const BODIES: Readonly<Record<string, (things: Things) => unknown>> = {
  signIn: () => ({ apiKey: 'zwk_none' }),
  watchCredentialTest: ({ token }) => ({ credential: { token } }),
  addConnection: ({ token }) => ({ credential: { token }, label: 'another', duplicate: true }),
  editConnection: () => ({ tags: ['a'] }),
  relinkConnection: ({ token }) => ({ credential: { token } }),
  watchConnectionAdd: ({ token }) => ({ credential: { token }, label: 'watched', duplicate: true }),
  watchConnectionRelink: ({ token }) => ({ credential: { token } }),
  syncZones: ({ connection }) => ({ connection }),
  refreshTls: ({ zone }) => ({ zones: [zone] }),
  importConnections: ({ token }) => ({ text: `label,token\nimported,${token}\n` }),
  runRound: ({ connection }) => ({ connection }),
  verifyAuditAgainst: () => ({
    checkpoints: [
      { version: 1, tenantId: 'none', sequence: 1, hash: 'x', at: 0, keyId: 'none', signature: 'x' },
    ],
  }),
  addVaultKey: () => ({ id: 'key-none' }),
  checkRecord: () => ({ name: 'added', type: 'A', content: '192.0.2.1' }),
  plan: ({ zone }) => ({ kind: 'add', zone, record: { name: 'added', type: 'A', content: '192.0.2.1' } }),
  planFile: ({ zone }) => ({ kind: 'remove', zones: [zone], select: { name: 'api' } }),
  saveChangeSet: ({ zone }) => ({
    plan: { kind: 'add', zone, record: { name: 'added', type: 'A', content: '192.0.2.1' } },
  }),
  saveChangeSetAsJob: ({ zone }) => ({
    plan: { kind: 'add', zone, record: { name: 'added-too', type: 'A', content: '192.0.2.1' } },
  }),
  planEverywhere: ({ zone }) => ({ zones: [zone], select: { name: 'www' }, set: { ttl: '600' } }),
  rotateConnection: () => ({}),
  setMinter: () => ({ credential: null }),
  discoverZones: ({ connection }) => ({ connection }),
  setInventory: () => ({ ignore: [{ name: '*.dyn' }] }),
  pruneHistory: () => ({ before: '2020-01-01T00:00:00Z' }),
  pauseZone: () => ({ allow: ['exposure'] }),
  createZone: () => ({ name: 'made-here.com' }),
  adoptDrift: () => ({ revision: 1 }),
  setAutoRenew: () => ({ autoRenew: false }),
  registerDomain: () => ({ domain: 'bought-here.com' }),
  setSpendLimit: () => ({ monthly: { amount: '100.00', currency: 'USD' } }),
  startProvisioning: () => ({ domain: 'begun-here.com' }),
  startProvisionings: () => ({ domains: [{ domain: 'begun-too.com' }] }),
  takeDownProvisioning: () => ({ allow: ['zone-delete'] }),
  pruneAudit: () => ({ before: '2020-01-01T00:00:00Z' }),
  eraseAuditPayload: () => ({ reason: 'asked to' }),
  planCertificates: () => ({ kind: 'order' }),
  saveCertificateChange: () => ({ plan: { kind: 'order' } }),
  uploadCertificate: () => ({ certificate: 'no PEM', privateKey: 'no PEM' }),
  makeSigningRequest: () => ({}),
  applyChangeSet: () => ({}),
  applyWithKey: () => ({ privateKey: 'no PEM' }),
  resumeChangeSet: () => ({}),
  verifyZone: () => ({}),
  checkTransfers: () => ({ domains: [{ domain: 'moving-name.com' }] }),
  startTransfer: () => ({ domain: 'moving-name.com', authCode: 'code', confirmPrice: '10.46' }),
  checkTemplate: () => ({ template: 'vercel.com/site' }),
  setPolicy: ({ zone }) => ({ zone, policy: { deletionsMax: 100 } }),
  createApiKey: () => ({ label: 'made', scopes: ['read'] }),
  addWebhook: () => ({ url: 'https://hooks.example.com/' }),
  editWebhook: () => ({ description: 'edited' }),
  rotateWebhookSecret: () => ({}),
  createConnectSession: ({ connection }) => ({ relink: connection }),
  testByLink: ({ token }) => ({ credential: { token } }),
  saveByLink: ({ token }) => ({ credential: { token } }),
  watchSaveByLink: ({ token }) => ({ credential: { token } }),
  eraseTenant: () => ({ confirm: 'not its name', code: 'none', reason: 'a test' }),
  replayWebhookRange: () => ({ since: '2026-01-01T00:00:00Z' }),
};

/** Every way to name another tenant's thing in a body or a query. */
export const FOREIGN_MENTIONS: readonly {
  readonly method: string;
  readonly path: (things: Things) => string;
  readonly body?: (things: Things) => unknown;
}[] = [
  { method: 'POST', path: () => '/v1/zones/sync', body: ({ connection }) => ({ connection }) },
  {
    method: 'POST',
    path: () => '/v1/change-sets/everywhere',
    body: ({ zone }) => ({ zones: [zone], select: { type: 'A' }, remove: true }),
  },
  {
    method: 'POST',
    path: () => '/v1/change-sets/everywhere',
    body: ({ connection }) => ({ connection, select: { type: 'A' }, remove: true }),
  },
  { method: 'POST', path: () => '/v1/connect-sessions', body: ({ connection }) => ({ relink: connection }) },
  { method: 'GET', path: ({ connection }) => `/v1/zones?connection=${connection}` },
  { method: 'GET', path: ({ connection }) => `/v1/records?type=A&connection=${connection}` },
  { method: 'POST', path: () => '/v1/zones/discover', body: ({ connection }) => ({ connection }) },
  { method: 'POST', path: () => '/v1/zones', body: ({ connection }) => ({ name: 'a.com', connection }) },
  { method: 'GET', path: ({ zone }) => `/v1/drift?zone=${zone}` },
  { method: 'GET', path: ({ connection }) => `/v1/drift?connection=${connection}` },
  ...['calendar', 'calendar.ics'].flatMap((name) => [
    { method: 'GET', path: ({ zone }: Things) => `/v1/certificates/${name}?zones=${zone}` },
    { method: 'GET', path: ({ connection }: Things) => `/v1/certificates/${name}?connection=${connection}` },
  ]),
  { method: 'GET', path: ({ connection }) => `/v1/tls?connection=${connection}` },
  { method: 'POST', path: () => '/v1/tls/refresh', body: ({ zone }) => ({ zones: [zone] }) },
  { method: 'POST', path: () => '/v1/tls/refresh', body: ({ connection }) => ({ connection }) },
  ...['', '/search?text=a&', '/check?names=a.com&', '/calendar?', '/calendar.ics?'].map((rest) => ({
    method: 'GET',
    path: ({ connection }: Things) => `/v1/domains${rest || '?'}connection=${connection}`,
  })),
  { method: 'POST', path: () => '/v1/domains', body: ({ connection }) => ({ domain: 'a.com', connection }) },
  {
    method: 'POST',
    path: () => '/v1/provisionings',
    body: ({ connection }) => ({ domain: 'a.com', connection }),
  },
  {
    method: 'POST',
    path: () => '/v1/provisionings/bulk',
    body: ({ connection }) => ({ domains: [{ domain: 'a.com', connection }] }),
  },
  {
    method: 'POST',
    path: () => '/v1/provisionings/bulk',
    body: ({ connection }) => ({ domains: [{ domain: 'a.com' }], common: { connection } }),
  },
  { method: 'GET', path: ({ connection }) => `/v1/audit?connection=${connection}` },
  { method: 'GET', path: ({ connection }) => `/v1/usage/series?connection=${connection}` },
  { method: 'GET', path: ({ zone }) => `/v1/change-sets?zone=${zone}` },
  { method: 'GET', path: ({ connection }) => `/v1/change-sets?connection=${connection}` },
  { method: 'POST', path: () => '/v1/rounds', body: ({ connection }) => ({ connection }) },
  { method: 'GET', path: ({ zone }) => `/v1/audit?zone=${zone}` },
  { method: 'GET', path: ({ zone }) => `/v1/audit/export?zone=${zone}` },
  { method: 'GET', path: ({ connection }) => `/v1/usage?connection=${connection}` },
  { method: 'GET', path: ({ connection }) => `/v1/usage/calls?connection=${connection}` },
  { method: 'PUT', path: () => '/v1/policies', body: ({ zone }) => ({ zone, policy: null }) },
  { method: 'PUT', path: () => '/v1/policies', body: ({ connection }) => ({ connection, policy: null }) },
  ...['/v1/plans', '/v1/plans/file'].flatMap((path) =>
    plansOf().map((body) => ({ method: 'POST', path: () => path, body })),
  ),
  ...['/v1/change-sets', '/v1/change-sets/jobs'].flatMap((path) =>
    plansOf().map((plan) => ({
      method: 'POST',
      path: () => path,
      body: (things: Things) => ({ plan: plan(things) }),
    })),
  ),
  { method: 'GET', path: ({ connection }) => `/v1/zones/export?connection=${connection}` },
];

function plansOf(): ((things: Things) => unknown)[] {
  const record = { name: 'added', type: 'A', content: '192.0.2.1' };
  return [
    ({ zone }) => ({ kind: 'source', zone, text: 'records: []' }),
    ({ zone }) => ({ kind: 'sources', sources: [{ zone, text: 'records: []' }] }),
    ({ zone }) => ({ kind: 'add', zone, record }),
    ({ zone }) => ({ kind: 'edit', zones: [zone], select: { type: 'A' }, set: { ttl: '600' } }),
    ({ zone }) => ({ kind: 'remove', zones: [zone], select: { type: 'A' } }),
    ({ zone }) => ({ kind: 'staged', zone, changes: [{ kind: 'add', record }] }),
    ({ changeSet }) => ({ kind: 'undo', changeSetId: changeSet }),
    ({ zone }) => ({ kind: 'restore', zone, revision: 1 }),
    ({ zone }) => ({ kind: 'template', zone, template: 'vercel.com/site' }),
    ({ zone }) => ({ kind: 'template-removal', zone, template: 'vercel.com/site' }),
    ({ zone }) => ({ kind: 'settings', zones: [zone], baseline: 'modern' }),
    ({ zone }) => ({ kind: 'certificates', zone, change: { kind: 'order' } }),
    ({ zone }) => ({ kind: 'revert', zones: [zone] }),
    ({ zone }) => ({
      kind: 'file',
      planFile: { format: 'zoneward-plan', version: 1, plans: [{ zoneId: zone }] },
    }),
  ];
}

/** Queries that an endpoint cannot do without. */
const QUERIES: Readonly<Record<string, string>> = {
  findRecords: '?type=A',
  searchDomains: '?text=fresh',
  checkDomains: '?names=fresh-name.com',
};

/**
 * Paths that name what belongs to no tenant: names of the world and extensions, of which Cloudflare says whose they are, and
 * keys of the vault, which are the operator's alone.
 */
export const OF_THE_WORLD: readonly string[] = [
  'getDomain',
  'setAutoRenew',
  'getExtension',
  'promoteVaultKey',
  'retireVaultKey',
];

export function pathOf({ path, tag, operationId }: Endpoint, things: Things): string {
  const ids: Readonly<Record<string, string>> = {
    jobs: things.job,
    'api-keys': things.apiKey,
    purchases: things.purchase,
    connect: things.connectSession,
    vault: 'none',
  };
  const filled = path
    .replace('{connection}', things.connection)
    .replace('{zone}', things.zone)
    .replace('{webhook}', things.webhook)
    .replace('{delivery}', things.delivery)
    .replace('{record}', things.record)
    .replace('{domain}', things.domain)
    .replace('{extension}', 'com')
    .replace('{hostname}', CUSTOMER_HOSTNAME)
    .replace('{sequence}', String(things.sequence))
    .replace('{id}', ids[tag] ?? things.changeSet);
  return `${filled}${QUERIES[operationId] ?? ''}`;
}

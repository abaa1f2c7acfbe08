/**
 * Every page, in one table. To add one: its address in `paths.ts`, a component in `pages/` (or a feature's folder), and
 * a line here; with `nav` it stands in the navigation. Each page is a file of its own that is fetched when first opened.
 */
import { type ComponentType, lazy } from 'react';
import type { IconName } from './kit/icons.tsx';
import { PATHS } from './paths.ts';

export interface PageEntry {
  readonly path: string;
  readonly page: ComponentType;
  readonly nav?: { readonly group: NavGroup; readonly label: string; readonly icon: IconName };
  /** Without the navigation around it, and without a session: for people who are no users of this dashboard. */
  readonly isBare?: boolean;
}

export const NAV_GROUPS = ['DNS', 'Cloudflare', 'Account'] as const;
export type NavGroup = (typeof NAV_GROUPS)[number];

function load<Name extends string>(
  get: () => Promise<Readonly<Record<Name, ComponentType>>>,
  name: Name,
): ComponentType {
  return lazy<ComponentType>(async () => ({ default: (await get())[name] })) as unknown as ComponentType;
}

/** In the order in which addresses are tried, and in which the navigation lists them. */
export const PAGES: readonly PageEntry[] = [
  {
    path: PATHS.zones,
    page: load(() => import('./features/zones/zones-page.tsx'), 'ZonesPage'),
    nav: { group: 'DNS', label: 'Zones', icon: 'zone' },
  },
  { path: PATHS.zone, page: load(() => import('./features/zones/zone-page.tsx'), 'ZonePage') },
  {
    path: PATHS.records,
    page: load(() => import('./features/records/find-records-page.tsx'), 'FindRecordsPage'),
    nav: { group: 'DNS', label: 'Records', icon: 'record' },
  },
  {
    path: PATHS.changes,
    page: load(() => import('./features/changes/changes-page.tsx'), 'ChangesPage'),
    nav: { group: 'DNS', label: 'Changes', icon: 'change' },
  },
  {
    path: PATHS.drift,
    page: load(() => import('./features/drift/drift-page.tsx'), 'DriftPage'),
    nav: { group: 'DNS', label: 'Drift', icon: 'drift' },
  },
  {
    path: PATHS.templates,
    page: load(() => import('./features/templates/templates-page.tsx'), 'TemplatesPage'),
    nav: { group: 'DNS', label: 'Templates', icon: 'template' },
  },
  { path: PATHS.undo, page: load(() => import('./features/changes/undo-page.tsx'), 'UndoPage') },
  { path: PATHS.change, page: load(() => import('./features/changes/change-page.tsx'), 'ChangePage') },
  {
    path: PATHS.connections,
    page: load(() => import('./features/connections/connections-page.tsx'), 'ConnectionsPage'),
    nav: { group: 'Cloudflare', label: 'Connections', icon: 'link' },
  },
  {
    path: PATHS.newConnection,
    page: load(() => import('./features/connections/new-connection-page.tsx'), 'NewConnectionPage'),
  },
  {
    path: PATHS.connectLinks,
    page: load(() => import('./features/connections/links-page.tsx'), 'LinksPage'),
  },
  {
    path: PATHS.connection,
    page: load(() => import('./features/connections/connection-page.tsx'), 'ConnectionPage'),
  },
  {
    path: PATHS.tls,
    page: load(() => import('./features/fleet/fleet-page.tsx'), 'FleetPage'),
    nav: { group: 'Cloudflare', label: 'SSL/TLS', icon: 'lock' },
  },
  {
    path: PATHS.domains,
    page: load(() => import('./features/domains/domains-page.tsx'), 'DomainsPage'),
    nav: { group: 'Cloudflare', label: 'Domains', icon: 'globe' },
  },
  {
    path: PATHS.provisioning,
    page: load(() => import('./features/provisioning/provisioning-page.tsx'), 'ProvisioningPage'),
    nav: { group: 'Cloudflare', label: 'Provisioning', icon: 'steps' },
  },
  {
    path: PATHS.audit,
    page: load(() => import('./features/audit/audit-page.tsx'), 'AuditPage'),
    nav: { group: 'Account', label: 'Audit', icon: 'audit' },
  },
  {
    path: PATHS.usage,
    page: load(() => import('./features/usage/usage-page.tsx'), 'UsagePage'),
    nav: { group: 'Account', label: 'Usage', icon: 'usage' },
  },
  {
    path: PATHS.webhooks,
    page: load(() => import('./features/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
    nav: { group: 'Account', label: 'Webhooks', icon: 'send' },
  },
  {
    path: PATHS.keys,
    page: load(() => import('./features/keys/keys-page.tsx'), 'KeysPage'),
    nav: { group: 'Account', label: 'API keys', icon: 'key' },
  },
  {
    path: PATHS.connect,
    page: load(() => import('./features/connect/connect-page.tsx'), 'ConnectPage'),
    isBare: true,
  },
];

/**
 * Where the dashboard's pages are: their addresses and nothing else. The build writes the first segments into
 * `paths.json`, by which the server knows which addresses are pages; a page without an entry here does not survive a
 * reload.
 */

/** Address patterns of the router. `*?` takes the rest of the address. */
export const PATHS = {
  home: '/',
  connections: '/connections',
  newConnection: '/connections/new',
  connectLinks: '/connections/links',
  connection: '/connections/:connection',
  zones: '/zones',
  zone: '/zones/:zone/*?',
  records: '/records',
  changes: '/changes',
  change: '/changes/:id',
  undo: '/changes/:id/undo',
  drift: '/drift',
  domains: '/domains/*?',
  provisioning: '/provisioning/*?',
  templates: '/templates/*?',
  tls: '/tls/*?',
  audit: '/audit',
  usage: '/usage',
  keys: '/api-keys',
  webhooks: '/webhooks/*?',
  connect: '/connect/*?',
  signIn: '/sign-in',
} as const;

export type PageName = keyof typeof PATHS;

/** First segments of all addresses: `''` for the first page, `zones`, … */
export function firstSegments(): readonly string[] {
  return [...new Set(Object.values(PATHS).map((path) => path.split('/')[1] ?? ''))];
}

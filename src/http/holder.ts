/**
 * Who holds what they act with: an API key sent along, or a session of the dashboard, which stands for its key. A
 * browser sends its cookie whoever wrote the page that asks, so what it asks counts only from our own pages.
 */

import type { Zoneward } from '../app/open-zoneward.ts';
import { type ApiKey, isUnlimited, type Session } from '../app/re-exports.ts';
import { HttpError } from './problem.ts';
import { cookieOf } from './session-cookie.ts';

export interface Holder {
  readonly key: ApiKey;
  /** For the audit trail: the key's id. */
  readonly principal: string;
  /** Null where the key itself was sent. */
  readonly session: Session | null;
}

/** A page of another site cannot set it without asking us first, and we allow that to none. */
export const CSRF_HEADER = 'zoneward-csrf';
const BEARER = /^Bearer ([\x21-\x7e]{1,256})$/i;

/** Throws 401, and 403 `cross-site` for a browser's request that is not from our own page. */
export async function recogniseHolder(
  zoneward: Zoneward,
  request: { readonly method: string; readonly url: string; readonly headers: Headers },
): Promise<Holder> {
  const authorization = request.headers.get('authorization');
  const cookie = cookieOf(request);
  if (authorization === null && cookie !== null) return ofSession(zoneward, request, cookie);
  const [, secret] = BEARER.exec(authorization ?? '') ?? [];
  const key = secret === undefined ? null : await zoneward.apiKeys.recognise(secret);
  if (key === null) throw unauthorized(authorization === null);
  return { key, principal: key.id, session: null };
}

async function ofSession(
  zoneward: Zoneward,
  request: Parameters<typeof refuseOtherSites>[0],
  cookie: string,
): Promise<Holder> {
  refuseOtherSites(request);
  const session = await zoneward.signIns.recognise(cookie);
  if (session !== null) return { key: session.key, principal: session.key.id, session };
  throw new HttpError(401, 'session-ended', 'Your session has ended.', {
    next: ['Sign in again with your API key.'],
  });
}

/** Whether what the holder showed is still good: of a session its sign-in too. */
export async function stillStands(
  zoneward: Zoneward,
  { key, session }: Holder,
  request: Parameters<typeof cookieOf>[0],
): Promise<boolean> {
  if (session === null) return zoneward.apiKeys.stands(key.id);
  return (await zoneward.signIns.recognise(cookieOf(request) ?? '')) !== null;
}

/** Every write needs the header; where the browser says which site asks, it must be this one. */
export function refuseOtherSites(request: {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}): void {
  const { headers } = request;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const site = headers.get('sec-fetch-site');
  // `none` is a person who typed the address, which asks for nothing but pages.
  const isOurs = site === null ? isOwnOrigin(headers, request.url) : ['same-origin', 'none'].includes(site);
  if (isOurs && (isRead || headers.has(CSRF_HEADER))) return;
  throw new HttpError(403, 'cross-site', 'A session counts only for requests of the dashboard itself.', {
    next: [`Send an API key instead, or the header ${CSRF_HEADER}: 1 from a page of this server.`],
  });
}

/** For browsers that do not tell the site: over plain HTTP to a name other than localhost. */
function isOwnOrigin(headers: Headers, url: string): boolean {
  const origin = headers.get('origin');
  return origin === null || URL.parse(origin)?.host === (headers.get('host') ?? new URL(url).host);
}

/** For what is no tenant's. Throws 403 `operator-only`. */
export function requireOperator({ key }: Holder): void {
  if (key.tenantId === null && isUnlimited(key.reach)) return;
  throw new HttpError(403, 'operator-only', "This is for an operator's key, which acts for all tenants.", {
    next: ['zoneward api-keys create --label NAME --scope admin --all-tenants'],
  });
}

function unauthorized(isMissing: boolean): HttpError {
  return new HttpError(
    401,
    isMissing ? 'api-key-missing' : 'api-key-invalid',
    isMissing ? 'This needs an API key.' : 'This API key is not known, has expired or was revoked.',
    {
      next: [
        'Send the header Authorization: Bearer zwk_…',
        'zoneward api-keys create --label NAME --scope read',
      ],
      headers: { 'www-authenticate': 'Bearer realm="zoneward"' },
    },
  );
}

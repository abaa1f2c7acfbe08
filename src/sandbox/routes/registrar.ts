/**
 * The registrar (§7): search, check, extensions. Everything is there twice, under `/registrar` and under
 * `/registrar-sandbox`, which has `.com` and `.net` only and costs nothing.
 */

import { createHash } from 'node:crypto';
import type { RegistrarCheckResponse } from 'cloudflare/resources/registrar/registrar';
import type { Call, Route } from '../http/call.ts';
import { JSON_TYPE, ok, type Reply } from '../http/envelope.ts';
import {
  type DomainName,
  extensionFor,
  extensionsOf,
  extensionWire,
  type Namespace,
  parseDomain,
} from '../registrar/extensions.ts';
import { pageByCursor } from '../registrar/registrations.ts';
import { checkDomain, suggestions } from '../registrar/registry.ts';
import { cursorQuery, REGISTRAR_READ } from './registrar-common.ts';
import {
  extensionUnknown,
  invalidCursor,
  noDomains,
  noValidDomains,
  queryMissing,
  queryTooLong,
  tooManyDomains,
} from './registrar-errors.ts';
import { transferRoutes } from './registrar-transfers.ts';
import { registrationRoutes } from './registrations.ts';

const QUERY_CHARS_MAX = 100;
const SEARCH_LIMIT_DEFAULT = 20;
const SEARCH_LIMIT_MAX = 50;
const CHECK_DOMAINS_MAX = 20;

/** A check is a POST that changes nothing: it is in no audit log. */
function readingRoutes(namespace: Namespace): readonly Route[] {
  const base = `/accounts/{account_id}/${namespace === 'live' ? 'registrar' : 'registrar-sandbox'}`;
  const route = (
    method: Route['method'],
    path: string,
    run: (call: Call, namespace: Namespace) => Reply,
  ): Route => ({
    method,
    path: `${base}${path}`,
    needs: REGISTRAR_READ,
    run: (call) => run(call, namespace),
  });
  return [
    route('GET', '/domain-search', search),
    route('POST', '/domain-check', check),
    route('GET', '/extensions', listExtensions),
    route('GET', '/extensions/{extension}', getExtension),
  ];
}

export const registrarRoutes: readonly Route[] = [
  ...readingRoutes('live'),
  ...readingRoutes('sandbox'),
  ...registrationRoutes('live'),
  ...registrationRoutes('sandbox'),
  ...transferRoutes,
];

/** From a cache: what was registered since may still look free. */
function search({ world, query }: Call, namespace: Namespace): Reply {
  const text = (query.get('q') ?? '').trim();
  if (text === '') throw queryMissing();
  if (text.length > QUERY_CHARS_MAX) throw queryTooLong();
  const wanted = query.getAll('extensions').flatMap((item) => item.split(','));
  const supported = extensionsOf(namespace).map(({ name }) => name);
  const chosen = wanted.map((item) => item.replace(/^\./, '')).filter((item) => supported.includes(item));
  const asked = parseDomain(text)?.extension;
  const ordered =
    wanted.length > 0 ? chosen : [...new Set([...(asked === undefined ? [] : [asked]), ...POPULAR])];
  const extensions = ordered.filter((item) => supported.includes(item));
  const names = suggestions(text).flatMap((label) =>
    extensions.map((extension) => parseDomain(`${label}.${extension}`)).filter((item) => item !== undefined),
  );
  const domains = names
    .slice(0, searchLimit(query))
    .map((name) => checkDomain(world, name, { namespace, fresh: false }));
  return ok({ domains } satisfies RegistrarCheckResponse);
}

const POPULAR = ['com', 'net', 'org', 'dev', 'app', 'io', 'xyz'];

/** [U] What happens to a limit outside of 1 to 50. */
function searchLimit(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? SEARCH_LIMIT_DEFAULT);
  return Number.isInteger(limit) && limit >= 1 ? Math.min(limit, SEARCH_LIMIT_MAX) : SEARCH_LIMIT_DEFAULT;
}

/** Malformed names are left out of the answer. */
function check(call: Call, namespace: Namespace): Reply {
  const sent = call.jsonObject()['domains'];
  if (!Array.isArray(sent) || sent.length === 0) throw noDomains();
  if (sent.length > CHECK_DOMAINS_MAX) throw tooManyDomains();
  const names = sent.map(parseDomain).filter((item): item is DomainName => item !== undefined);
  if (names.length === 0) throw noValidDomains();
  const domains = names.map((name) => checkDomain(call.world, name, { namespace, fresh: true }));
  return ok({ domains } satisfies RegistrarCheckResponse);
}

function listExtensions(call: Call, namespace: Namespace): Reply {
  const { query } = call;
  const name = (query.get('name') ?? '').toLowerCase().replace(/^\./, '');
  const found = extensionsOf(namespace).filter((item) => name === '' || item.name === name);
  const ordered = query.get('direction') === 'desc' ? [...found].reverse() : found;
  const wanted = cursorQuery(query);
  const page = pageByCursor(ordered, (item) => item.name, wanted);
  if (page === undefined) throw invalidCursor();
  const info = { count: page.items.length, per_page: wanted.perPage, cursor: page.cursor };
  return withEtag(call, ok(page.items.map(extensionWire), { info }));
}

function getExtension(call: Call, namespace: Namespace): Reply {
  const found = extensionFor(call.param('extension').toLowerCase().replace(/^\./, ''), namespace);
  if (typeof found === 'string') throw extensionUnknown();
  return withEtag(call, ok(extensionWire(found)));
}

/** 304 without a body when the client has this very answer. */
function withEtag(call: Call, reply: Reply): Reply {
  const etag = `"${createHash('sha256').update(reply.body).digest('hex').slice(0, 32)}"`;
  const known = (call.request.headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  const headers = { ...reply.headers, ETag: etag };
  if (known.includes(etag) || known.includes('*'))
    return { status: 304, body: '', contentType: JSON_TYPE, headers };
  return { ...reply, headers };
}

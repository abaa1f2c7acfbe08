/**
 * Queries of the audit log: every filter of version 2 (each also as `.not`, both repeatable), time windows, and pages
 * by cursor. A cursor names the last entry that was given, so entries that arrive meanwhile disturb nothing.
 */
import type { AuditEntry } from '../state/audit.ts';
import type { World } from '../state/world.ts';
import { productsOf } from './products.ts';
import { rayOf, scopeOf } from './wire.ts';

type Field = (entry: AuditEntry, world: World) => string | undefined;

/** Filters of version 2 by their name in the query. */
export const FIELDS: Readonly<Record<string, Field>> = {
  id: (entry) => entry.id,
  audit_log_id: (entry) => entry.id,
  account_name: (entry, world) => world.account(entry.accountId ?? '')?.name,
  action_result: (entry) => entry.result,
  action_type: (entry) => entry.action,
  actor_context: (entry) => entry.actor.context,
  actor_email: (entry) => entry.actor.email,
  actor_id: (entry) => entry.actor.id,
  actor_ip_address: (entry) => entry.actor.ip,
  actor_token_id: (entry) => entry.actor.tokenId,
  actor_token_name: (entry) => entry.actor.tokenName,
  actor_type: (entry) => entry.actor.type,
  raw_cf_ray_id: rayOf,
  raw_method: (entry) => entry.raw.method,
  raw_status_code: (entry) => String(entry.raw.status),
  raw_uri: (entry) => entry.raw.uri,
  resource_id: (entry) => entry.resourceId,
  resource_scope: (entry) => scopeOf(entry),
  resource_type: (entry) => entry.resourceType,
  zone_id: (entry) => entry.zoneId,
  zone_name: (entry) => entry.zoneName,
};

export type AuditTest = (entry: AuditEntry) => boolean;

/** Every filter of the query must hold. Undefined when a product category is unknown. */
export function filtersOf(world: World, query: URLSearchParams): AuditTest | undefined {
  const tests: AuditTest[] = [];
  for (const [name, field] of Object.entries(FIELDS)) {
    const wanted = new Set(query.getAll(name).filter((text) => text !== ''));
    const unwanted = new Set(query.getAll(`${name}.not`).filter((text) => text !== ''));
    if (wanted.size > 0) tests.push((entry) => wanted.has(field(entry, world) ?? ''));
    if (unwanted.size > 0) tests.push((entry) => !unwanted.has(field(entry, world) ?? ''));
  }
  const byProduct = productTest(query);
  if (byProduct === undefined) return undefined;
  return (entry) => byProduct(entry) && tests.every((test) => test(entry));
}

/** Categories widen what `resource_product` asks for. */
function productTest(query: URLSearchParams): AuditTest | undefined {
  const wanted = new Set(query.getAll('resource_product'));
  const unwanted = new Set(query.getAll('resource_product.not'));
  for (const category of query.getAll('product_category')) {
    const products = productsOf(category);
    if (products === undefined) return undefined;
    for (const product of products) wanted.add(product);
  }
  return ({ product }) => (wanted.size === 0 || wanted.has(product)) && !unwanted.has(product);
}

/** A date (start of the day, UTC) or an RFC 3339 moment, in milliseconds; undefined when it is neither. */
export function readMoment(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/.test(text))
    return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export interface CursorPage {
  readonly entries: readonly AuditEntry[];
  /** Empty: there is no further page. */
  readonly cursor: string;
}

/** Undefined when the cursor names no entry of the list. */
export function cursorPage(
  entries: readonly AuditEntry[],
  page: { readonly limit: number; readonly cursor: string },
): CursorPage | undefined {
  const after = page.cursor === '' ? -1 : entries.findIndex((entry) => entry.id === decode(page.cursor));
  if (after === -1 && page.cursor !== '') return undefined;
  const slice = entries.slice(after + 1, after + 1 + page.limit);
  const last = slice.at(-1);
  const isEnd = last === undefined || after + 1 + slice.length >= entries.length;
  return { entries: slice, cursor: isEnd ? '' : Buffer.from(last.id).toString('base64url') };
}

function decode(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}

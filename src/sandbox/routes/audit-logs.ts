/** The audit log (§8): version 2 of an account, version 1 of an account and of the user. */
import type { AuditListResponse } from 'cloudflare/resources/accounts/logs/audit';
import { type ApiError, notFound, refusal } from '../api-error.ts';
import { productCategories } from '../audit/products.ts';
import { cursorPage, filtersOf, readMoment } from '../audit/query.ts';
import { actionTypeV1, entriesCsv, entryWire, entryWireV1 } from '../audit/wire.ts';
import type { Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import type { AuditEntry } from '../state/audit.ts';

const READ: Needs = { scope: 'account', anyOf: ['Account Settings Read', 'Account Settings Write'] };
/** [U] Which group the user's own log asks for. */
const READ_USER: Needs = { scope: 'user', anyOf: ['User Details Read', 'User Details Write'] };
const V2 = '/accounts/{account_id}/logs/audit';
const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const V1_PAGE = { perPageDefault: 100, perPageMax: 1000 };

// [U] Codes and texts of this family.
const missingParameter = (name: string): ApiError =>
  refusal(400, 10021, `${name} is a required parameter`, `/${name}`);
const invalidParameter = (name: string): ApiError => refusal(400, 10021, `${name} is invalid`, `/${name}`);
const noSuchEntry = (): ApiError => notFound(10021, 'Audit log not found');

export const auditLogRoutes: readonly Route[] = [
  { method: 'GET', path: V2, needs: READ, run: listEntries },
  { method: 'GET', path: `${V2}/product_categories`, needs: READ, run: () => ok(productCategories()) },
  { method: 'GET', path: `${V2}/{entry}/history`, needs: READ, run: listHistory },
  { method: 'GET', path: '/accounts/{account_id}/audit_logs', needs: READ, run: listV1 },
  { method: 'GET', path: '/user/audit_logs', needs: READ_USER, run: listV1OfUser },
];

function listEntries(call: Call): Reply {
  const { since, before } = windowOf(call);
  const matches = filtersOf(call.world, call.query);
  if (matches === undefined) throw invalidParameter('product_category');
  const entries = visible(call).filter(
    (entry) =>
      entry.accountId === call.account.id && entry.atMs >= since && entry.atMs < before && matches(entry),
  );
  return replyPage(call, entries, {});
}

function windowOf(call: Call): { since: number; before: number } {
  const read = (name: 'since' | 'before'): number => {
    const text = call.query.get(name) ?? '';
    if (text === '') throw missingParameter(name);
    const ms = readMoment(text);
    if (ms === undefined) throw invalidParameter(name);
    return ms;
  };
  return { since: read('since'), before: read('before') };
}

/** What may be seen by now, oldest first. */
function visible(call: Call): readonly AuditEntry[] {
  return call.world.audit.visible(call.world.clock.now());
}

/** The API reference speaks of `cursor`, the official SDK reads `cursors.after`: both are given. */
function replyPage(
  call: Call,
  entries: readonly AuditEntry[],
  more: Readonly<Record<string, string>>,
): Reply {
  const ordered = call.query.get('direction') === 'asc' ? entries : [...entries].reverse();
  const page = cursorPage(ordered, { limit: readLimit(call), cursor: call.query.get('cursor') ?? '' });
  if (page === undefined) throw invalidParameter('cursor');
  const result: AuditListResponse[] = page.entries.map((entry) => entryWire(call.world, entry));
  const { cursor } = page;
  const info = { count: String(result.length), cursor, cursors: { after: cursor }, ...more };
  return ok(result, { info });
}

function readLimit(call: Call): number {
  const text = call.query.get('limit') ?? String(LIMIT_DEFAULT);
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > LIMIT_MAX) throw invalidParameter('limit');
  return limit;
}

const ACTION_TIME_TOLERANCE_MS = 60_000;

/** Everything that happened to the resource of an entry. */
function listHistory(call: Call): Reply {
  const { since, before } = windowOf(call);
  const time = readMoment(call.query.get('action_time') ?? '');
  if (time === undefined) throw missingParameter('action_time');
  const own = visible(call).filter((entry) => entry.accountId === call.account.id);
  const source = own.find(
    (entry) => entry.id === call.param('entry') && Math.abs(entry.atMs - time) <= ACTION_TIME_TOLERANCE_MS,
  );
  if (source === undefined) throw noSuchEntry();
  const { resourceId } = source;
  if (resourceId === undefined) return replyPage(call, [], { history_status: 'unavailable' });
  const entries = own.filter(
    (entry) =>
      entry.resourceId === resourceId &&
      entry.resourceType === source.resourceType &&
      entry.zoneId === source.zoneId &&
      entry.atMs >= since &&
      entry.atMs < before,
  );
  return replyPage(call, entries, { history_status: 'exact' });
}

/** Of the account, and of its members as users unless those are hidden. */
function listV1(call: Call): Reply {
  const { account, world, query } = call;
  const members = new Set(
    query.get('hide_user_logs') === 'true'
      ? []
      : [...world.memberships.values()]
          .filter((item) => item.accountId === account.id)
          .map((item) => item.userId),
  );
  return replyV1(call, (entry) =>
    entry.accountId === undefined ? members.has(entry.actor.id ?? '') : entry.accountId === account.id,
  );
}

function listV1OfUser(call: Call): Reply {
  const userId = call.caller.user?.id;
  return replyV1(call, (entry) => entry.actor.id === userId);
}

function replyV1(call: Call, isMine: (entry: AuditEntry) => boolean): Reply {
  const { query } = call;
  const moment = (name: 'since' | 'before', absent: number): number => {
    const text = query.get(name);
    if (text === null || text === '') return absent;
    const ms = readMoment(text);
    if (ms === undefined) throw invalidParameter(name);
    return ms;
  };
  const since = moment('since', Number.NEGATIVE_INFINITY);
  const before = moment('before', Number.POSITIVE_INFINITY);
  const fields: Readonly<Record<string, (entry: AuditEntry) => string | undefined>> = {
    id: (entry) => entry.id,
    'action.type': actionTypeV1,
    'actor.email': (entry) => entry.actor.email,
    'actor.ip': (entry) => entry.actor.ip,
    'zone.name': (entry) => entry.zoneName,
  };
  const asked = Object.entries(fields).filter(([name]) => (query.get(name) ?? '') !== '');
  const found = visible(call).filter(
    (entry) =>
      isMine(entry) &&
      entry.atMs >= since &&
      entry.atMs < before &&
      asked.every(([name, field]) => field(entry) === query.get(name)),
  );
  const ordered = query.get('direction') === 'asc' ? found : [...found].reverse();
  if (query.get('export') === 'true') {
    return { status: 200, body: entriesCsv(ordered), contentType: 'text/csv; charset=utf-8' };
  }
  const { items, info } = pageOf(ordered, pageQuery(query, V1_PAGE));
  return ok(items.map(entryWireV1), { info });
}

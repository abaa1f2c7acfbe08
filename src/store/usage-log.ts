/** The log of calls to Cloudflare: appended in batches, summed up by SQL, pruned by age. */
import { sql } from 'kysely';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { ApiCall, UsageLog, UsageSummary } from '../domains/usage/ports.ts';
import { read, type StoreContext, write } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { insertMany } from './insert-many.ts';
import type { ApiCallRow } from './schema.ts';
import { showable } from './text.ts';

/** The routes of a summary, slowest first. */
const ROUTES_MAX = 50;
/** Rows deleted in one transaction. */
const PRUNE_CHUNK = 5_000;

/** The port, and what keeps the log from growing. */
export interface PrunableUsageLog extends UsageLog {
  /** Deletes calls of all tenants made before `before`, in short transactions. @returns how many. */
  prune(before: number): Promise<number>;
}

interface UsageFilter {
  readonly connectionId?: ConnectionId;
  readonly since: number;
  readonly errorsOnly?: boolean;
}

export function openUsageLog(context: StoreContext): PrunableUsageLog {
  return {
    async append(calls) {
      if (calls.length === 0) return;
      await write(context, (trx) =>
        insertMany(trx, context.engine, { table: 'api_calls', columns: COLUMNS }, calls.map(toCells)),
      );
    },
    summary: (tenantId, filter) => read(context, (trx) => summarize(trx, tenantId, filter)),
    async series(tenantId, filter, bucketMs) {
      const calls = matching(context.db, tenantId, filter).select([
        sql<number>`at - at % ${bucketMs}`.as('bucket'),
        'connection_id',
        'status',
        'error',
        'budget_left',
      ]);
      const rows = await context.db
        .selectFrom(calls.as('calls'))
        .select((eb) => [
          'bucket',
          'connection_id',
          eb.fn.countAll().as('calls'),
          eb.fn.countAll().filterWhere('error', 'is not', null).as('errors'),
          eb.fn.countAll().filterWhere('status', '=', 429).as('limited'),
          eb.fn.min('budget_left').as('budget_left'),
        ])
        .groupBy(['bucket', 'connection_id'])
        .orderBy('bucket')
        .orderBy('connection_id')
        .execute();
      return rows.map((row) => ({
        connectionId: row.connection_id as ConnectionId | null,
        at: Number(row.bucket),
        calls: Number(row.calls),
        errors: Number(row.errors),
        rateLimited: Number(row.limited),
        budgetLeft: row.budget_left === null ? null : Number(row.budget_left),
      }));
    },
    async budgets(tenantId, since) {
      const latest = matching(context.db, tenantId, { since })
        .where('budget_left', 'is not', null)
        .where('connection_id', 'is not', null)
        .select((eb) => eb.fn.max('number').as('number'))
        .groupBy('connection_id');
      const rows = await context.db
        .selectFrom('api_calls')
        .selectAll()
        .where('number', 'in', latest)
        .orderBy('connection_id')
        .execute();
      return rows.map(toCall);
    },
    async calls(tenantId, filter, limit) {
      const rows = await matching(context.db, tenantId, filter)
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toCall);
    },
    prune: (before) => prune(context, before),
  };
}

async function summarize(trx: Trx, tenantId: TenantId, filter: UsageFilter): Promise<UsageSummary> {
  const rows = matching(trx, tenantId, filter);
  const totals = await rows
    .select((eb) => [
      eb.fn.countAll().as('calls'),
      eb.fn.countAll().filterWhere('status', '=', 429).as('limited'),
    ])
    .executeTakeFirstOrThrow();
  const errors = await rows
    .where('error', 'is not', null)
    .select((eb) => ['error', eb.fn.countAll().as('calls')])
    .groupBy('error')
    .orderBy('error')
    .execute();
  const routes = await rows
    .select((eb) => ['route', eb.fn.countAll().as('calls'), eb.fn.max('duration_ms').as('slowest')])
    .groupBy('route')
    .orderBy('slowest', 'desc')
    .orderBy('route')
    .limit(ROUTES_MAX)
    .execute();
  const last = await matching(trx, tenantId, { ...filter, errorsOnly: true })
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return {
    calls: Number(totals.calls),
    errors: Object.fromEntries(errors.map((row) => [row.error ?? '', Number(row.calls)])),
    rateLimited: Number(totals.limited),
    routes: routes.map((row) => ({
      route: row.route,
      calls: Number(row.calls),
      slowestMs: Number(row.slowest),
    })),
    lastError: last === undefined ? null : toCall(last),
  };
}

function matching(db: Reader, tenantId: TenantId, filter: UsageFilter) {
  const { connectionId, since, errorsOnly } = filter;
  return db
    .selectFrom('api_calls')
    .where('tenant_id', '=', tenantId)
    .where('at', '>=', since)
    .$if(connectionId !== undefined, (query) => query.where('connection_id', '=', connectionId ?? ''))
    .$if(errorsOnly === true, (query) => query.where('error', 'is not', null));
}

async function prune(context: StoreContext, before: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { numDeletedRows } = await write(context, (trx) =>
      trx
        .deleteFrom('api_calls')
        .where('number', 'in', (eb) =>
          eb
            .selectFrom('api_calls')
            .select('number')
            .where('at', '<', before)
            .orderBy('number')
            .limit(PRUNE_CHUNK),
        )
        .executeTakeFirstOrThrow(),
    );
    deleted += Number(numDeletedRows);
    if (Number(numDeletedRows) < PRUNE_CHUNK) return deleted;
  }
}

const COLUMNS = [
  'tenant_id',
  'connection_id',
  'at',
  'method',
  'route',
  'status',
  'duration_ms',
  'ray',
  'error',
  'budget_left',
] as const satisfies readonly (keyof ApiCallRow)[];

function toCells(call: ApiCall) {
  return [
    call.tenantId,
    call.connectionId,
    call.at,
    call.method,
    showable(call.route),
    call.status,
    Math.round(call.durationMs),
    call.ray,
    call.error === null ? null : showable(call.error),
    call.budgetLeft === null ? null : Math.floor(call.budgetLeft),
  ];
}

function toCall(row: Omit<ApiCallRow, 'number'>): ApiCall {
  return {
    tenantId: row.tenant_id as TenantId,
    connectionId: row.connection_id as ConnectionId | null,
    at: row.at,
    method: row.method,
    route: row.route,
    status: row.status,
    durationMs: row.duration_ms,
    ray: row.ray,
    error: row.error,
    budgetLeft: row.budget_left,
  };
}

/** How the store stands over all tenants, counted when a monitor asks. */
import { type SqlBool, sql } from 'kysely';
import type { GaugeReader, Gauges } from '../domains/usage/gauges.ts';
import { read, type StoreContext } from './context.ts';
import type { Trx } from './engine.ts';

const RECENT_MS = 300_000;
/** Calls looked at, by number, which is an index over all tenants. */
const CALLS_MAX = 20_000;

export function openGauges(context: StoreContext): GaugeReader {
  return {
    read: (now) =>
      read(context, async (trx) => ({
        ...(await callGauges(trx, now - RECENT_MS)),
        ...(await zoneGauges(trx)),
        ...(await connectionGauges(trx, now)),
      })),
  };
}

async function callGauges(trx: Trx, since: number): Promise<Pick<Gauges, 'calls' | 'budgetLeft'>> {
  const recent = trx
    .selectFrom('api_calls')
    .where(sql<SqlBool>`number > (select coalesce(max(number), 0) from api_calls) - ${CALLS_MAX}`)
    .where('at', '>=', since);
  const row = await recent
    .select((eb) => [
      eb.fn.countAll().filterWhere('error', 'is', null).as('ok'),
      eb.fn.countAll().filterWhere('error', 'is not', null).as('failed'),
      eb.fn.countAll().filterWhere('status', '=', 429).as('limited'),
    ])
    .executeTakeFirstOrThrow();
  const latest = recent
    .where('budget_left', 'is not', null)
    .select((eb) => eb.fn.max('number').as('number'))
    .groupBy('connection_id');
  const budget = await trx
    .selectFrom('api_calls')
    .select((eb) => eb.fn.min('budget_left').as('left'))
    .where('number', 'in', latest)
    .executeTakeFirst();
  const left = budget?.left ?? null;
  return {
    calls: { ok: Number(row.ok), failed: Number(row.failed), rateLimited: Number(row.limited) },
    budgetLeft: left === null ? null : Number(left),
  };
}

async function zoneGauges(trx: Trx): Promise<Pick<Gauges, 'zones' | 'oldestVerifiedAt'>> {
  const row = await trx
    .selectFrom('zones')
    .where('status', '<>', 'deleted')
    .select((eb) => [
      eb.fn.countAll().as('all'),
      eb.fn.countAll().filterWhere('verified_at', 'is', null).as('never'),
      eb.fn.countAll().filterWhere('stale_since', 'is not', null).as('stale'),
      eb.fn.countAll().filterWhere('unreadable_since', 'is not', null).as('unreadable'),
      eb.fn.countAll().filterWhereRef('outside_revision', '>', 'acknowledged_revision').as('drifting'),
      eb.fn.min('verified_at').as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  const oldest = row.oldest as number | null;
  return {
    zones: {
      all: Number(row.all),
      neverRead: Number(row.never),
      stale: Number(row.stale),
      unreadable: Number(row.unreadable),
      drifting: Number(row.drifting),
    },
    oldestVerifiedAt: oldest === null ? null : Number(oldest),
  };
}

async function connectionGauges(
  trx: Trx,
  now: number,
): Promise<Pick<Gauges, 'connections' | 'rotationsOverdue'>> {
  const saved = trx.selectFrom('connections').where('removed_at', 'is', null);
  const states = await saved
    .select((eb) => ['state', eb.fn.countAll().as('count')])
    .groupBy('state')
    .execute();
  const overdue = await saved
    .where('rotation_due_at', '<', now)
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return {
    connections: Object.fromEntries(states.map(({ state, count }) => [state, Number(count)])),
    rotationsOverdue: Number(overdue.count),
  };
}

/**
 * The audit trail: a hash chain for each tenant. `appendEvents` runs inside the transaction of whatever the
 * events tell of, as its last step; the tenant's head row serializes the appends of all processes.
 */
import type { ChangeSetId, ConnectionId, EventId, TenantId, ZoneId } from '../base/ids.ts';
import type { AuditEvent, ChainHead, ErasedKind, NewEvent } from '../domains/audit/model.ts';
import type { AuditFilter, AuditTrail } from '../domains/audit/ports.ts';
import { type StoreContext, write, yieldToLoop } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { type Cell, insertMany } from './insert-many.ts';
import type { AuditEventRow } from './schema.ts';
import { fromJson, showable, toJson } from './text.ts';
import { fillOutbox } from './webhook-outbox.ts';

const CHUNK_SIZE = 500;
/** The payload of an event whose payload was erased: JSON's null. */
const ERASED = 'null';
const ERASED_KIND: ErasedKind = 'erased';
/** The row of an event that was erased whole: nothing but when, and hashes. */
export const EMPTIED: Partial<AuditEventRow> = {
  id: '',
  kind: ERASED_KIND,
  principal: '',
  connection_id: null,
  zone_id: null,
  change_set_id: null,
  summary: '',
  payload: ERASED,
};
const FIRST_HEAD: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

export function openAuditTrail(context: StoreContext): AuditTrail {
  return {
    append: (tenantId, events) => write(context, (trx) => appendEvents(context, trx, tenantId, events)),
    read: (tenantId, filter) => readForward(context, tenantId, filter),
    async latest(tenantId, filter, limit) {
      const rows = await matching(context, tenantId, filter)
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },
    head: (tenantId) => findHead(context.db, tenantId),
    prune: (tenantId, through, events) =>
      write(context, async (trx) => {
        const removed = await trx
          .deleteFrom('audit_events')
          .where('tenant_id', '=', tenantId)
          .where('sequence', '<=', through)
          .executeTakeFirst();
        await appendEvents(context, trx, tenantId, events);
        return Number(removed.numDeletedRows);
      }),
    erase: (tenantId, sequence, events) =>
      write(context, async (trx) => {
        const erased = await trx
          .updateTable('audit_events')
          .set({ payload: ERASED })
          .where('tenant_id', '=', tenantId)
          .where('sequence', '=', sequence)
          .executeTakeFirst();
        if (erased.numUpdatedRows === 0n) return false;
        await appendEvents(context, trx, tenantId, events);
        return true;
      }),
  };
}

/** Seals the events onto the tenant's chain, in order. The last step of its transaction. */
export async function appendEvents(
  context: StoreContext,
  trx: Trx,
  tenantId: TenantId,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await context.engine.withLock(trx, `audit:${tenantId}`, async () => {
    let head = await findHead(trx, tenantId);
    const rows: Cell[][] = [];
    const sealedEvents: AuditEvent[] = [];
    for (const event of events) {
      // Before it is sealed: the hash is over what is kept.
      const sealed = context.seal(tenantId, head, { ...event, summary: showable(event.summary) });
      assertContinues(tenantId, head, sealed);
      rows.push(toCells(sealed));
      sealedEvents.push(sealed);
      head = { sequence: sealed.sequence, hash: sealed.hash };
    }
    await insertMany(trx, context.engine, { table: 'audit_events', columns: COLUMNS }, rows);
    await trx
      .insertInto('audit_heads')
      .values({ tenant_id: tenantId, ...head })
      .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ ...head }))
      .execute();
    await fillOutbox(context, trx, tenantId, sealedEvents);
  });
}

function assertContinues(tenantId: TenantId, head: ChainHead, sealed: AuditEvent): void {
  const follows = sealed.sequence === head.sequence + 1 && sealed.previousHash === head.hash;
  if (!follows || sealed.tenantId !== tenantId) {
    throw new Error(`bug: the sealed event does not follow event ${head.sequence} of its chain`);
  }
}

export async function findHead(db: Reader, tenantId: TenantId): Promise<ChainHead> {
  const row = await db
    .selectFrom('audit_heads')
    .select(['sequence', 'hash'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row === undefined ? FIRST_HEAD : { sequence: row.sequence, hash: row.hash };
}

async function* readForward(
  context: StoreContext,
  tenantId: TenantId,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditEvent[]> {
  let after = filter.afterSequence ?? 0;
  for (;;) {
    const rows = await matching(context, tenantId, { ...filter, afterSequence: after })
      .orderBy('sequence')
      .limit(CHUNK_SIZE)
      .execute();
    if (rows.length > 0) yield rows.map(toEvent);
    if (rows.length < CHUNK_SIZE) return;
    after = rows.at(-1)?.sequence ?? after;
    await yieldToLoop();
  }
}

function matching(context: StoreContext, tenantId: TenantId, filter: AuditFilter) {
  const { connectionId, zoneId, changeSetId, kind, principal, since, until, afterSequence, beforeSequence } =
    filter;
  return context.db
    .selectFrom('audit_events')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(connectionId !== undefined, (query) => query.where('connection_id', '=', connectionId ?? ''))
    .$if(zoneId !== undefined, (query) => query.where('zone_id', '=', zoneId ?? ''))
    .$if(changeSetId !== undefined, (query) => query.where('change_set_id', '=', changeSetId ?? ''))
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
    .$if(principal !== undefined, (query) => query.where('principal', '=', principal ?? ''))
    .$if(since !== undefined, (query) => query.where('at', '>=', since ?? 0))
    .$if(until !== undefined, (query) => query.where('at', '<=', until ?? 0))
    .$if(afterSequence !== undefined, (query) => query.where('sequence', '>', afterSequence ?? 0))
    .$if(beforeSequence !== undefined, (query) => query.where('sequence', '<', beforeSequence ?? 0));
}

const COLUMNS = [
  'tenant_id',
  'sequence',
  'id',
  'kind',
  'at',
  'principal',
  'connection_id',
  'zone_id',
  'change_set_id',
  'summary',
  'payload',
  'payload_hash',
  'hash',
  'previous_hash',
] as const satisfies readonly (keyof AuditEventRow)[];

function toCells(event: AuditEvent): Cell[] {
  return [
    event.tenantId,
    event.sequence,
    event.id,
    event.kind,
    event.at,
    event.principal,
    event.connectionId ?? null,
    event.zoneId ?? null,
    event.changeSetId ?? null,
    event.summary,
    toJson(event.payload),
    event.payloadHash,
    event.hash,
    event.previousHash,
  ];
}

function toEvent(row: AuditEventRow): AuditEvent {
  return {
    id: row.id as EventId,
    tenantId: row.tenant_id as TenantId,
    sequence: row.sequence,
    kind: row.kind,
    at: row.at,
    principal: row.principal,
    ...(row.connection_id === null ? {} : { connectionId: row.connection_id as ConnectionId }),
    ...(row.zone_id === null ? {} : { zoneId: row.zone_id as ZoneId }),
    ...(row.change_set_id === null ? {} : { changeSetId: row.change_set_id as ChangeSetId }),
    summary: row.summary,
    payload: fromJson(row.payload),
    payloadHash: row.payload_hash,
    hash: row.hash,
    previousHash: row.previous_hash,
  };
}

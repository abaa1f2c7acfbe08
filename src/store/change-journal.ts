/**
 * The journal: what is about to be sent, written down before; what became of it, written down after, together
 * with the mirror's next revision and the audit events, in one transaction.
 */
import type { ChangeSetId, TenantId } from '../base/ids.ts';
import type { BatchEntry, OperationOutcome } from '../domains/changes/model.ts';
import type { ChangeJournal } from '../domains/changes/ports.ts';
import { advanceZone, holdsZone, prepareDelta } from './advance-zone.ts';
import { appendEvents } from './audit-trail.ts';
import {
  isOpen,
  OUTCOME_COLUMNS,
  OUTCOME_ON_CONFLICT,
  toBatchEntry,
  toBatchRow,
  toOutcome,
  toOutcomeCells,
} from './batch-rows.ts';
import {
  changeSetRow,
  createChangeSet,
  listChangeSets,
  loadChangeSet,
  moveStatus,
  noChangeSet,
} from './change-sets.ts';
import { conflict, notFound, read, type StoreContext, write } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { insertMany } from './insert-many.ts';
import { toJson } from './text.ts';

export function openChangeJournal(context: StoreContext): ChangeJournal {
  return {
    create: (changeSet, events) => write(context, (trx) => createChangeSet(context, trx, changeSet, events)),
    get: (tenantId, id) =>
      read(context, async (trx) => {
        const row = await changeSetRow(trx, tenantId, id).selectAll().executeTakeFirst();
        return row === undefined ? null : loadChangeSet(trx, row);
      }),
    list: (tenantId, filter, limit) => read(context, (trx) => listChangeSets(trx, tenantId, filter, limit)),
    setStatus: (tenantId, id, move, events) =>
      inChangeSet(context, tenantId, id, async (trx) => {
        await moveStatus(trx, tenantId, id, move);
        await appendEvents(context, trx, tenantId, events);
      }),
    recordIntent: (entry, events) =>
      inChangeSet(context, entry.tenantId, entry.changeSetId, async (trx) => {
        await insertBatch(trx, entry);
        await appendEvents(context, trx, entry.tenantId, events);
      }),
    async recordOutcome(key, decision, outcomes, mirror, events) {
      const prepared = mirror === null ? null : await prepareDelta(mirror.delta);
      await inChangeSet(context, key.tenantId, key.changeSetId, async (trx) => {
        const zoneId = await decideBatch(trx, key, decision);
        await putOutcomes(context, trx, { ...key, zoneId }, outcomes);
        const zone = { tenantId: key.tenantId, zoneId };
        // What became of a request is written down whatever the mirror holds.
        if (mirror !== null && prepared !== null && (await holdsZone(trx, zone))) {
          await advanceZone(context, trx, zone, { ...mirror, prepared, baseRevision: null });
        }
        await appendEvents(context, trx, key.tenantId, events);
      });
    },
    recordUnsent: (key, outcomes, events) =>
      inChangeSet(context, key.tenantId, key.changeSetId, async (trx) => {
        await putOutcomes(context, trx, { ...key, sequence: null }, outcomes);
        await appendEvents(context, trx, key.tenantId, events);
      }),
    ...batchReads(context.db),
    unfinished: (tenantId) =>
      read(context, (trx) => listChangeSets(trx, tenantId, { status: 'applying' }, null)),
    async unsettled() {
      const now = await context.engine.now(context.db);
      const held = context.db
        .selectFrom('zone_leases')
        .select('zone_id')
        .where('holder', 'is not', null)
        .where('expires_at', '>', now);
      const rows = await context.db
        .selectFrom('change_sets')
        .select('tenant_id')
        .distinct()
        .where('status', 'in', ['applying', 'unknown'])
        .where((where) => where.or([where('status', '=', 'unknown'), where('id', 'not in', held)]))
        .orderBy('tenant_id')
        .execute();
      return rows.map((row) => row.tenant_id as TenantId);
    },
  };
}

function batchReads(db: Reader): Pick<ChangeJournal, 'outcomes' | 'batches' | 'openBatches' | 'lastWriteAt'> {
  return {
    async outcomes(tenantId, id, zoneId) {
      const rows = await db
        .selectFrom('operation_outcomes')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('change_set_id', '=', id)
        .where('zone_id', '=', zoneId)
        .execute();
      return inPlanOrder(rows.map(toOutcome));
    },
    async batches(tenantId, id) {
      const rows = await db
        .selectFrom('batches')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('change_set_id', '=', id)
        .orderBy('sequence')
        .execute();
      return rows.map(toBatchEntry);
    },
    async openBatches(zoneId) {
      const rows = await db
        .selectFrom('batches')
        .selectAll()
        .where('zone_id', '=', zoneId)
        .where('is_open', '=', 1)
        .orderBy('sent_at')
        .orderBy('sequence')
        .execute();
      return rows.map(toBatchEntry);
    },
    async lastWriteAt(zoneId) {
      const row = await db
        .selectFrom('batches')
        .select((eb) => [eb.fn.max('sent_at').as('sent_at'), eb.fn.max('decided_at').as('decided_at')])
        .where('zone_id', '=', zoneId)
        .executeTakeFirst();
      if (row?.sent_at == null) return null;
      return Math.max(Number(row.sent_at), Number(row.decided_at ?? 0));
    },
  };
}

/** One transaction at a time for a change set; throws when the tenant has no such change set. */
function inChangeSet<Result>(
  context: StoreContext,
  tenantId: TenantId,
  id: ChangeSetId,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  return write(context, (trx) =>
    context.engine.withLock(trx, `change-set:${tenantId}:${id}`, async () => {
      const row = await changeSetRow(trx, tenantId, id).select('id').executeTakeFirst();
      if (row === undefined) throw noChangeSet(id);
      return work(trx);
    }),
  );
}

async function insertBatch(trx: Trx, entry: BatchEntry): Promise<void> {
  const known = await trx
    .selectFrom('batches')
    .select('sequence')
    .where('tenant_id', '=', entry.tenantId)
    .where('change_set_id', '=', entry.changeSetId)
    .where('sequence', '=', entry.sequence)
    .executeTakeFirst();
  if (known !== undefined) {
    throw conflict(
      'batch-exists',
      `Batch ${entry.sequence} of ${entry.changeSetId} is written down already.`,
    );
  }
  await trx.insertInto('batches').values(toBatchRow(entry)).execute();
}

/**
 * A decision is made once: whoever judges a batch that someone else has judged meanwhile is refused. Once it is
 * certain, the ids that served to judge it are let go. @returns the batch's zone.
 */
async function decideBatch(
  trx: Trx,
  key: { readonly tenantId: TenantId; readonly changeSetId: ChangeSetId; readonly sequence: number },
  decision: Parameters<ChangeJournal['recordOutcome']>[1],
): Promise<BatchEntry['zoneId']> {
  const row = await trx
    .selectFrom('batches')
    .select(['zone_id', 'state', 'is_open'])
    .where('tenant_id', '=', key.tenantId)
    .where('change_set_id', '=', key.changeSetId)
    .where('sequence', '=', key.sequence)
    .executeTakeFirst();
  if (row === undefined) {
    throw notFound('batch-not-found', `There is no batch ${key.sequence} in ${key.changeSetId}.`);
  }
  if (row.is_open === 0) {
    throw conflict('batch-decided', `Batch ${key.sequence} of ${key.changeSetId} is ${row.state} already.`, {
      state: row.state,
    });
  }
  const isCertain = !isOpen(decision.state) && decision.state !== 'mixed';
  await trx
    .updateTable('batches')
    .set({
      state: decision.state,
      is_open: isOpen(decision.state) ? 1 : 0,
      decided_at: decision.decidedAt,
      decided_by: decision.decidedBy,
      ray: decision.ray,
      audit_log_id: decision.auditLogId,
      faults: toJson(decision.faults),
      ...(isCertain ? { ids_before: '' } : {}),
    })
    .where('tenant_id', '=', key.tenantId)
    .where('change_set_id', '=', key.changeSetId)
    .where('sequence', '=', key.sequence)
    .execute();
  return row.zone_id as BatchEntry['zoneId'];
}

async function putOutcomes(
  context: StoreContext,
  trx: Trx,
  key: Parameters<typeof toOutcomeCells>[0],
  outcomes: readonly OperationOutcome[],
): Promise<void> {
  const into = {
    table: 'operation_outcomes',
    columns: OUTCOME_COLUMNS,
    onConflict: OUTCOME_ON_CONFLICT,
  } as const;
  const cells = outcomes.map((outcome) => toOutcomeCells(key, outcome));
  await insertMany(trx, context.engine, into, cells);
}

/** `g2` before `g10` and before `g2.1`; the groups of settings, `s1`, behind those of records. */
function inPlanOrder(outcomes: readonly OperationOutcome[]): OperationOutcome[] {
  const placed = outcomes.map((outcome) => ({ outcome, place: placeOf(outcome.groupId) }));
  placed.sort((a, b) => {
    const [one, other] = [a.place, b.place];
    if (one.kind !== other.kind) return one.kind < other.kind ? -1 : 1;
    return one.group - other.group || one.part - other.part || a.outcome.change - b.outcome.change;
  });
  return placed.map(({ outcome }) => outcome);
}

function placeOf(groupId: string): { readonly kind: string; readonly group: number; readonly part: number } {
  const [, kind = groupId, group = 0, part = 0] = /^([a-z]+)(\d+)(?:\.(\d+))?$/.exec(groupId) ?? [];
  return { kind, group: Number(group), part: Number(part) };
}

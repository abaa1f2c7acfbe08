/** Change sets in the store: created whole, listed, moved from status to status. */
import type { SelectQueryBuilder } from 'kysely';
import type { ChangeSetId, ConnectionId, TenantId } from '../base/ids.ts';
import type { NewEvent } from '../domains/audit/model.ts';
import type { ChangeSet, ChangeSetStatus } from '../domains/changes/model.ts';
import type { ChangeJournal } from '../domains/changes/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, notFound, type StoreContext } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { olderThan } from './older-than.ts';
import { type PlanOwner, toPartRows, toPlan, toPlanRow } from './plan-parts.ts';
import type { ChangeSetRow, Schema } from './schema.ts';
import { fromJson, showable, toJson } from './text.ts';

export async function createChangeSet(
  context: StoreContext,
  trx: Trx,
  changeSet: ChangeSet,
  events: readonly NewEvent[],
): Promise<void> {
  const { tenantId, id } = changeSet;
  const known = await changeSetRow(trx, tenantId, id).select('id').executeTakeFirst();
  if (known !== undefined) throw conflict('change-set-exists', `The change set ${id} exists already.`);
  await trx.insertInto('change_sets').values(toChangeSetRow(changeSet)).execute();
  for (const [position, plan] of changeSet.plans.entries()) {
    const owner: PlanOwner = { tenantId, changeSetId: id, position };
    await trx.insertInto('change_set_plans').values(toPlanRow(owner, plan)).execute();
    for (const part of toPartRows(owner, plan)) {
      await trx.insertInto('change_set_plan_parts').values(part).execute();
    }
  }
  await appendEvents(context, trx, tenantId, events);
}

/** Newest first; all of them for a null limit. */
export async function listChangeSets(
  trx: Trx,
  tenantId: TenantId,
  filter: {
    before?: ChangeSetId;
    connectionId?: ConnectionId;
    zoneId?: string;
    status?: ChangeSetStatus;
    author?: string;
    since?: number;
    until?: number;
    undoes?: ChangeSetId;
  },
  limit: number | null,
): Promise<ChangeSet[]> {
  const { before, connectionId, zoneId, status, author, since, until, undoes } = filter;
  const rows = await trx
    .selectFrom('change_sets')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(connectionId !== undefined, (query) => query.where('connection_id', '=', connectionId ?? ''))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))
    .$if(author !== undefined, (query) => query.where('author', '=', author ?? ''))
    .$if(since !== undefined, (query) => query.where('created_at', '>=', since ?? 0))
    .$if(until !== undefined, (query) => query.where('created_at', '<', until ?? 0))
    .$if(undoes !== undefined, (query) => query.where('undoes', '=', undoes ?? ''))
    .$if(zoneId !== undefined, (query) =>
      query.where('id', 'in', (eb) =>
        eb
          .selectFrom('change_set_plans')
          .select('change_set_id')
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId ?? ''),
      ),
    )
    .$if(before !== undefined, (query) => query.where(olderThan('change_sets', tenantId, before ?? '')))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .$if(limit !== null, (query) => query.limit(limit ?? 0))
    .execute();
  const changeSets: ChangeSet[] = [];
  for (const row of rows) changeSets.push(await loadChangeSet(trx, row));
  return changeSets;
}

export async function loadChangeSet(trx: Trx, row: ChangeSetRow): Promise<ChangeSet> {
  const ofSet = { tenant_id: row.tenant_id, change_set_id: row.id };
  const plans = await trx
    .selectFrom('change_set_plans')
    .selectAll()
    .where((eb) => eb.and(ofSet))
    .orderBy('position')
    .execute();
  const parts = await trx
    .selectFrom('change_set_plan_parts')
    .selectAll()
    .where((eb) => eb.and(ofSet))
    .execute();
  return {
    id: row.id as ChangeSetId,
    tenantId: row.tenant_id as TenantId,
    connectionId: row.connection_id as ConnectionId,
    summary: row.summary,
    status: row.status as ChangeSetStatus,
    plans: plans.map((plan) =>
      toPlan(
        plan,
        parts.filter((part) => part.zone_id === plan.zone_id),
      ),
    ),
    allowed: fromJson(row.allowed),
    author: row.author,
    approval: {
      required: row.approval_required === 1,
      grant: row.approval === null ? null : fromJson(row.approval),
    },
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    undoes: row.undoes as ChangeSetId | null,
    undoesInPart: row.undoes_in_part === 1,
    undoneBy: row.undone_by as ChangeSetId | null,
    undoneInPart: row.undone_in_part === 1,
  };
}

function toChangeSetRow(changeSet: ChangeSet): ChangeSetRow {
  return {
    tenant_id: changeSet.tenantId,
    id: changeSet.id,
    connection_id: changeSet.connectionId,
    summary: showable(changeSet.summary),
    status: changeSet.status,
    allowed: toJson(changeSet.allowed),
    author: changeSet.author,
    approval_required: changeSet.approval.required ? 1 : 0,
    approval: changeSet.approval.grant === null ? null : toJson(changeSet.approval.grant),
    created_at: changeSet.createdAt,
    finished_at: changeSet.finishedAt,
    undoes: changeSet.undoes,
    undone_by: changeSet.undoneBy,
    undoes_in_part: changeSet.undoesInPart ? 1 : 0,
    undone_in_part: changeSet.undoneInPart ? 1 : 0,
  };
}

export async function moveStatus(
  trx: Trx,
  tenantId: TenantId,
  id: ChangeSetId,
  move: Parameters<ChangeJournal['setStatus']>[2],
): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('change_sets')
    .set({
      status: move.to,
      ...(move.finishedAt === undefined ? {} : { finished_at: move.finishedAt }),
      ...(move.grant === undefined ? {} : { approval: toJson(move.grant) }),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('status', 'in', move.from)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    const now = await changeSetRow(trx, tenantId, id).select('status').executeTakeFirst();
    throw conflict(
      'change-set-moved',
      `The change set ${id} is ${now?.status}; this takes one that is ${move.from.join(' or ')}.`,
      {
        changeSetId: id,
        status: now?.status,
      },
    );
  }
  if (move.takesBack === undefined) return;
  const taken = await trx
    .updateTable('change_sets')
    .set({ undone_by: id, undone_in_part: move.takesBack.inPart ? 1 : 0 })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', move.takesBack.id)
    .executeTakeFirst();
  if (taken.numUpdatedRows === 0n) throw noChangeSet(move.takesBack.id);
}

export function changeSetRow(
  db: Reader,
  tenantId: TenantId,
  id: ChangeSetId,
): SelectQueryBuilder<Schema, 'change_sets', object> {
  return db.selectFrom('change_sets').where('tenant_id', '=', tenantId).where('id', '=', id);
}

export function noChangeSet(id: ChangeSetId): Error {
  return notFound('change-set-not-found', `There is no change set ${id}.`);
}

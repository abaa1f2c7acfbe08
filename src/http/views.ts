/** What the facade gives, as JSON goes out: field by field, so that nothing goes out by accident. */
import {
  type ApiCall,
  type ApiKey,
  type AuditEvent,
  type ChangeDetails,
  type ChangeSet,
  type Connection,
  changeCount,
  type Freshness,
  formatRdata,
  type Job,
  type LiveRecord,
  type Planned,
  planToJson,
  type RecordDifference,
  type Revision,
  type TestReport,
  typeOf,
  type Zone,
  type ZoneAdvice,
} from '../app/handed-out.ts';

export type View = Readonly<Record<string, unknown>>;

export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export function connectionView(connection: Connection): View {
  const { fingerprint: _, tenantId: __, secretSource: ___, tokenId: ____, rotation, ...shown } = connection;
  return {
    ...shown,
    rotation: {
      everyDays: rotation.everyDays,
      dueAt: isoTime(rotation.dueAt),
      lastRotatedAt: isoTime(rotation.lastRotatedAt),
    },
    expiresAt: isoTime(connection.expiresAt),
    testedAt: isoTime(connection.testedAt),
    createdAt: isoTime(connection.createdAt),
    updatedAt: isoTime(connection.updatedAt),
  };
}

export function reportView(report: TestReport | null): View | null {
  return report === null ? null : { ...report, testedAt: isoTime(report.testedAt) };
}

export function freshnessView({ verifiedAt, signal, staleSince }: Freshness): View {
  return { verifiedAt: isoTime(verifiedAt), signal, staleSince: isoTime(staleSince) };
}

export function zoneView({ facts, connectionId, revision, recordCount, freshness }: Zone): View {
  return {
    id: facts.id,
    name: facts.name,
    connectionId,
    accountId: facts.accountId,
    accountName: facts.accountName,
    status: facts.status,
    paused: facts.paused,
    type: facts.type,
    plan: facts.planTier,
    nameServers: facts.nameServers,
    originalNameServers: facts.originalNameServers,
    createdOn: facts.createdOn,
    modifiedOn: facts.modifiedOn,
    activatedOn: facts.activatedOn,
    revision,
    recordCount,
    freshness: freshnessView(freshness),
  };
}

export function adviceView({ state, message, next, nameServersToSet, deletesAt }: ZoneAdvice): View {
  return { state, message, next, nameServersToSet, deletesAt: isoTime(deletesAt) };
}

export function recordView({ id, fields, readOnly, modifiedOn }: LiveRecord): View {
  const { rdata, ...rest } = fields;
  return { id, ...rest, type: typeOf(rdata), content: formatRdata(rdata), data: rdata, readOnly, modifiedOn };
}

export function revisionView({ revision, at, origin, created, updated, deleted }: Revision): View {
  return { revision, at: isoTime(at), origin, created, updated, deleted };
}

export function differenceView(difference: RecordDifference): View {
  const { kind, before, after } = difference;
  return {
    kind,
    fields: difference.kind === 'updated' ? difference.fields : [],
    before: before === null ? null : recordView(before),
    after: after === null ? null : recordView(after),
  };
}

export function plannedView(planned: Planned): View {
  return {
    connectionId: planned.connection.id,
    summary: planned.summary,
    plans: planned.zones.map(({ plan }) => planToJson(plan)),
    conflicts: planned.conflicts.map(({ groupId, change, before, after, now }) => ({
      groupId,
      change,
      before: before === null ? null : recordView(before),
      after:
        after === null
          ? null
          : { name: after.name, type: typeOf(after.rdata), content: formatRdata(after.rdata) },
      now: now === null ? null : recordView(now),
    })),
  };
}

export function changeSetView(changeSet: ChangeSet): View {
  const { id, connectionId, summary, status, plans, allowed, author, approval, undoes, undoneBy } = changeSet;
  const { grant, required } = approval;
  return {
    id,
    connectionId,
    summary,
    status,
    zones: plans.map((plan) => ({
      id: plan.zoneId,
      name: plan.zoneName,
      hash: plan.hash,
      changes: changeCount(plan),
    })),
    allowed,
    author,
    approval: {
      required,
      grant:
        grant === null ? null : { by: grant.by, at: isoTime(grant.at), expiresAt: isoTime(grant.expiresAt) },
    },
    createdAt: isoTime(changeSet.createdAt),
    finishedAt: isoTime(changeSet.finishedAt),
    undoes,
    undoneBy,
  };
}

export function changeDetailsView({ changeSet, outcomes }: ChangeDetails): View {
  return {
    ...changeSetView(changeSet),
    plans: changeSet.plans.map((plan) => ({
      ...planToJson(plan),
      outcomes: (outcomes.get(plan.zoneId) ?? []).map(({ groupId, change, state, recordId, message }) => ({
        groupId,
        change,
        state,
        recordId,
        message,
      })),
    })),
  };
}

export function eventView(event: AuditEvent): View {
  const { tenantId: _, at, connectionId, zoneId, changeSetId, ...rest } = event;
  return {
    ...rest,
    at: isoTime(at),
    connectionId: connectionId ?? null,
    zoneId: zoneId ?? null,
    changeSetId: changeSetId ?? null,
  };
}

export function callView({ tenantId: _, at, ...rest }: ApiCall): View {
  return { at: isoTime(at), ...rest };
}

export function jobView(job: Job): View {
  const { id, kind, state, input, progress, result, error, cancelRequested, attempts } = job;
  return {
    id,
    kind,
    state,
    input,
    progress,
    result,
    error,
    cancelRequested,
    attempts,
    createdAt: isoTime(job.createdAt),
    startedAt: isoTime(job.startedAt),
    finishedAt: isoTime(job.finishedAt),
  };
}

export function apiKeyView(key: ApiKey): View {
  const { id, label, scopes, reach, createdBy } = key;
  return {
    id,
    label,
    scopes,
    connectionIds: reach.connectionIds,
    zoneIds: reach.zoneIds,
    namePatterns: reach.namePatterns,
    createdAt: isoTime(key.createdAt),
    createdBy,
    expiresAt: isoTime(key.expiresAt),
    lastUsedAt: isoTime(key.lastUsedAt),
    revokedAt: isoTime(key.revokedAt),
  };
}

/** Zones as they go out. */
import { z } from '@hono/zod-openapi';
import type {
  Coverage,
  Freshness,
  RecordDifference,
  RecordLife,
  Revision,
  Zone,
  ZoneAdvice,
} from '../../app/re-exports.ts';
import { count, isoTime, maybeTime, orNull, page, texts, time, type View } from './common.ts';
import { recordShape, recordView } from './records.ts';

export const freshnessShape: z.ZodType = z
  .strictObject({
    verifiedAt: maybeTime,
    signal: z.string().nullable(),
    staleSince: maybeTime,
    unreadable: orNull(
      z.strictObject({ since: time, reason: z.enum(['not-seen', 'records-refused']) }),
      'Since when no connection can read the zone, and why; null while one can',
    ),
  })
  .openapi('Freshness', {
    description: 'How we know that the mirror is right, and since when we are not sure',
  });

const fields = {
  id: z.string(),
  name: z.string(),
  connectionId: z.string(),
  accountId: z.string(),
  accountName: z.string(),
  status: z.enum(['initializing', 'pending', 'active', 'moved', 'deleted']),
  paused: z.boolean(),
  type: z.string(),
  plan: z.string().nullable(),
  nameServers: texts,
  originalNameServers: texts,
  createdOn: z.string().nullable(),
  modifiedOn: z.string().nullable(),
  activatedOn: z.string().nullable(),
  revision: count.openapi({
    description: 'Grows with every change of its records; 0 before the first read',
  }),
  recordCount: orNull(count, 'Null for a key that reaches some names only'),
  freshness: freshnessShape,
};
export const zoneShape: z.ZodType = z.strictObject(fields).openapi('Zone');
export const zonePageShape: z.ZodType = page(zoneShape, 'ZonePage', { total: count });

const advice = z
  .strictObject({
    state: z.enum(['fine', 'wait', 'act', 'gone']),
    message: z.string(),
    next: texts,
    nameServersToSet: texts,
    deletesAt: maybeTime,
  })
  .openapi('ZoneAdvice');
export const zoneWithAdviceShape: z.ZodType = z.strictObject({ ...fields, advice }).openapi('ZoneWithAdvice');

const revision = z
  .strictObject({
    revision: count,
    at: time,
    origin: z.looseObject({ kind: z.enum(['change-set', 'outside', 'first-read']) }),
    created: count,
    updated: count,
    deleted: count,
  })
  .openapi('Revision');
export const activationShape: z.ZodType = z
  .strictObject({ zone: zoneWithAdviceShape, asked: z.boolean(), reason: z.string() })
  .openapi('ZoneActivation');
export const pausingShape: z.ZodType = z
  .strictObject({
    zone: zoneWithAdviceShape,
    changed: z.boolean().openapi({ description: 'False where it stood so already' }),
    reveals: texts.openapi({
      description: 'Addresses, and targets of CNAMEs, that only proxied records name',
    }),
  })
  .openapi('ZonePausing');
export const historyShape: z.ZodType = page(revision, 'RevisionPage', { freshness: freshnessShape });

export const recordLifeShape: z.ZodType = z
  .strictObject({
    freshness: freshnessShape,
    chapters: z.array(
      z.strictObject({
        record: recordShape,
        lineageId: z.string(),
        fromRevision: count,
        toRevision: count.nullable().openapi({ description: 'The first in which it no longer stood' }),
        began: orNull(revision, 'Null where retention pruned it'),
        ended: orNull(revision),
      }),
    ),
  })
  .openapi('RecordLife');

export const zoneDiffShape: z.ZodType = z
  .strictObject({
    from: count,
    to: count,
    freshness: freshnessShape,
    differences: z.array(
      z.strictObject({
        kind: z.enum(['created', 'updated', 'deleted']),
        fields: texts,
        before: orNull(recordShape),
        after: orNull(recordShape),
      }),
    ),
  })
  .openapi('ZoneDiff');

const found = z.strictObject({
  zoneId: z.string(),
  zoneName: z.string(),
  staleSince: maybeTime,
  freshness: freshnessShape,
  record: recordShape,
});

export const coverageShape: z.ZodType = z
  .strictObject({
    zones: count,
    neverRead: count,
    stale: count,
    unreadable: count,
    oldestVerifiedAt: maybeTime,
  })
  .openapi('Coverage', { description: 'Over all zones looked at, so that "nothing" can be trusted, or not' });
export const findingsShape: z.ZodType = page(found, 'FindingPage', { coverage: coverageShape });
export const recordPageShape: z.ZodType = page(recordShape, 'RecordPage', {
  revision: count,
  total: count,
  freshness: freshnessShape,
});

export function coverageView(coverage: Coverage): View {
  return { ...coverage, oldestVerifiedAt: isoTime(coverage.oldestVerifiedAt) };
}

export function freshnessView({ verifiedAt, signal, staleSince, unreadable }: Freshness): View {
  return {
    verifiedAt: isoTime(verifiedAt),
    signal,
    staleSince: isoTime(staleSince),
    unreadable: unreadable === null ? null : { ...unreadable, since: isoTime(unreadable.since) },
  };
}

/** `counted`: whether the caller may know how many records it has. */
export function zoneView(
  { facts, connectionId, revision, recordCount, freshness }: Zone,
  counted: boolean,
): View {
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
    recordCount: counted ? recordCount : null,
    freshness: freshnessView(freshness),
  };
}

export function adviceView({ state, message, next, nameServersToSet, deletesAt }: ZoneAdvice): View {
  return { state, message, next, nameServersToSet, deletesAt: isoTime(deletesAt) };
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

export function recordLifeView({ freshness, chapters }: RecordLife): View {
  return {
    freshness: freshnessView(freshness),
    chapters: chapters.map(({ version, began, ended }) => ({
      record: recordView(version.record),
      lineageId: version.lineageId,
      fromRevision: version.fromRevision,
      toRevision: version.toRevision,
      began: began === null ? null : revisionView(began),
      ended: ended === null ? null : revisionView(ended),
    })),
  };
}

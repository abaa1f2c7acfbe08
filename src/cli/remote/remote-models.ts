/** Answers of the API as the facade's own models, so that every view shows them alike. */
import {
  type AuditEvent,
  type LiveRecord,
  parseRdata,
  parseRecordType,
  type planToJson,
  type RecordFields,
  type Revision,
  type Zone,
  type ZonePlan,
} from '../../app/re-exports.ts';
import type * as api from '../../client/index.ts';

export function milliseconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

export function zoneOf(view: api.Zone, tenant: string): Zone {
  const { id, name, plan, connectionId, revision, recordCount, freshness, ...facts } = view;
  return {
    tenantId: tenant,
    connectionId,
    facts: { ...facts, id, name, planTier: plan, permissions: null },
    revision,
    recordCount,
    freshness: {
      verifiedAt: milliseconds(freshness.verifiedAt),
      signal: freshness.signal,
      staleSince: milliseconds(freshness.staleSince),
      unreadable:
        freshness.unreadable === null
          ? null
          : { ...freshness.unreadable, since: Date.parse(freshness.unreadable.since) },
    },
    // Brands are given here, at the border.
  } as unknown as Zone;
}

export function recordOf(view: api.DnsRecord): LiveRecord {
  const { id, data, readOnly, modifiedOn, type: _, content: __, ...fields } = view;
  return {
    id,
    fields: { ...fields, rdata: data } as unknown as RecordFields,
    // What Cloudflare sent stays with the server; nothing here plans from it.
    received: {},
    readOnly,
    modifiedOn,
  } as unknown as LiveRecord;
}

export function revisionOf(view: api.Revision): Revision {
  return { ...view, at: Date.parse(view.at) } as unknown as Revision;
}

export function eventOf(view: api.AuditEvent): AuditEvent {
  return { ...view, at: Date.parse(view.at) } as unknown as AuditEvent;
}

/** The plans of a plan file, which holds them whole. */
export function plansOf(file: Readonly<Record<string, unknown>>): readonly ZonePlan[] {
  return file['plans'] as readonly ZonePlan[];
}

type PlanJson = ReturnType<typeof planToJson>;
type RecordJson = NonNullable<PlanJson['groups'][number]['changes'][number]['after']>;

/** A plan as the API shows it: all that people see, but not the bodies of its requests, which are the server's. */
export function planOf(view: api.ZonePlan): ZonePlan {
  // Loose in its shape, since members are only ever added.
  const { zone, readAt, applicable: _, counts: __, ...rest } = view as unknown as PlanJson;
  return {
    ...rest,
    zoneId: zone.id,
    zoneName: zone.name,
    accountId: zone.accountId,
    readAt: Date.parse(readAt),
    groups: rest.groups.map(({ changes, ...group }) => ({ ...group, changes: changes.map(changeOf) })),
    batches: [],
    settings: rest.settings.map((one) => ({ ...one, resource: 'setting', action: 'update', body: {} })),
    objects: rest.objects.map(({ kind, keySha256, ...one }) => ({
      ...one,
      resource: kind,
      body: null,
      ...(keySha256 === null ? {} : { keySha256 }),
    })),
    // Brands are given here, at the border.
  } as unknown as ZonePlan;
}

function changeOf({ recordId, before, after, ...change }: PlanJson['groups'][number]['changes'][number]) {
  return {
    ...change,
    resource: 'record',
    before:
      before === null
        ? null
        : { id: recordId, fields: fieldsOf(before), received: {}, readOnly: null, modifiedOn: null },
    after: after === null ? null : { fields: fieldsOf(after), received: null },
    body: {},
  };
}

function fieldsOf({ type, content, ...fields }: RecordJson) {
  return { ...fields, rdata: rdataOf(type, content) };
}

/** What a record says, from its type and its text; as it came where that cannot be read. */
export function rdataOf(type: string, content: string): object {
  const known = parseRecordType(type);
  const parsed = known === undefined ? null : parseRdata(known, content);
  return parsed?.ok === true ? parsed.value : { type: 'unknown', rrtype: type, content };
}

/** Answers of the API as the facade's own models, so that every view shows them alike. */
import type { AuditEvent, LiveRecord, RecordFields, Revision, Zone, ZonePlan } from '../../app/handed-out.ts';
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

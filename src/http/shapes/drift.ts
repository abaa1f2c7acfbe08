/** Drift as it goes out: what was changed from outside and not accepted yet. */
import { z } from '@hono/zod-openapi';
import { type DriftEntry, formatRdata, typeOf, type ZoneDrift } from '../../app/re-exports.ts';
import { count, isoTime, orNull, page, texts, time, type View } from './common.ts';
import { plannedRecordShape, recordShape, recordView } from './records.ts';
import { coverageShape, freshnessShape, freshnessView } from './zones.ts';

const entry = z.strictObject({
  lineageId: z.string().openapi({ description: 'Ours: follows the record through its ids' }),
  standing: z
    .enum(['drift', 'ignored', 'read-only'])
    .openapi({ description: '`ignored` by a rule, `read-only` because a Cloudflare product manages it' }),
  why: z.string().nullable().openapi({ description: 'The rule, or the product' }),
  expected: orNull(plannedRecordShape, 'Null: it should not be there'),
  now: orNull(recordShape, 'Null: it is gone'),
  fields: texts.openapi({ description: 'Empty for a record that appeared or disappeared' }),
  revision: count,
  seenAt: time,
  by: z.strictObject({
    actor: z.string().nullable().openapi({ description: 'Who, where the audit log tells' }),
    interface: z.string().nullable(),
    changedAt: z.string().nullable(),
  }),
});

const zoneDrift = z
  .strictObject({
    zoneId: z.string(),
    zoneName: z.string(),
    connectionId: z.string(),
    acknowledged: count.openapi({ description: 'Up to this revision, changes were accepted' }),
    revision: count.openapi({ description: 'Give it back to adopt just what is shown here' }),
    freshness: freshnessShape,
    entries: z.array(entry),
  })
  .openapi('ZoneDrift');
export const driftPageShape: z.ZodType = page(zoneDrift, 'ZoneDriftPage', { coverage: coverageShape });

export function driftView({ zone, acknowledged, revision, entries }: ZoneDrift): View {
  return {
    zoneId: zone.facts.id,
    zoneName: zone.facts.name,
    connectionId: zone.connectionId,
    acknowledged,
    revision,
    freshness: freshnessView(zone.freshness),
    entries: entries.map(entryView),
  };
}

function entryView(drifted: DriftEntry): View {
  const { lineageId, standing, why, expected, now, fields, revision, seenAt, by } = drifted;
  return {
    lineageId,
    standing,
    why,
    expected: expected === null ? null : imageView(expected.fields),
    now: now === null ? null : recordView(now),
    fields,
    revision,
    seenAt: isoTime(seenAt),
    by: { actor: by.actor, interface: by.interface ?? null, changedAt: isoTime(by.changedAt ?? null) },
  };
}

function imageView({ rdata, ...rest }: NonNullable<DriftEntry['expected']>['fields']): View {
  return { ...rest, type: typeOf(rdata), content: formatRdata(rdata) };
}

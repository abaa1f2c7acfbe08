/** SSL/TLS, settings and DNSSEC of a zone as they go out. */
import { z } from '@hono/zod-openapi';
import type { SettingDomain, TlsCalendar, Zone, ZoneSetting } from '../../app/re-exports.ts';
import { faultShape, faultView, isoTime, maybeTime, orNull, texts, time, type View } from './common.ts';

const finding = z.strictObject({
  what: z.string(),
  title: z.string(),
  value: z.string(),
  verdict: z.enum(['good', 'could-be-better', 'bad', 'unknown']),
  why: z.string(),
  fix: z.string().nullable(),
});
export const tlsShape: z.ZodType = z
  .strictObject({
    zone: z.strictObject({ id: z.string(), name: z.string() }),
    zoneId: z.string().openapi({ description: 'The same as in `zone`' }),
    zoneName: z.string(),
    findings: z.array(finding),
  })
  .openapi('TlsReport');

const plainDomain = {
  kind: z.enum(['switch', 'flag', 'choice', 'number', 'text', 'texts']),
  values: z.array(z.union([z.string(), z.number()])).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  charsMax: z.int().optional(),
  nullable: z.literal(true).optional(),
  known: texts.optional(),
};
const settingDomain = z
  .strictObject({
    ...plainDomain,
    kind: z.enum([...plainDomain.kind.options, 'fields']),
    fields: z.record(z.string(), z.strictObject(plainDomain)).optional(),
  })
  .openapi('SettingDomain', {
    description:
      'What it may be: `switch` on or off, `flag` true or false, `choice` one of `values`, `number` from `min` to `max`, `text`, `texts` (a list, of `known` where that is given), `fields` a map of such',
  });
const setting = z.strictObject({
  name: z.string().openapi({ description: 'As plans and words take it: `mode`, `hsts`' }),
  setting: z.string().openapi({ description: "Cloudflare's id" }),
  title: z.string().openapi({ description: 'What people call it' }),
  allowed: settingDomain,
  value: z.unknown().openapi({ description: 'Null where it could not be read' }),
  editable: z.boolean().nullable(),
  modifiedOn: z.string().nullable(),
  error: orNull(faultShape),
});
export const settingListShape: z.ZodType = z.strictObject({ items: z.array(setting) }).openapi('SettingList');

/** A DS record, in text and in parts. */
export const dsShape: z.ZodType = z.strictObject({
  text: z.string(),
  keyTag: z.int(),
  algorithm: z.string(),
  digestType: z.string(),
  digest: z.string(),
  publicKey: z.string(),
});

export const dnssecShape: z.ZodType = z
  .strictObject({
    zone: z.string(),
    status: z.string(),
    ds: dsShape.nullable().openapi({ description: 'What the registrar must be told' }),
    parentDs: texts.nullable().openapi({ description: 'DS records that the parent publishes' }),
    atParent: z.enum(['matches', 'other', 'none', 'unknown']),
    says: z.string(),
    next: texts,
    stage: z.enum([
      'off',
      'waits-for-ds',
      'waits-for-cloudflare',
      'active',
      'waits-for-resolvers',
      'can-be-disabled',
      'switching-off',
      'broken',
    ]),
    since: z.string().openapi({ description: 'Since when this stage has been seen' }),
    waitsFor: z.enum(['registrar', 'cloudflare', 'resolvers']).nullable(),
    until: maybeTime.openapi({ description: 'When resolvers have forgotten a DS that is gone' }),
    parent: z.strictObject({
      askedAt: maybeTime,
      dsSeenAt: maybeTime,
      dsTtlSeconds: z.int().nullable(),
      dsGoneAt: maybeTime,
    }),
    atCloudflareRegistrar: z.boolean(),
  })
  .openapi('Dnssec');

const pack = z.strictObject({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  hosts: texts,
  authority: z.string().nullable(),
  expiresAt: maybeTime,
});
const zoneNamed = { zoneId: z.string(), zoneName: z.string() };
export const certificateCalendarShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z.strictObject({
        ...zoneNamed,
        certificate: pack,
        readAt: time.openapi({ description: "When the zone's certificates were looked at" }),
      }),
    ),
    unreadable: z
      .array(
        z.strictObject({
          ...zoneNamed,
          code: z.string(),
          kind: z.string(),
          message: z.string(),
          next: texts,
        }),
      )
      .openapi({ description: 'Zones whose certificates could not be read, and why' }),
    neverRead: z.array(z.strictObject(zoneNamed)).openapi({
      description: 'Zones that nobody has looked at yet: nothing is known of their certificates',
    }),
  })
  .openapi('CertificateCalendar');

function domainView(domain: SettingDomain): View {
  if (domain.kind !== 'fields') return { ...domain };
  return { kind: domain.kind, fields: domain.fields };
}

export function settingView({ name, setting: id, title, domain, state, error }: ZoneSetting): View {
  return {
    name,
    setting: id,
    title,
    allowed: domainView(domain),
    value: state?.value ?? null,
    editable: state?.editable ?? null,
    modifiedOn: state?.modifiedOn ?? null,
    error: error === null ? null : faultView(error),
  };
}

export function certificateCalendarView({ entries, unreadable, neverRead }: TlsCalendar): View {
  const named = ({ facts }: Zone) => ({ zoneId: facts.id, zoneName: facts.name });
  return {
    items: entries.map(({ zone, readAt, pack: { id, type, status, hosts, authority, expiresAt } }) => ({
      ...named(zone),
      certificate: { ...{ id, type, status, hosts, authority, expiresAt: isoTime(expiresAt) } },
      readAt: isoTime(readAt),
    })),
    unreadable: unreadable.map(({ zone, error }) => ({ ...named(zone), ...faultView(error) })),
    neverRead: neverRead.map(named),
  };
}

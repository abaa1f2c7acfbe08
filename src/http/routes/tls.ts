/** SSL/TLS, zone settings and DNSSEC over HTTP: looked at here, changed by a plan of the kind `settings`. */
import { z } from '@hono/zod-openapi';
import {
  BASELINE_NAMES,
  type BaselineName,
  certificateICalendar,
  dnssecToJson,
  REFRESH_CALLS,
  type SettingsWish,
  type TlsCalendar,
  tlsToJson,
} from '../../app/re-exports.ts';
import { type Caller, requireAllNames, seesZone } from '../caller.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { flag, JOB_ZONES_MAX, nameList, zoneParams, zonesWanted } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { jobShape } from '../shapes/jobs.ts';
import {
  certificateCalendarShape,
  certificateCalendarView,
  dnssecShape,
  settingListShape,
  settingView,
  tlsShape,
} from '../shapes/tls.ts';
import { startJob } from '../start-job.ts';
import { viaOf, viaQuery, wholeZone } from './certificate-plans.ts';

const tag = 'tls';
const ZONES_MAX = 200;
const reference = z.string().min(1).max(255);

const show = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/tls',
  operationId: 'showTls',
  tag,
  summary:
    'Every TLS setting, certificate, DNSSEC and CAA of a zone with a verdict. Asks Cloudflare: 12 calls.',
  scope: 'read',
  params: zoneParams,
  query: viaQuery,
  answers: { status: 200, description: 'The findings', schema: tlsShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    return json(tlsToJson(await caller.tenant.tls.show(zone, { signal, ...(await viaOf(caller, query)) })));
  },
});

const settings = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/settings',
  operationId: 'listSettings',
  tag,
  summary: 'Settings of a zone as Cloudflare has them: a call for each. Without `names`, all that are known.',
  scope: 'read',
  params: zoneParams,
  query: viaQuery.extend({ names: nameList(100).optional() }),
  answers: { status: 200, description: 'The settings', schema: settingListShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const request = { signal, ...(await viaOf(caller, query)) };
    const found = await caller.tenant.tls.settings(zone, query.names ?? [], request);
    return json({ items: found.map(settingView) });
  },
});

const dnssec = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/dnssec',
  operationId: 'showDnssec',
  tag,
  summary: 'Where DNSSEC stands: at Cloudflare, at the parent, and what comes next',
  scope: 'read',
  params: zoneParams,
  query: viaQuery,
  answers: { status: 200, description: 'DNSSEC of the zone', schema: dnssecShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const request = { signal, ...(await viaOf(caller, query)) };
    return json(dnssecToJson(await caller.tenant.tls.dnssec(zone, request)));
  },
});

const calendarQuery = z.strictObject({
  zones: nameList(ZONES_MAX).optional(),
  connection: reference.optional(),
  refresh: flag.optional().openapi({ description: 'Looks at every zone first' }),
});
type CalendarQuery = z.output<typeof calendarQuery>;
const CALENDAR_COST = `With \`refresh=true\` it looks first. Asks Cloudflare: 6 calls for each zone then, ${ZONES_MAX} zones at most; else none, for any number`;

const calendar = endpoint({
  method: 'get',
  path: '/v1/certificates/calendar',
  operationId: 'certificateCalendar',
  tag,
  summary: `When the certificates of zones end, soonest first, as they were last seen, and when that was. ${CALENDAR_COST}`,
  scope: 'read',
  query: calendarQuery,
  answers: { status: 200, description: 'The certificates', schema: certificateCalendarShape },
  handle: async (call, { query }) => json(certificateCalendarView(await calendarOf(call, query))),
});

const iCalendar = endpoint({
  method: 'get',
  path: '/v1/certificates/calendar.ics',
  operationId: 'certificateICalendar',
  tag,
  summary: `The same as iCalendar (RFC 5545), with an alarm two weeks before. ${CALENDAR_COST}`,
  scope: 'read',
  query: calendarQuery,
  answers: { status: 200, description: 'The calendar', type: 'text/calendar' },
  handle: async (call, { query }) => ({
    kind: 'text',
    type: 'text/calendar; charset=utf-8',
    body: certificateICalendar(await calendarOf(call, query), Date.now()),
  }),
});

async function calendarOf({ caller, signal }: Call, query: CalendarQuery): Promise<TlsCalendar> {
  const zones = await zonesMeant(caller, query);
  const stored = query.refresh !== true;
  if (!stored && zones.length > ZONES_MAX)
    throw new HttpError(
      422,
      'zones-too-many',
      `These are ${zones.length} zones, and six calls to Cloudflare for each.`,
      {
        next: [
          `Name ${ZONES_MAX} at most: ?zones=a.example,b.example`,
          'Or leave `refresh` out: as they were last seen, for any number of zones.',
        ],
      },
    );
  return caller.tenant.tls.calendar(zones, { signal, stored, ...(await viaOf(caller, query)) });
}

async function zonesMeant(
  caller: Caller,
  query: { readonly zones?: readonly string[] | undefined; readonly connection?: string | undefined },
): Promise<readonly string[]> {
  requireAllNames(caller);
  if (query.zones !== undefined) return Promise.all(query.zones.map((zone) => wholeZone(caller, zone)));
  return (await caller.tenant.zones.list(await viaOf(caller, query)))
    .filter((zone) => seesZone(caller, zone) && zone.facts.status !== 'deleted')
    .map(({ facts }) => facts.id);
}

const refresh = endpoint({
  method: 'post',
  path: '/v1/tls/refresh',
  operationId: 'refreshTls',
  tag,
  summary: `Look at all TLS of zones now, as a job: ${REFRESH_CALLS} calls for each zone, \`input.calls\` in all. From then on the worker follows them.`,
  scope: 'plan',
  body: z
    .strictObject({
      zones: z.array(reference).min(1).max(JOB_ZONES_MAX).optional().openapi({
        description: 'Absent: every zone that the key reaches, of `connection` where that is given',
      }),
      connection: reference.optional(),
    })
    .openapi('TlsRefresh'),
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { body }) => {
    const zones = [...new Set(await zonesMeant(call.caller, body))];
    if (zones.length === 0 || zones.length > JOB_ZONES_MAX)
      throw new HttpError(
        422,
        zones.length === 0 ? 'zones-none' : 'zones-too-many',
        zones.length === 0
          ? 'There is no zone to look at.'
          : `These are ${zones.length} zones; ${JOB_ZONES_MAX} at most.`,
        {
          next:
            zones.length === 0 ? ['POST /v1/zones/sync'] : ['Name some of them: `zones`, or a `connection`.'],
        },
      );
    return startJob(call, {
      kind: 'tls.refresh',
      zones,
      calls: zones.length * REFRESH_CALLS,
      ...(await viaOf(call.caller, body)),
    });
  },
});

/** A kind of plan: settings by words (`mode=strict`, `dnssec=on`), a baseline, or a document. */
export const settingsPlan: z.ZodObject<
  {
    kind: z.ZodLiteral<'settings'>;
    zones: typeof zonesWanted;
    words: z.ZodOptional<z.ZodArray<z.ZodString>>;
    baseline: z.ZodOptional<z.ZodEnum<{ [Name in BaselineName]: Name }>>;
    text: z.ZodOptional<z.ZodString>;
    file: z.ZodOptional<z.ZodString>;
    connection: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
> = z.strictObject({
  kind: z.literal('settings'),
  zones: zonesWanted,
  words: z
    .array(z.string().min(1).max(1_024))
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: '`mode=strict`, `hsts.max_age=31536000`, `dnssec=on`' }),
  baseline: z.enum(BASELINE_NAMES).optional(),
  text: z.string().max(65_536).optional().openapi({ description: 'A document with `tls:` and `settings:`' }),
  file: reference.optional().openapi({ description: 'What messages call it' }),
  connection: reference.optional(),
});

/** The one that is given. Throws 422 for none and for several. */
export function settingsWish({
  words,
  baseline,
  text,
  file = 'request',
}: z.output<typeof settingsPlan>): SettingsWish {
  const wishes: SettingsWish[] = [
    ...(words === undefined ? [] : [{ words }]),
    ...(baseline === undefined ? [] : [{ baseline }]),
    ...(text === undefined ? [] : [{ file, text }]),
  ];
  const [wish] = wishes;
  if (wish !== undefined && wishes.length === 1) return wish;
  throw new HttpError(422, 'settings-ambiguous', 'Give words, a baseline or a text: one of them.');
}

export const TLS_ENDPOINTS: readonly Endpoint[] = [show, settings, dnssec, calendar, iCalendar, refresh];

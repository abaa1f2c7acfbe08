/** SSL/TLS, zone settings and DNSSEC over HTTP: looked at here, changed by a plan of the kind `settings`. */
import { z } from '@hono/zod-openapi';
import {
  BASELINE_NAMES,
  type BaselineName,
  dnssecToJson,
  type Planned,
  type SettingsWish,
} from '../../app/handed-out.ts';
import { type Caller, findConnection, requireAllNames, seesZone } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { nameList, zoneParams } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import {
  certificateCalendarShape,
  certificateCalendarView,
  dnssecShape,
  settingListShape,
  settingView,
  tlsShape,
  tlsView,
} from '../shapes/tls.ts';
import { wholeZone } from './certificate-plans.ts';

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
  answers: { status: 200, description: 'The findings', schema: tlsShape },
  handle: async ({ caller, signal }, { params }) =>
    json(tlsView(await caller.tenant.tls.show(await wholeZone(caller, params.zone), { signal }))),
});

const settings = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/settings',
  operationId: 'listSettings',
  tag,
  summary: 'Settings of a zone as Cloudflare has them: a call for each. Without `names`, all that are known.',
  scope: 'read',
  params: zoneParams,
  query: z.strictObject({ names: nameList(100).optional() }),
  answers: { status: 200, description: 'The settings', schema: settingListShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const found = await caller.tenant.tls.settings(zone, query.names ?? [], { signal });
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
  answers: { status: 200, description: 'DNSSEC of the zone', schema: dnssecShape },
  handle: async ({ caller, signal }, { params }) =>
    json(dnssecToJson(await caller.tenant.tls.dnssec(await wholeZone(caller, params.zone), { signal }))),
});

const calendar = endpoint({
  method: 'get',
  path: '/v1/certificates/calendar',
  operationId: 'certificateCalendar',
  tag,
  summary: `When the certificates of zones end, soonest first. Asks Cloudflare: 6 calls for each zone; ${ZONES_MAX} zones at most`,
  scope: 'read',
  query: z.strictObject({ zones: nameList(ZONES_MAX).optional(), connection: reference.optional() }),
  answers: { status: 200, description: 'The certificates', schema: certificateCalendarShape },
  handle: async ({ caller, signal }, { query }) => {
    const zones = await zonesMeant(caller, query);
    return json(certificateCalendarView(await caller.tenant.tls.calendar(zones, { signal })));
  },
});

async function zonesMeant(
  caller: Caller,
  asked: { readonly zones?: readonly string[] | undefined; readonly connection?: string | undefined },
): Promise<readonly string[]> {
  requireAllNames(caller);
  if (asked.zones !== undefined) return Promise.all(asked.zones.map((zone) => wholeZone(caller, zone)));
  const via =
    asked.connection === undefined ? {} : { connection: (await findConnection(caller, asked.connection)).id };
  const all = (await caller.tenant.zones.list(via)).filter(
    (zone) => seesZone(caller, zone) && zone.facts.status !== 'deleted',
  );
  if (all.length <= ZONES_MAX) return all.map(({ facts }) => facts.id);
  throw new HttpError(
    422,
    'zones-too-many',
    `These are ${all.length} zones, and six calls to Cloudflare for each.`,
    {
      next: [`Name ${ZONES_MAX} at most: ?zones=a.example,b.example`],
    },
  );
}

/** A kind of plan: settings by words (`mode=strict`, `dnssec=on`), a baseline, or a document. */
export const settingsPlan: z.ZodObject<
  {
    kind: z.ZodLiteral<'settings'>;
    zones: z.ZodArray<z.ZodString>;
    words: z.ZodOptional<z.ZodArray<z.ZodString>>;
    baseline: z.ZodOptional<z.ZodEnum<{ [Name in BaselineName]: Name }>>;
    text: z.ZodOptional<z.ZodString>;
    connection: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
> = z.strictObject({
  kind: z.literal('settings'),
  zones: z.array(reference).min(1).max(ZONES_MAX),
  words: z
    .array(z.string().min(1).max(1_024))
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: '`mode=strict`, `hsts.max_age=31536000`, `dnssec=on`' }),
  baseline: z.enum(BASELINE_NAMES).optional(),
  text: z.string().max(65_536).optional().openapi({ description: 'A document with `tls:` and `settings:`' }),
  connection: reference.optional(),
});

/** `zones` and `connection` by their ids. */
export function planSettings(
  caller: Caller,
  { words, baseline, text }: z.output<typeof settingsPlan>,
  target: { readonly zones: readonly string[]; readonly via: { readonly connection?: string } },
): Promise<Planned> {
  requireAllNames(caller);
  const wishes: SettingsWish[] = [
    ...(words === undefined ? [] : [{ words }]),
    ...(baseline === undefined ? [] : [{ baseline }]),
    ...(text === undefined ? [] : [{ file: 'request', text }]),
  ];
  const [wish] = wishes;
  if (wish === undefined || wishes.length > 1)
    throw new HttpError(422, 'settings-ambiguous', 'Give words, a baseline or a text: one of them.');
  return caller.tenant.tls.plan(target.zones, wish, target.via);
}

export const TLS_ENDPOINTS: readonly Endpoint[] = [show, settings, dnssec, calendar];

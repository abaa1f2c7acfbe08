/** Zones over HTTP, all from the mirror: nothing here asks Cloudflare but the sync, which is a job. */
import { z } from '@hono/zod-openapi';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type Zone,
  type ZoneFilter,
  type ZoneId,
  type ZoneOrder,
} from '../../app/re-exports.ts';
import {
  type Caller,
  findConnection,
  findZone,
  nameFilter,
  reachAccount,
  reachesEveryName,
  requireAllNames,
} from '../caller.ts';
import { formatCursor, numberAt, parseCursor, textAt } from '../cursor.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { flag, MOMENT, momentOf, PAGE, revisionNumber, time, zoneParams } from '../inputs.ts';
import { JSON_LINES, jsonLines } from '../json-lines.ts';
import { HttpError } from '../problem.ts';
import type { View } from '../shapes/common.ts';
import { jobShape } from '../shapes/jobs.ts';
import {
  adviceView,
  differenceView,
  freshnessView,
  historyShape,
  revisionView,
  zoneDiffShape,
  zonePageShape,
  zoneView,
  zoneWithAdviceShape,
} from '../shapes/zones.ts';
import { startJob } from '../start-job.ts';

const tag = 'zones';
const ORDERS = ['name', '-name', 'records', '-records', 'verified', '-verified'] as const;

const list = endpoint({
  method: 'get',
  path: '/v1/zones',
  operationId: 'listZones',
  tag,
  summary: 'List zones. In the order of names, pages stay true while zones come and go.',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    search: z.string().min(1).max(255).optional().openapi({ description: 'Part of the name, in any case' }),
    connection: z.string().max(255).optional(),
    tag: z.string().min(1).max(256).optional().openapi({ description: 'Of the connection that reads it' }),
    status: z.enum(['initializing', 'pending', 'active', 'moved', 'deleted']).optional(),
    drifting: flag.optional().openapi({ description: 'Changed from outside, and not accepted yet' }),
    stale: flag
      .optional()
      .openapi({ description: 'Never read, out of reach, or a signal says that the mirror is behind' }),
    sort: z
      .enum(ORDERS)
      .default('name')
      .openapi({ description: '`verified`: when it was last read in full, never first; `-` turns it round' }),
  }),
  answers: { status: 200, description: 'A page of zones', schema: zonePageShape },
  handle: async (call, { query }) => {
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    refuseWhatCounts(call.caller, query);
    const order = query.sort.replace('-', '') as ZoneOrder;
    const place = query.cursor === undefined ? null : parseCursor(scope, query.cursor);
    const after =
      place === null
        ? {}
        : {
            after: {
              value: order === 'name' ? textAt(place, 'value') : numberAt(place, 'value'),
              zoneId: textAt(place, 'id') as ZoneId,
            },
          };
    const page = await call.caller.tenant.zones.page(await zoneFilter(call, query), {
      order,
      descending: query.sort.startsWith('-'),
      limit: query.limit,
      ...after,
    });
    const last = page.more ? page.zones.at(-1) : undefined;
    return json({
      items: page.zones.map((zone) => zoneSeen(call.caller, zone)),
      next:
        last === undefined
          ? null
          : formatCursor(scope, { value: placeValue(last, order), id: last.facts.id }),
      total: page.total,
    });
  },
});

/** What a zone shows of itself, and what tells of all its names to keys of all names only. */
export function zoneSeen(caller: Caller, zone: Zone): View {
  return zoneView(zone, reachesEveryName(caller));
}

/** An order and a narrowing that tell of records which the key does not reach. */
function refuseWhatCounts(
  caller: Caller,
  { sort, drifting }: { readonly sort: (typeof ORDERS)[number]; readonly drifting?: boolean | undefined },
): void {
  if (reachesEveryName(caller)) return;
  if (sort === 'records' || sort === '-records' || drifting !== undefined)
    throw new HttpError(403, 'key-limited', 'This looks at all names of a zone; the API key reaches some.', {
      next: ['GET /v1/drift shows the drift of the names that it reaches.'],
    });
}

function placeValue({ facts, recordCount, freshness }: Zone, order: ZoneOrder): string | number {
  if (order === 'name') return facts.name;
  return order === 'records' ? recordCount : (freshness.verifiedAt ?? 0);
}

async function zoneFilter(
  { caller }: Call,
  asked: {
    readonly search?: string | undefined;
    readonly connection?: string | undefined;
    readonly tag?: string | undefined;
    readonly status?: ZoneFilter['status'] | undefined;
    readonly drifting?: boolean | undefined;
    readonly stale?: boolean | undefined;
  },
): Promise<ZoneFilter> {
  const { search, connection, status, drifting, stale } = asked;
  const { connectionIds, zoneIds } = caller.key.reach;
  const tagged =
    asked.tag === undefined
      ? null
      : (await caller.tenant.connections.list({ tags: [asked.tag] })).map(({ id }) => id);
  const readers =
    tagged === null || connectionIds === null
      ? (tagged ?? connectionIds)
      : tagged.filter((id) => connectionIds.includes(id));
  return {
    ...(search === undefined ? {} : { search: search.toLowerCase() }),
    ...(connection === undefined ? {} : { connectionId: (await findConnection(caller, connection)).id }),
    ...(readers === null ? {} : { readers }),
    ...(zoneIds === null ? {} : { zoneIds }),
    ...(status === undefined ? {} : { status }),
    ...(drifting === undefined ? {} : { drifting }),
    ...(stale === undefined ? {} : { stale }),
  };
}

const sync = endpoint({
  method: 'post',
  path: '/v1/zones/sync',
  operationId: 'syncZones',
  tag,
  summary: 'Discover the zones of a connection and read them all, as a job',
  scope: 'plan',
  body: z.strictObject({ connection: z.string().min(1).max(255).optional() }).openapi('SyncRequest'),
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { body }) => {
    const via = await reachAccount(call.caller, body.connection);
    return startJob(call, { kind: 'zones.sync', ...via });
  },
});

const syncOne = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/sync',
  operationId: 'syncZone',
  tag,
  summary: 'Read one zone in full, as a job',
  scope: 'plan',
  params: zoneParams,
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { params }) => {
    // What comes of it counts all records, and who may not know that gets by with the rounds.
    requireAllNames(call.caller);
    const zone = await findZone(call.caller, params.zone);
    return startJob(call, { kind: 'zones.sync', zone: zone.facts.id });
  },
});

const get = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}',
  operationId: 'getZone',
  tag,
  summary: 'One zone, by id or name, with what stands between it and active',
  scope: 'read',
  params: zoneParams,
  answers: { status: 200, description: 'The zone', schema: zoneWithAdviceShape },
  handle: async (call, { params }) => {
    const zone = await findZone(call.caller, params.zone);
    return json(zoneWithAdvice(call.caller, zone));
  },
});

/** What GET of a zone shows, and its ETag is of. */
export function zoneWithAdvice(caller: Caller, zone: Zone): View {
  return { ...zoneSeen(caller, zone), advice: adviceView(caller.tenant.zones.advice(zone)) };
}

const history = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/history',
  operationId: 'listRevisions',
  tag,
  summary: 'What changed a zone and when, newest first; for a key of some names, what concerned those',
  scope: 'read',
  params: zoneParams,
  query: z.strictObject(PAGE),
  answers: { status: 200, description: 'A page of revisions', schema: historyShape },
  handle: async (call, { params, query }) => {
    const zone = await findZone(call.caller, params.zone);
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const before =
      query.cursor === undefined ? undefined : numberAt(parseCursor(scope, query.cursor), 'revision');
    const { revisions } = await call.caller.tenant.zones.history(
      zone.facts.id,
      query.limit,
      before,
      reachesEveryName(call.caller) ? undefined : nameFilter(call.caller, zone.facts.name),
    );
    const last = revisions.length === query.limit ? revisions.at(-1) : undefined;
    return json({
      freshness: freshnessView(zone.freshness),
      items: revisions.map(revisionView),
      next:
        last === undefined || last.revision <= 1 ? null : formatCursor(scope, { revision: last.revision }),
    });
  },
});

const diff = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/diff',
  operationId: 'diffZone',
  tag,
  summary: 'What changed between two moments',
  scope: 'read',
  params: zoneParams,
  query: z.strictObject({
    from: revisionNumber.optional(),
    fromAt: time.optional(),
    to: revisionNumber.optional(),
    toAt: time.optional(),
  }),
  answers: { status: 200, description: 'The differences', schema: zoneDiffShape },
  handle: async (call, { params, query }) => {
    const zone = await findZone(call.caller, params.zone);
    const reaches = nameFilter(call.caller, zone.facts.name);
    const result = await call.caller.tenant.zones.diff(zone.facts.id, {
      from: momentOf({ revision: query.from, at: query.fromAt }),
      to: momentOf({ revision: query.to, at: query.toAt }),
    });
    const shown = result.differences.filter(({ before, after }) =>
      [before, after].every((record) => record === null || reaches(record.fields.name)),
    );
    return json({
      from: result.from,
      to: result.to,
      freshness: freshnessView(zone.freshness),
      differences: shown.map(differenceView),
    });
  },
});

const FORMATS = Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]];

const exportZone = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/export',
  operationId: 'exportZone',
  tag,
  summary: 'A zone as a file that, planned again, changes nothing',
  scope: 'read',
  params: zoneParams,
  query: z.strictObject({ ...MOMENT, format: z.enum(FORMATS).default('yaml') }),
  answers: { status: 200, description: 'The file', type: 'text/plain' },
  handle: async (call, { params, query }) => {
    requireAllNames(call.caller);
    const zone = await findZone(call.caller, params.zone);
    const { text, losses } = await call.caller.tenant.zones.export(
      zone.facts.id,
      query.format,
      momentOf(query),
    );
    return {
      kind: 'text',
      body: text,
      type: 'text/plain; charset=utf-8',
      headers: { 'zoneward-losses': String(losses.length) },
    };
  },
});

const EXPORT_PAGE = 200;

const exportZones = endpoint({
  method: 'get',
  path: '/v1/zones/export',
  operationId: 'exportZones',
  tag,
  summary:
    'Every zone that was read as a file, one JSON line each, in the order of names: of the tenant, or of a connection',
  scope: 'read',
  streams: true,
  query: z.strictObject({
    connection: z.string().min(1).max(255).optional(),
    format: z.enum(FORMATS).default('yaml'),
  }),
  answers: {
    status: 200,
    description:
      'Lines with `zone`, `connectionId`, `revision`, `losses` and `text`; the last one is `{"end":true,"zones":N}`',
    type: JSON_LINES,
  },
  handle: async (call, { query: { connection, format } }) => {
    requireAllNames(call.caller);
    const filter = await zoneFilter(call, { connection });
    return {
      kind: 'text',
      type: JSON_LINES,
      body: jsonLines(exportedZones(call, { filter, format }), call.signal),
    };
  },
});

/** Holds one zone at a time, and names of a page of others. */
async function* exportedZones(
  { caller: { tenant }, signal }: Call,
  { filter, format }: { readonly filter: ZoneFilter; readonly format: ExportFormat },
): AsyncGenerator<readonly object[]> {
  let after: { readonly value: string; readonly zoneId: ZoneId } | null = null;
  let count = 0;
  do {
    const { zones, more }: { readonly zones: readonly Zone[]; readonly more: boolean } =
      await tenant.zones.page(filter, {
        order: 'name',
        descending: false,
        limit: EXPORT_PAGE,
        ...(after === null ? {} : { after }),
      });
    for (const { facts, connectionId, revision } of zones) {
      if (signal.aborted) return;
      if (revision === 0 || facts.status === 'deleted') continue;
      const { text, losses } = await tenant.zones.export(facts.id, format, { kind: 'revision', revision });
      count += 1;
      yield [{ zone: { id: facts.id, name: facts.name }, connectionId, revision, losses, text }];
    }
    const last = more ? zones.at(-1) : undefined;
    after = last === undefined ? null : { value: last.facts.name, zoneId: last.facts.id };
  } while (after !== null);
  yield [{ end: true, zones: count }];
}

export const ZONE_ENDPOINTS: readonly Endpoint[] = [
  list,
  sync,
  exportZones,
  get,
  syncOne,
  history,
  diff,
  exportZone,
];

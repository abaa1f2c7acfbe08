/** Records over HTTP, from the mirror: of one zone now or at a moment, one through its life, and over all zones. */
import { z } from '@hono/zod-openapi';
import {
  type Findings,
  type FindPlace,
  type FoundInZone,
  isUnlimited,
  type Moment,
  type RecordId,
  type RecordQuery,
  type Zone,
  type ZoneId,
} from '../../app/re-exports.ts';
import {
  type Caller,
  findConnection,
  findZone,
  nameFilter,
  reachesEveryName,
  seesEveryZone,
  seesZone,
} from '../caller.ts';
import { formatCursor, numberAt, type Place, parseCursor, textAt } from '../cursor.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, MOMENT, momentOf, PAGE, zoneParams } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { reachedPage } from '../reached-page.ts';
import { isoTime } from '../shapes/common.ts';
import { recordView } from '../shapes/records.ts';
import {
  coverageView,
  findingsShape,
  freshnessView,
  recordLifeShape,
  recordLifeView,
  recordPageShape,
} from '../shapes/zones.ts';

const records = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/records',
  operationId: 'listRecords',
  tag: 'records',
  summary: 'Records of a zone, now or at a moment. All pages are of one revision.',
  scope: 'read',
  params: zoneParams,
  query: z.strictObject({
    ...PAGE,
    ...MOMENT,
    search: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .openapi({ description: 'Part of the name, the comment, or the first 200 characters of the content' }),
    type: z.string().min(1).max(32).optional(),
    sort: z.enum(['id', 'name', 'type']).default('id'),
  }),
  answers: { status: 200, description: 'A page of records', schema: recordPageShape },
  handle: async (call, { params, query }) => {
    const zone = await findZone(call.caller, params.zone);
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const place = query.cursor === undefined ? null : parseCursor(scope, query.cursor);
    const revision =
      place === null ? await revisionOf(call, zone, momentOf(query)) : numberAt(place, 'revision');
    const { search, type, sort, limit } = query;
    const list = {
      zone,
      revision,
      filter: { ...(search === undefined ? {} : { search }), ...(type === undefined ? {} : { type }) },
    };
    const wanted = {
      order: sort,
      limit,
      ...(place === null ? {} : { after: recordPlace(place), total: numberAt(place, 'total') }),
    };
    const page = await (call.caller.key.reach.namePatterns === null
      ? listPage(call, list, wanted)
      : narrowedPage(call, list, wanted));
    const last = page.more ? page.records.at(-1) : undefined;
    return json({
      revision,
      items: page.records.map(({ record }) => recordView(record)),
      next: last === undefined ? null : formatCursor(scope, { revision, total: page.total, ...last.place }),
      total: page.total,
      freshness: freshnessView(zone.freshness),
    });
  },
});

type ListPage = Call['caller']['tenant']['zones']['recordListPage'];

/** What is listed: a zone at a revision, narrowed. */
interface Listed {
  readonly zone: Zone;
  readonly revision: number;
  readonly filter: Parameters<ListPage>[1];
}

type Wanted = Parameters<ListPage>[2];
type RecordListPage = Awaited<ReturnType<ListPage>>;

function listPage(
  { caller }: Call,
  { zone, revision, filter }: Listed,
  page: Wanted,
): Promise<RecordListPage> {
  return caller.tenant.zones.recordListPage(zone, filter, { ...page, revision });
}

/** So many rows at a time where most of them may be passed over. */
const CHUNK = 2_000;

/**
 * For a key that reaches some names only: neither the total nor the place where a page ends tells of other records, so a
 * search cannot ask after them. The first page walks the whole list to count it; the cursor carries the count on.
 */
async function narrowedPage(call: Call, list: Listed, { total, ...wanted }: Wanted): Promise<RecordListPage> {
  const records: RecordListPage['records'][number][] = [];
  for await (const record of reached(call, list, wanted)) {
    records.push(record);
    if (records.length > wanted.limit) break;
  }
  let counted = total;
  if (counted === undefined) {
    counted = 0;
    // In the order of ids, which costs least.
    for await (const _ of reached(call, list, { order: 'id' })) counted += 1;
  }
  const more = records.length > wanted.limit;
  return { revision: list.revision, records: records.slice(0, wanted.limit), more, total: counted };
}

/** The records of the list that the key reaches, from a place on. */
async function* reached(
  call: Call,
  list: Listed,
  { order, after }: Pick<Wanted, 'order' | 'after'>,
): AsyncGenerator<RecordListPage['records'][number]> {
  const reaches = nameFilter(call.caller, list.zone.facts.name);
  for (let place = after, more = true; more; ) {
    call.signal.throwIfAborted();
    const from = place === undefined ? {} : { after: place };
    // The total of all is not asked for.
    const page = await listPage(call, list, { order, limit: CHUNK, total: 0, ...from });
    yield* page.records.filter(({ record }) => reaches(record.fields.name));
    place = page.records.at(-1)?.place;
    more = page.more;
  }
}

function recordPlace(place: Place) {
  return {
    nameKey: textAt(place, 'nameKey'),
    type: textAt(place, 'type'),
    recordId: textAt(place, 'recordId') as RecordId,
  };
}

const life = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/records/{record}/life',
  operationId: 'recordLife',
  tag: 'records',
  summary:
    'Every state that a record was in, through all its ids, with what brought and ended it; oldest first',
  scope: 'read',
  params: z.strictObject({ zone: z.string().min(1).max(255), record: z.string().min(1).max(64) }),
  answers: { status: 200, description: 'Its life', schema: recordLifeShape },
  handle: async (call, { params }) => {
    const zone = await findZone(call.caller, params.zone);
    const reaches = nameFilter(call.caller, zone.facts.name);
    const life = await call.caller.tenant.zones.recordLife(
      zone.facts.id,
      params.record as RecordId,
      reachesEveryName(call.caller) ? undefined : reaches,
    );
    if (life.chapters.every(({ version }) => reaches(version.record.fields.name)))
      return json(recordLifeView(life));
    throw new HttpError(404, 'record-unknown', 'There is no such record.');
  },
});

async function revisionOf(call: Call, { facts, revision }: Zone, moment: Moment): Promise<number> {
  if (moment.kind === 'latest') return revision;
  return (await call.caller.tenant.zones.diff(facts.id, { from: moment, to: moment })).from;
}

const condition = z.string().min(1).max(2_048).optional();

const find = endpoint({
  method: 'get',
  path: '/v1/records',
  operationId: 'findRecords',
  tag: 'records',
  summary: 'Find records over all zones. `name` and `content` may begin or end with `*`.',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    name: condition,
    type: z.string().min(1).max(32).optional(),
    content: condition,
    comment: condition,
    tag: condition,
    connection: z.string().min(1).max(255).optional(),
  }),
  answers: { status: 200, description: 'A page of records with their zones', schema: findingsShape },
  handle: async (call, { query }) => {
    const { limit, cursor, connection, ...conditions } = query;
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const place = cursor === undefined ? null : parseCursor(scope, cursor);
    const via =
      connection === undefined ? {} : { connectionId: (await findConnection(call.caller, connection)).id };
    const after =
      place === null
        ? {}
        : {
            after: {
              zoneId: textAt(place, 'zone') as ZoneId,
              recordId: textAt(place, 'record') as RecordId,
            },
          };
    const wanted = { query: { ...defined(conditions), ...via }, limit, ...after };
    const { records, next, coverage } = await (isUnlimited(call.caller.key.reach)
      ? call.caller.tenant.zones.find(wanted.query, wanted)
      : reachedFindings(call, wanted));
    return json({
      items: records.map(({ record, zoneId, zoneName, freshness }) => ({
        zoneId,
        zoneName,
        staleSince: isoTime(freshness.staleSince),
        freshness: freshnessView(freshness),
        record: recordView(record),
      })),
      next: next === null ? null : formatCursor(scope, { zone: next.zoneId, record: next.recordId }),
      coverage: coverageView(coverage),
    });
  },
});

interface Sought {
  readonly query: RecordQuery;
  readonly limit: number;
  readonly after?: FindPlace;
}

/**
 * For a narrowed key: a page of what it reaches, of the zones that it sees. Neither how full the page is nor where it
 * ends tells whether something out of its reach matches.
 */
async function reachedFindings(call: Call, { query, limit, after }: Sought): Promise<Findings> {
  const { caller } = call;
  const connection = query.connectionId;
  const coverage = await caller.tenant.drift.coverage(
    connection === undefined ? {} : { connection },
    seesEveryZone(caller) ? undefined : (zone) => seesZone(caller, zone),
  );
  const { items, more } = await reachedPage(
    async (last: FoundInZone | null, chunk) => {
      const place = last === null ? after : placeOf(last);
      const found = await caller.tenant.zones.find(query, {
        limit: chunk,
        ...(place === undefined ? {} : { after: place }),
      });
      return found.records;
    },
    { limit, reaches: reachOf(caller), signal: call.signal },
  );
  const last = more ? items.at(-1) : undefined;
  return { records: items, next: last === undefined ? null : placeOf(last), coverage };
}

function placeOf({ zoneId, record }: FoundInZone): FindPlace {
  return { zoneId, recordId: record.id };
}

/** Whether the key reaches what was found. */
function reachOf(caller: Caller): (found: FoundInZone) => Promise<boolean> {
  const zones = new Map<ZoneId, boolean>();
  return async ({ zoneId, zoneName, record }) => {
    const sees = zones.get(zoneId) ?? seesZone(caller, await caller.tenant.zones.known(zoneId));
    zones.set(zoneId, sees);
    return sees && nameFilter(caller, zoneName)(record.fields.name);
  };
}

export const RECORD_ENDPOINTS: readonly Endpoint[] = [records, life, find];

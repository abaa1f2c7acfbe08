/**
 * Finds records over all zones of a tenant, from the mirror. Nothing asks Cloudflare, so the answer says how fresh
 * each zone is, and what it cannot speak for: zones that were never read.
 */

import type { RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import { InvalidInputError } from '../../base/problem.ts';
import { type DomainName, parseName } from '../../dns/name.ts';
import type { Freshness, MirrorRecord } from './model.ts';
import type { Coverage, RecordFinder, RecordQuery, ZoneMirror } from './ports.ts';

const LIMIT = 1_000;
export const FIND_LIMIT_MAX = 10_000;

export interface FindPorts {
  readonly mirror: Pick<ZoneMirror, 'getZones'> & RecordFinder;
}

export interface FindInput {
  readonly tenantId: TenantId;
  readonly query: RecordQuery;
  readonly limit?: number;
  readonly after?: FindPlace;
}

/** Where the next page starts. */
export interface FindPlace {
  readonly zoneId: ZoneId;
  readonly recordId: RecordId;
}

export interface FoundInZone extends MirrorRecord {
  readonly zoneId: ZoneId;
  readonly zoneName: DomainName;
  readonly freshness: Freshness;
}

export interface Findings {
  readonly records: readonly FoundInZone[];
  /** Where to go on; null when this was all. */
  readonly next: FindPlace | null;
  readonly coverage: Coverage;
}

/** Throws `InvalidInputError` for a query without a condition, a name that is none, or a limit out of range. */
export async function findRecords(ports: FindPorts, input: FindInput): Promise<Findings> {
  const query = checkQuery(input.query);
  const limit = checkLimit(input.limit ?? LIMIT);
  const { tenantId, after } = input;
  const page = after === undefined ? { limit: limit + 1 } : { limit: limit + 1, after };
  const found = await ports.mirror.findRecords(tenantId, query, page);
  const byId = await ports.mirror.getZones(tenantId, [...new Set(found.map(({ zoneId }) => zoneId))]);
  const records = found.slice(0, limit).flatMap((each) => {
    const zone = byId.get(each.zoneId);
    return zone === undefined ? [] : { ...each, zoneName: zone.facts.name, freshness: zone.freshness };
  });
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    records,
    next: last === undefined ? null : { zoneId: last.zoneId, recordId: last.record.id },
    coverage: await ports.mirror.coverage(tenantId, query.connectionId),
  };
}

/** The query with its name in the internal form and its type in capitals. */
function checkQuery(query: RecordQuery): RecordQuery {
  const { name, type, content, comment, tag } = query;
  if ([name, type, content, comment, tag].every((condition) => condition === undefined || condition === '')) {
    throw new InvalidInputError('Nothing to look for.', [
      {
        code: 'query-empty',
        severity: 'error',
        message: 'the query has no condition',
        next: 'Give a name, a type, a content, a comment or a tag.',
      },
    ]);
  }
  return {
    ...query,
    ...(name === undefined ? {} : { name: checkName(name) }),
    ...(type === undefined ? {} : { type: type.toUpperCase() }),
  };
}

/** A whole name in any form that people write; a part of one (with `*` at an end) only in lower case. */
function checkName(name: string): string {
  if (name.startsWith('*') || name.endsWith('*')) return name.toLowerCase();
  const parsed = parseName(name);
  if (!parsed.ok) throw new InvalidInputError('The name to look for is none.', parsed.problems);
  return parsed.value;
}

function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= FIND_LIMIT_MAX) return limit;
  throw new InvalidInputError('The limit is out of range.', [
    {
      code: 'limit-out-of-range',
      severity: 'error',
      message: `the limit is ${limit}`,
      next: `Give a whole number from 1 to ${FIND_LIMIT_MAX}.`,
    },
  ]);
}

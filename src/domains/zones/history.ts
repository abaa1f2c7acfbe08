/**
 * The past of a zone, from the mirror: its revisions, its records at any retained moment, what lies between two
 * moments, and the life of one record. Nothing here asks Cloudflare, so every answer carries how fresh the mirror is.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import { toUnicode } from '../../dns/name.ts';
import { knownZone } from './known-zone.ts';
import type { Freshness, MirrorRecord, RecordVersion, Revision, Zone } from './model.ts';
import type { MirrorHistory, Walk, ZoneMirror } from './ports.ts';
import { diffRecords, type RecordDifference } from './record-diff.ts';

/** A point in a zone's past: a revision, a time (milliseconds), or the latest state. */
export type Moment =
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'latest' };

export interface HistoryPorts {
  readonly mirror: ZoneMirror & MirrorHistory;
}

/** Which zone is asked about. */
export interface ZoneRef {
  readonly tenantId: TenantId;
  readonly zoneId: ZoneId;
}

export interface ZoneHistory {
  readonly zone: Zone;
  /** Newest first. */
  readonly revisions: readonly Revision[];
}

export async function listRevisions(ports: HistoryPorts, ref: ZoneRef, limit: number): Promise<ZoneHistory> {
  const zone = await knownZone(ports.mirror, ref.tenantId, ref.zoneId);
  return { zone, revisions: await ports.mirror.revisions(ref.tenantId, ref.zoneId, limit) };
}

/** Whether somebody reaches a name. */
export type ReachesName = (name: DomainName) => boolean;

/** Revisions that are looked through at a time where most of them may concern other names. */
const REVISIONS_AT_ONCE = 100;

/** The newest `limit` revisions older than `before` that concern the names, as far as they do. Newest first. */
export async function revisionsReached(
  ports: HistoryPorts,
  { tenantId, facts: { id: zoneId } }: Pick<Zone, 'tenantId' | 'facts'>,
  wanted: { readonly limit: number; readonly before: number; readonly reaches: ReachesName },
): Promise<readonly Revision[]> {
  const found: Revision[] = [];
  let upTo = wanted.before - 1;
  while (upTo > 0 && found.length < wanted.limit) {
    const range = { after: Math.max(0, upTo - REVISIONS_AT_ONCE), upTo };
    const revisions = await ports.mirror.revisionsIn(tenantId, zoneId, range);
    const reached = await asReached(ports, { tenantId, zoneId }, revisions, wanted.reaches);
    found.push(...reached.toReversed());
    upTo = range.after;
  }
  return found.slice(0, wanted.limit);
}

/**
 * Revisions of one stretch for who reaches some names only: they count the records whose name is reached before and
 * after, and one that touched none of them is left out. Oldest first.
 */
async function asReached(
  ports: HistoryPorts,
  ref: ZoneRef,
  revisions: readonly Revision[],
  reaches: ReachesName,
): Promise<readonly Revision[]> {
  const numbers = revisions.map(({ revision }) => revision);
  if (numbers.length === 0) return [];
  const range = { after: Math.min(...numbers) - 1, upTo: Math.max(...numbers) };
  const began = new Map<number, Set<RecordId>>(numbers.map((number) => [number, new Set()]));
  const ended = new Map<number, Set<RecordId>>(numbers.map((number) => [number, new Set()]));
  const foreign = new Map<number, Set<RecordId>>(numbers.map((number) => [number, new Set()]));
  for await (const chunk of ports.mirror.versionsIn(ref.tenantId, ref.zoneId, range)) {
    for (const { record, fromRevision, toRevision } of chunk) {
      const into = reaches(record.fields.name) ? { began, ended } : { began: foreign, ended: foreign };
      into.began.get(fromRevision)?.add(record.id);
      if (toRevision !== null) into.ended.get(toRevision)?.add(record.id);
    }
  }
  return revisions.flatMap((revision) => {
    const of = (ids: Map<number, Set<RecordId>>): Set<RecordId> => ids.get(revision.revision) ?? new Set();
    const hidden = of(foreign);
    const [came, went] = [of(began).difference(hidden), of(ended).difference(hidden)];
    const updated = came.intersection(went).size;
    const [created, deleted] = [came.size - updated, went.size - updated];
    return created + updated + deleted === 0 ? [] : [{ ...revision, created, updated, deleted }];
  });
}

export interface ZoneState {
  readonly zone: Zone;
  readonly revision: number;
  /** In id order, in chunks. */
  readonly records: AsyncIterable<readonly MirrorRecord[]>;
}

/** The zone's records as they were: what an undo or a revert plans towards. Throws as `revisionOf` does. */
export async function recordsAt(
  ports: HistoryPorts,
  ref: ZoneRef,
  moment: Moment,
  walk: Walk<RecordId> = {},
): Promise<ZoneState> {
  const zone = await knownZone(ports.mirror, ref.tenantId, ref.zoneId);
  const revision = await revisionOf(ports, zone, moment);
  return { zone, revision, records: ports.mirror.records(ref.tenantId, ref.zoneId, revision, walk) };
}

export interface ZoneDiff {
  readonly zone: Zone;
  readonly from: number;
  readonly to: number;
  readonly differences: readonly RecordDifference[];
}

/** What changed from one moment to another, which may be the earlier one. Reads only what changed in between. */
export async function diffMoments(
  ports: HistoryPorts,
  ref: ZoneRef,
  moments: { readonly from: Moment; readonly to: Moment },
): Promise<ZoneDiff> {
  const zone = await knownZone(ports.mirror, ref.tenantId, ref.zoneId);
  const from = await revisionOf(ports, zone, moments.from);
  const to = await revisionOf(ports, zone, moments.to);
  const before: RecordVersion[] = [];
  const after: RecordVersion[] = [];
  const range = { after: Math.min(from, to), upTo: Math.max(from, to) };
  for await (const chunk of ports.mirror.versionsIn(ref.tenantId, ref.zoneId, range)) {
    for (const version of chunk) {
      if (standsAt(version, from)) before.push(version);
      if (standsAt(version, to)) after.push(version);
    }
  }
  return { zone, from, to, differences: diffRecords(before, after) };
}

export interface RecordLife {
  readonly freshness: Freshness;
  /** Oldest first; through all ids that the record has had. */
  readonly chapters: readonly RecordChapter[];
}

/** A version of the record with the revisions that brought it and ended it; null where retention pruned them. */
export interface RecordChapter {
  readonly version: RecordVersion;
  readonly began: Revision | null;
  readonly ended: Revision | null;
}

/**
 * The life of one record; with `reaches`, its revisions are told as far as they concern those names. Throws
 * `record-unknown` (not-found) for an id that the zone never had.
 */
export async function recordLife(
  ports: HistoryPorts,
  ref: ZoneRef,
  recordId: RecordId,
  reaches?: ReachesName,
): Promise<RecordLife> {
  const zone = await knownZone(ports.mirror, ref.tenantId, ref.zoneId);
  const versions = await ports.mirror.recordVersions(ref.tenantId, ref.zoneId, recordId);
  if (versions.length === 0) {
    throw new ZonewardError(
      `${toUnicode(zone.facts.name)} has no record ${recordId}, and had none that is kept`,
      {
        code: 'record-unknown',
        kind: 'not-found',
        next: ['Look for the record with `zoneward records find`.'],
        details: { zoneId: ref.zoneId, recordId },
      },
    );
  }
  const numbers = versions.flatMap(({ fromRevision, toRevision }) => [
    fromRevision,
    toRevision ?? fromRevision,
  ]);
  const range = { after: Math.min(...numbers) - 1, upTo: Math.max(...numbers) };
  const revisions = (await ports.mirror.revisionsIn(ref.tenantId, ref.zoneId, range)).filter(({ revision }) =>
    numbers.includes(revision),
  );
  const byNumber = new Map<number, Revision>();
  for (const revision of revisions) {
    const told = reaches === undefined ? [revision] : await asReached(ports, ref, [revision], reaches);
    for (const one of told) byNumber.set(one.revision, one);
  }
  const chapters = versions.map((version) => ({
    version,
    began: byNumber.get(version.fromRevision) ?? null,
    ended: version.toRevision === null ? null : (byNumber.get(version.toRevision) ?? null),
  }));
  return { freshness: zone.freshness, chapters };
}

/**
 * The revision in force at a moment. Throws `revision-unknown` (input) for one that is yet to come and
 * `moment-unknown` (not-found) for one before the first read, or that retention has pruned.
 */
export async function revisionOf(ports: HistoryPorts, zone: Zone, moment: Moment): Promise<number> {
  const { tenantId, facts, revision: latest } = zone;
  if (moment.kind === 'latest') return latest;
  if (moment.kind === 'revision' && (!Number.isInteger(moment.revision) || moment.revision > latest)) {
    throw new ZonewardError(
      `${toUnicode(facts.name)} has no revision ${moment.revision}; its latest is ${latest}`,
      {
        code: 'revision-unknown',
        kind: 'input',
        next: [`Run \`zoneward zones history ${toUnicode(facts.name)}\` to see its revisions.`],
        details: { zoneId: facts.id, latest },
      },
    );
  }
  const wanted =
    moment.kind === 'revision'
      ? moment.revision
      : ((await ports.mirror.revisionAt(tenantId, facts.id, moment.at)) ?? 0);
  const [found] = await ports.mirror.revisionsIn(tenantId, facts.id, { after: wanted - 1, upTo: wanted });
  if (found !== undefined) return wanted;
  const [oldest] = await ports.mirror.revisionsIn(tenantId, facts.id, { after: 0, upTo: latest });
  const kept =
    oldest === undefined
      ? 'it was never read'
      : `the oldest kept is ${oldest.revision}, of ${new Date(oldest.at).toISOString()}`;
  throw new ZonewardError(`Nothing is kept of ${toUnicode(facts.name)} for that moment: ${kept}`, {
    code: 'moment-unknown',
    kind: 'not-found',
    next: [`Run \`zoneward zones history ${toUnicode(facts.name)}\` to see what is kept.`],
    details: { zoneId: facts.id, oldest: oldest?.revision ?? null },
  });
}

function standsAt(version: RecordVersion, revision: number): boolean {
  return version.fromRevision <= revision && (version.toRevision === null || version.toRevision > revision);
}

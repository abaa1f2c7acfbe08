/**
 * Drift: what was changed from outside and not accepted yet, over one zone or all, from the mirror. Adopting
 * accepts it; reverting is a plan like any other, through guard rails and audit, for which this gives the drafts.
 */
import type { ConnectionId, LineageId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { typeOf } from '../../dns/record.ts';
import type { IgnoreRule } from '../../dns/zone-document.ts';
import { type Draft, updateDraft } from '../../plan/diff.ts';
import { compilePattern } from '../../plan/name-pattern.ts';
import type { Principal } from '../audit/model.ts';
import { type DriftedRecord, foldDrift } from './fold-drift.ts';
import { knownZone } from './known-zone.ts';
import type { RecordVersion, Zone } from './model.ts';
import type { DriftMarks, MirrorHistory, ZoneMirror } from './ports.ts';

export interface DriftPorts {
  readonly mirror: Pick<ZoneMirror, 'getZone'> & Pick<MirrorHistory, 'revisionsIn' | 'versionsIn'>;
  readonly marks: DriftMarks;
}

export interface DriftInput {
  readonly tenantId: TenantId;
  readonly connectionId?: ConnectionId;
  readonly zoneId?: ZoneId;
  /** Begins behind this zone. */
  readonly after?: ZoneId;
  /** Names that are not ours to watch, by zone. */
  readonly ignore?: (zone: Zone) => readonly IgnoreRule[];
}

export interface DriftEntry extends DriftedRecord {
  /**
   * `ignored` by a rule, `read-only` because a Cloudflare product manages the record: shown as such, and no finding.
   */
  readonly standing: 'drift' | 'ignored' | 'read-only';
  /** The rule, or the product; null for real drift. */
  readonly why: string | null;
}

export interface ZoneDrift {
  readonly zone: Zone;
  /** The revision up to which changes were accepted. */
  readonly acknowledged: number;
  /** The revision that this was read at: what `adoptDrift` is told. */
  readonly revision: number;
  /** In the order of names. */
  readonly entries: readonly DriftEntry[];
}

/** Zones looked up at once. */
const ZONES_PER_PAGE = 50;

/**
 * Zones with drift, in zone id order, one at a time; a walk that is left early reads no further. Asks Cloudflare
 * nothing; `zone.freshness` says how old it is.
 */
export async function* listDrift(ports: DriftPorts, input: DriftInput): AsyncIterable<ZoneDrift> {
  const { tenantId, zoneId } = input;
  if (zoneId !== undefined) await knownZone(ports.mirror, tenantId, zoneId);
  for await (const { zoneId: id, acknowledged } of unacknowledged(ports, input)) {
    const zone = await ports.mirror.getZone(tenantId, id);
    if (zone === null || zone.facts.status === 'deleted') continue;
    const entries = await driftOf(ports, zone, { acknowledged, ignore: input.ignore?.(zone) ?? [] });
    if (entries.length > 0) yield { zone, acknowledged, revision: zone.revision, entries };
  }
}

async function* unacknowledged(
  { marks }: DriftPorts,
  { tenantId, connectionId, zoneId, after }: DriftInput,
): AsyncGenerator<{ readonly zoneId: ZoneId; readonly acknowledged: number }> {
  const filter = {
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(zoneId === undefined ? {} : { zoneId }),
  };
  let place = after;
  for (;;) {
    const behind = place === undefined ? {} : { after: place };
    const zones = await marks.unacknowledged(tenantId, filter, { ...behind, limit: ZONES_PER_PAGE });
    yield* zones;
    place = zones.at(-1)?.zoneId;
    if (zones.length < ZONES_PER_PAGE) return;
  }
}

async function driftOf(
  ports: DriftPorts,
  zone: Zone,
  options: { readonly acknowledged: number; readonly ignore: readonly IgnoreRule[] },
): Promise<DriftEntry[]> {
  const { tenantId, facts, revision: upTo } = zone;
  const all = await ports.mirror.revisionsIn(tenantId, facts.id, { after: options.acknowledged, upTo });
  // What the first read found is accepted as it was.
  const start = all.findLastIndex(({ origin }) => origin.kind === 'first-read') + 1;
  const revisions = all.slice(start);
  const after = start === 0 ? options.acknowledged : (all[start - 1]?.revision ?? 0);
  const versions: RecordVersion[] = [];
  for await (const chunk of ports.mirror.versionsIn(tenantId, facts.id, { after, upTo })) {
    versions.push(...chunk);
  }
  const ignoredBy = compileIgnore(zone, options.ignore);
  return foldDrift(revisions, versions).map((drifted) => {
    const record = drifted.now ?? drifted.lastExpected;
    const locked = record?.readOnly ?? null;
    if (locked !== null) return { ...drifted, standing: 'read-only', why: locked };
    const rule = record === null ? null : ignoredBy(record);
    return rule === null
      ? { ...drifted, standing: 'drift', why: null }
      : { ...drifted, standing: 'ignored', why: rule };
  });
}

function compileIgnore(zone: Zone, rules: readonly IgnoreRule[]): (record: LiveRecord) => string | null {
  const compiled = rules.map((rule) => ({ rule, matches: compilePattern(rule.name, zone.facts.name) }));
  return ({ fields }) => {
    const found = compiled.find(
      ({ rule, matches }) =>
        matches(fields.name) && (rule.type === undefined || rule.type.toUpperCase() === typeOf(fields.rdata)),
    );
    return found === undefined ? null : (found.rule.reason ?? `ignore rule ${found.rule.name}`);
  };
}

/**
 * Accepts a zone's drift up to the revision that was shown; what came later stays drift. Safe to repeat. The event
 * commits with it.
 */
export async function adoptDrift(
  ports: Pick<DriftPorts, 'marks'>,
  drift: ZoneDrift,
  by: { readonly principal: Principal; readonly at: number },
): Promise<void> {
  const { zone, revision, acknowledged, entries } = drift;
  const count = entries.length === 1 ? '1 record' : `${entries.length} records`;
  await ports.marks.acknowledge(zone.tenantId, zone.facts.id, revision, [
    {
      kind: 'drift.adopted',
      at: by.at,
      principal: by.principal,
      connectionId: zone.connectionId,
      zoneId: zone.facts.id,
      summary: `changes from outside to ${count} of ${zone.facts.name} were adopted`,
      payload: {
        from: acknowledged,
        to: revision,
        records: entries.map((entry) => ({
          expected: entry.lastExpected?.received ?? null,
          now: entry.now?.received ?? null,
          actor: entry.by.actor,
        })),
      },
    },
  ]);
}

/**
 * The drafts that bring drifted records back to what was expected, against the zone as it is now. Ignored and
 * read-only ones are left alone. A record that moved since the drift was shown is left alone too, and named in
 * `moved`: look again first.
 */
export function draftRevert(
  entries: readonly DriftEntry[],
  live: readonly LiveRecord[],
): { readonly drafts: readonly Draft[]; readonly moved: readonly LineageId[] } {
  const byId = new Map(live.map((record) => [record.id, record]));
  const drafts: Draft[] = [];
  const moved: LineageId[] = [];
  for (const { standing, lineageId, now, expected, lastExpected } of entries) {
    if (standing !== 'drift') continue;
    const current = now === null ? null : (byId.get(now.id) ?? null);
    if (now !== null && (current === null || updateDraft(current, { after: now }) !== null)) {
      moved.push(lineageId);
    } else if (expected === null) {
      if (current !== null) drafts.push({ action: 'delete', before: current });
    } else {
      drafts.push(...bringBack(current, expected, lastExpected));
    }
  }
  return { drafts, moved };
}

function bringBack(
  current: LiveRecord | null,
  after: NonNullable<DriftEntry['expected']>,
  lastExpected: LiveRecord | null,
): Draft[] {
  const continues = lastExpected?.id ?? current?.id;
  const create: Draft = { action: 'create', after, ...(continues === undefined ? {} : { continues }) };
  if (current === null) return [create];
  // A record's type cannot be changed in place.
  if (typeOf(current.fields.rdata) !== typeOf(after.fields.rdata)) {
    return [{ action: 'delete', before: current }, create];
  }
  const update = updateDraft(current, { after });
  return update === null ? [] : [update];
}

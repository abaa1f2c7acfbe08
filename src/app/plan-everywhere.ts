/** The same edit or removal in many zones, planned zone by zone so that it can be watched and stopped, stored as one change set. */
import { isZonewardError, type ZonewardError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { hasErrors } from '../base/problem.ts';
import { changesAnything } from '../plan/summarize-plans.ts';
import type { RecordSelection, RecordSet } from './edit-records.ts';
import type { TenantChanges } from './tenant-changes.ts';
import { noRecord, type Planned, severalConnections } from './tenant-plans.ts';

export interface PlanEverywhere {
  /** Ids. All belong to one connection: a change set goes through one. */
  readonly zones: readonly string[];
  readonly select: RecordSelection;
  readonly set: RecordSet | 'remove';
  readonly connection?: string;
  readonly summary?: string;
  /** Words of guard rails to lift. */
  readonly allow?: readonly string[];
}

/**
 * Zones in which nothing is meant are passed over. Stopped before it is stored, it leaves nothing; broken off by a crash
 * right after, it leaves a plan that nobody asked to apply.
 *
 * @returns `changeSetId` (null when every zone is as wanted already), `zones` looked at, `meant` of them with a record
 * that is meant, `changed` of them in the change set. Throws `record-unknown` (not-found) when no zone has one.
 */
export async function planEverywhere(
  changes: Pick<TenantChanges, 'planEdit' | 'save'>,
  { zones, select, set, connection, summary, allow = [] }: PlanEverywhere,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (progress: JsonObject) => void },
): Promise<JsonObject> {
  const via = connection === undefined ? {} : { connection };
  const parts: Planned[] = [];
  let unmeant: ZonewardError | null = null;
  for (const [done, zone] of zones.entries()) {
    signal.throwIfAborted();
    report({ done, total: zones.length });
    try {
      parts.push(await changes.planEdit([zone], select, set, via));
    } catch (error) {
      if (!isZonewardError(error) || error.code !== 'record-unknown') throw error;
      unmeant = error;
    }
  }
  signal.throwIfAborted();
  const [first] = parts;
  if (first === undefined) throw unmeant ?? noRecord(select);
  if (parts.some((part) => part.connection.id !== first.connection.id)) throw severalConnections();
  const changed = parts
    .flatMap((part) => part.zones)
    .filter(({ plan }) => changesAnything(plan) || hasErrors(plan.problems));
  const figures = { zones: zones.length, meant: parts.length, changed: changed.length };
  if (changed.length === 0) return { changeSetId: null, ...figures };
  const more = summary === undefined ? {} : { summary };
  const changeSet = await changes.save({ ...first, zones: changed }, { allow, ...more });
  return { changeSetId: changeSet.id, ...figures };
}

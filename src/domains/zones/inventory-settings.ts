/** What a tenant sets for its inventory: how much of the past is kept, and which names are not watched for drift. */
import type { TenantId } from '../../base/ids.ts';
import { InvalidInputError, type Problem } from '../../base/problem.ts';
import type { DomainName } from '../../dns/name.ts';
import type { IgnoreRule } from '../../dns/zone-document.ts';
import type { NewEvent } from '../audit/model.ts';
import type { Zone } from './model.ts';

export interface InventorySettings {
  /** Days of history that stay readable; null keeps all. The latest state is never pruned. */
  readonly historyDays: number | null;
  /** Drift of these names is shown as ignored. */
  readonly ignore: readonly WatchRule[];
}

/** An ignore rule of one zone, or of every zone. */
export interface WatchRule extends IgnoreRule {
  readonly zone?: DomainName;
}

export interface InventorySettingsStore {
  /** Null: never set. */
  load(tenantId: TenantId): Promise<InventorySettings | null>;
  /** Commits with its events. */
  save(tenantId: TenantId, settings: InventorySettings, events: readonly NewEvent[]): Promise<void>;
}

export const DEFAULT_INVENTORY: InventorySettings = { historyDays: null, ignore: [] };

const DAY_MS = 86_400_000;
const DAYS_MAX = 36_500;
const RULES_MAX = 1_000;

/** From when on history stays; null keeps all. Milliseconds. */
export function keepSince({ historyDays }: InventorySettings, now: number): number | null {
  return historyDays === null ? null : now - historyDays * DAY_MS;
}

/** The rules that speak of a zone. */
export function rulesFor({ ignore }: InventorySettings, { facts }: Zone): readonly IgnoreRule[] {
  return ignore.filter(({ zone }) => zone === undefined || zone === facts.name);
}

/** Throws `InvalidInputError` for values out of range. */
export function checkInventory({ historyDays, ignore }: InventorySettings): void {
  const problems: Problem[] = [];
  if (
    historyDays !== null &&
    !(Number.isInteger(historyDays) && historyDays >= 1 && historyDays <= DAYS_MAX)
  ) {
    problems.push({
      code: 'history-days-invalid',
      severity: 'error',
      message: `history cannot be kept for ${historyDays} days`,
      next: `Give a whole number from 1 to ${DAYS_MAX}, or keep all.`,
    });
  }
  if (ignore.length > RULES_MAX) {
    problems.push({
      code: 'ignore-rules-too-many',
      severity: 'error',
      message: `there are ${ignore.length} ignore rules`,
      next: `Give ${RULES_MAX} at most; a pattern like *.dyn covers many names.`,
    });
  }
  if (problems.length > 0) throw new InvalidInputError('The settings cannot be used.', problems);
}

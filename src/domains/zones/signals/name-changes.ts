/**
 * After full reads that nobody signalled: who made the changes that they found, as far as the account's audit log
 * tells. It is asked only when something was found, and a log that cannot be read costs the name, not the read.
 */
import { isZonewardError } from '../../../base/errors.ts';
import type { ZoneId } from '../../../base/ids.ts';
import type { Connection } from '../../connections/model.ts';
import { foundChanges } from '../inventory-events.ts';
import type { OutsideActor } from '../model.ts';
import type { MirrorHistory } from '../ports.ts';
import type { SyncOutcome } from '../sync-zone.ts';
import { AHEAD_MS, type AuditSignalPorts, OWN_WRITE_MS, PAGES_MAX, tellApart } from './audit-signal.ts';
import type { AuditLogEntry } from './ports.ts';

/** Cloudflare's clock and ours differ a little. */
const SKEW_MS = 60_000;

export interface NameChangesPorts extends AuditSignalPorts {
  readonly history: Pick<MirrorHistory, 'nameActor'>;
}

/**
 * Writes the actors that it learns into the revisions. @returns who changed which zone, and the calls that it took.
 */
export async function nameChanges(
  ports: NameChangesPorts,
  input: {
    readonly connection: Pick<Connection, 'tenantId' | 'accountId' | 'tokenId'>;
    readonly outcomes: readonly SyncOutcome[];
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly actors: ReadonlyMap<ZoneId, OutsideActor>; readonly calls: number }> {
  const { tenantId, accountId, tokenId } = input.connection;
  const changed = new Map(input.outcomes.filter(foundChanges).map((outcome) => [outcome.zoneId, outcome]));
  if (changed.size === 0) return { actors: new Map(), calls: 0 };
  const sinceOf = (zoneId: ZoneId): number => (changed.get(zoneId)?.verifiedBefore ?? 0) - SKEW_MS;
  const since = [...changed.keys()].reduce((least, id) => Math.min(least, sinceOf(id)), ports.clock.now());
  const log = await entriesSince(ports, accountId, since, input.signal);
  const fresh = log.entries.filter(({ zoneId, at }) => changed.has(zoneId) && at >= sinceOf(zoneId));
  const own = fresh.length === 0 ? [] : await ports.ownWrites.since(tenantId, since - OWN_WRITE_MS);
  const { outside } = tellApart(fresh, own, tokenId);
  for (const [zoneId, actor] of outside) {
    const revision = changed.get(zoneId)?.revision;
    if (revision !== undefined) await ports.history.nameActor(tenantId, zoneId, revision, actor);
  }
  return { actors: outside, calls: log.calls };
}

async function entriesSince(
  { auditLog, clock }: NameChangesPorts,
  accountId: Connection['accountId'],
  since: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly entries: readonly AuditLogEntry[]; readonly calls: number }> {
  const entries: AuditLogEntry[] = [];
  let calls = 0;
  const options = { lane: 'sync' as const, ...(signal === undefined ? {} : { signal }) };
  try {
    const window = { since, before: clock.now() + AHEAD_MS };
    for await (const page of auditLog.entries(accountId, window, options)) {
      calls += 1;
      entries.push(...page);
      if (calls >= PAGES_MAX) break;
    }
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    calls += 1;
  }
  return { entries, calls };
}

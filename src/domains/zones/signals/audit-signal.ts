/**
 * The account's audit log as a signal: one call tells of all zones, and who changed them.
 *
 * Entries come late and in no promised order, so each poll reads again what the last ones read (the overlap) and
 * counts an entry once, by its id. Our own writes are told apart by the ray and the audit id that the journal keeps
 * of each answer; while an answer is not in the journal yet, by our token, the zone and the time.
 */
import type { Clock } from '../../../base/clock.ts';
import { isZonewardError } from '../../../base/errors.ts';
import type { AccountId, TenantId, ZoneId } from '../../../base/ids.ts';
import type { CallOptions } from '../../cloudflare-call.ts';
import type { OutsideActor } from '../model.ts';
import type { AuditLogEntry, AuditLogReader, OwnWrite, OwnWrites, SyncState } from './ports.ts';

/** How late an entry may come and still be heard. How late they do come is undocumented. */
const OVERLAP_MS = 600_000;
/** Cloudflare's clock may be ahead of ours. */
export const AHEAD_MS = 600_000;
/** Pages of one poll; a longer backlog is read over several. */
export const PAGES_MAX = 10;
/** Between a write's sending and its entry, at most. */
export const OWN_WRITE_MS = 120_000;

export interface AuditSignalPorts {
  readonly auditLog: AuditLogReader;
  readonly ownWrites: OwnWrites;
  readonly clock: Clock;
}

export interface AuditSignalInput {
  readonly tenantId: TenantId;
  readonly accountId: AccountId;
  /** The token's id at Cloudflare; null for a global key. */
  readonly tokenId: string | null;
  readonly state: AuditState;
  readonly options: CallOptions;
}

export type AuditState = Pick<SyncState, 'auditLog' | 'auditTriedAt' | 'auditReadUpTo' | 'auditSeen'>;

export interface AuditSignal {
  /** Zones that others changed, with the latest who did; several are named together. */
  readonly outside: ReadonlyMap<ZoneId, OutsideActor>;
  /** Zones that nobody but us changed. */
  readonly own: ReadonlySet<ZoneId>;
  /** To be kept only after what was heard is safe: what is lost in between is heard again. */
  readonly state: AuditState;
  readonly calls: number;
}

/** Throws what the reader throws, but for a missing right: that is a finding, in `state.auditLog`. */
export async function pollAuditLog(ports: AuditSignalPorts, input: AuditSignalInput): Promise<AuditSignal> {
  const now = ports.clock.now();
  const upTo = input.state.auditReadUpTo ?? now;
  const since = Math.min(upTo, now) - OVERLAP_MS;
  const entries: AuditLogEntry[] = [];
  let pages = 0;
  try {
    const window = { since, before: Math.max(upTo, now) + AHEAD_MS };
    for await (const page of ports.auditLog.entries(input.accountId, window, input.options)) {
      pages += 1;
      entries.push(...page);
      if (pages >= PAGES_MAX) break;
    }
  } catch (error) {
    if (!isZonewardError(error) || (error.kind !== 'permission' && error.kind !== 'not-found')) throw error;
    const state: AuditState = { ...input.state, auditLog: 'refused', auditTriedAt: now };
    return { outside: new Map(), own: new Set(), state, calls: pages + 1 };
  }
  const latest = entries.reduce((last, entry) => Math.max(last, entry.at), 0);
  // A backlog goes on behind its last entry, without the overlap: else a busy ten minutes would be read forever.
  const readUpTo = pages >= PAGES_MAX ? Math.min(now, latest + OVERLAP_MS) : Math.max(now, latest);
  const seen = new Set(input.state.auditSeen);
  const fresh = entries.filter(({ id }) => !seen.has(id));
  const state: AuditState = {
    auditLog: 'readable',
    auditTriedAt: now,
    auditReadUpTo: readUpTo,
    auditSeen: entries.filter(({ at }) => at >= Math.min(readUpTo, now) - OVERLAP_MS).map(({ id }) => id),
  };
  const own = fresh.length === 0 ? [] : await ports.ownWrites.since(input.tenantId, since - OWN_WRITE_MS);
  return { ...tellApart(fresh, own, input.tokenId), state, calls: Math.max(1, pages) };
}

/** Our own writes from those of others, by the ids that the journal keeps. */
export function tellApart(
  entries: readonly AuditLogEntry[],
  writes: readonly OwnWrite[],
  tokenId: string | null,
): Pick<AuditSignal, 'outside' | 'own'> {
  const known = new Set(writes.flatMap(({ ray, auditLogId }) => [ray && rayOnly(ray), auditLogId]));
  known.delete(null);
  const unanswered = writes.filter(({ ray, auditLogId }) => ray === null && auditLogId === null);
  const outside = new Map<ZoneId, OutsideActor>();
  const own = new Set<ZoneId>();
  for (const entry of entries) {
    const ours =
      known.has(entry.id) ||
      (entry.ray !== null && known.has(rayOnly(entry.ray))) ||
      (tokenId !== null && entry.tokenId === tokenId && unanswered.some((write) => isOf(write, entry)));
    if (ours) own.add(entry.zoneId);
    else outside.set(entry.zoneId, joinActors(outside.get(entry.zoneId), entry));
  }
  for (const zoneId of outside.keys()) own.delete(zoneId);
  return { outside, own };
}

/** An answer's ray ends with its data centre (`8c0ffee1-AMS`); whether the log's does is undocumented. */
function rayOnly(ray: string): string {
  return ray.replace(/-.*$/, '');
}

function isOf(write: OwnWrite, entry: AuditLogEntry): boolean {
  return write.zoneId === entry.zoneId && Math.abs(entry.at - write.sentAt) <= OWN_WRITE_MS;
}

/** The actor of the later entry, with the names of all. */
function joinActors(before: OutsideActor | undefined, entry: AuditLogEntry): OutsideActor {
  const names = [...new Set([...(before?.actor?.split(', ') ?? []), ...(entry.actor ? [entry.actor] : [])])];
  return {
    actor: names.length === 0 ? null : names.join(', '),
    ...(entry.interface === null ? {} : { interface: entry.interface }),
    changedAt: Math.max(before?.changedAt ?? 0, entry.at),
  };
}

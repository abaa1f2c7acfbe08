/**
 * After a crash. A change set that is `applying` while nobody holds it was left by a process that is gone; one that
 * is `unknown` could not be read at the time. Both are settled here. What is left of them is sent only where nobody
 * needs to look again: the plan is young, its approval holds, and no record of it moved; else the change set is
 * `interrupted`, and `changes resume` goes on with it.
 *
 * Safe to run in any number of processes at once, at any time, and to be killed in.
 */
import { isZonewardError, type ZonewardError } from '../../base/errors.ts';
import type { TenantId } from '../../base/ids.ts';
import { type ApplyOptions, type ApplyPorts, type ApplyResult, carryOut } from './apply.ts';
import { takeLease, whileHeld } from './hold.ts';
import type { ChangeSet } from './model.ts';

/** A plan older than this is not gone on with unasked. */
export const CONTINUE_WITHIN_MS = 3_600_000;
/** Change sets of unknown outcome that one run looks at. */
const UNKNOWN_MAX = 100;

export interface Recovered {
  readonly changeSet: ChangeSet;
  /** Null when it could not be taken up. */
  readonly result: ApplyResult | null;
  /** Why not: `zone-locked` while a process still holds it, or what kept it from being read. */
  readonly error: ZonewardError | null;
}

export interface RecoverPorts {
  readonly journal: ApplyPorts['journal'];
  /** The ports for a change set, through its own connection. May throw when that is gone. */
  readonly portsFor: (changeSet: ChangeSet) => Promise<ApplyPorts>;
}

export interface RecoverOptions extends ApplyOptions {
  /** Not those of unknown outcome: looking again at each costs calls. */
  readonly onlyCrashed?: boolean;
}

/** Oldest first, one by one. What cannot be taken up is told and left as it is. */
export async function recoverChangeSets(
  ports: RecoverPorts,
  tenantId: TenantId,
  options: RecoverOptions,
): Promise<readonly Recovered[]> {
  const applying = await ports.journal.unfinished(tenantId);
  const unknown = options.onlyCrashed
    ? []
    : await ports.journal.list(tenantId, { status: 'unknown' }, UNKNOWN_MAX);
  const recovered: Recovered[] = [];
  for (const changeSet of [...applying, ...unknown].sort((a, b) => a.createdAt - b.createdAt)) {
    if (options.signal?.aborted) break;
    const one = await recoverOne(ports, changeSet, options);
    if (one !== null) recovered.push(one);
  }
  return recovered;
}

/** Null when someone else saw to it meanwhile. */
async function recoverOne(
  ports: RecoverPorts,
  found: ChangeSet,
  options: ApplyOptions,
): Promise<Recovered | null> {
  try {
    const applyPorts = await ports.portsFor(found);
    const lease = await takeLease(applyPorts, found.id, {
      holder: options.holder,
      waitMs: options.lockWaitMs ?? 0,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onWait: () => undefined,
    });
    return await whileHeld(lease, async () => {
      const changeSet = await ports.journal.get(found.tenantId, found.id);
      if (changeSet === null || (changeSet.status !== 'applying' && changeSet.status !== 'unknown'))
        return null;
      const automatic = { maySend: maySend(changeSet, applyPorts.clock.now()) };
      const result = await carryOut(applyPorts, changeSet, { ...options, lease, automatic });
      return { changeSet: { ...changeSet, status: result.status }, result, error: null };
    });
  } catch (error) {
    if (!isZonewardError(error)) {
      if (options.signal?.aborted) return null;
      throw error;
    }
    return { changeSet: found, result: null, error };
  }
}

/** Whether the rest may be sent without anyone looking at it again. */
export function maySend(changeSet: ChangeSet, now: number): boolean {
  const { required, grant } = changeSet.approval;
  if (required && (grant === null || grant.expiresAt <= now)) return false;
  return changeSet.plans.every((plan) => Math.abs(now - plan.readAt) <= CONTINUE_WITHIN_MS);
}

/**
 * Pruning: old events go, the chain still verifies. Only a prefix may go, only under a signed checkpoint that has
 * left the machine, and the pruning is an event itself. Erasing a payload is different: the event stays, its hash
 * stays, only what it told is gone.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { TenantId } from '../../base/ids.ts';
import { type Checkpoint, type CheckpointPorts, signHead } from './checkpoint.ts';
import type { ChainHead, Principal } from './model.ts';

export interface Pruned {
  readonly events: number;
  readonly base: Checkpoint;
}

/**
 * Removes the events older than `before` (milliseconds). Null when there are none. Safe to repeat after a crash:
 * the base is signed and stored before anything is removed.
 */
export async function pruneAudit(
  ports: CheckpointPorts,
  tenantId: TenantId,
  input: { readonly before: number; readonly principal: Principal },
): Promise<Pruned | null> {
  const last = await lastBefore(ports, tenantId, input.before);
  if (last === null) return null;
  const base = await signHead(ports, tenantId, last);
  for (const sink of ports.sinks) await sink.put(base);
  await ports.shelf.setBase(base);
  const events = await ports.trail.prune(tenantId, base.sequence, [
    {
      kind: 'audit.pruned',
      at: ports.clock.now(),
      principal: input.principal,
      summary: `Events up to ${base.sequence} removed, under checkpoint ${base.keyId}`,
      payload: {
        through: base.sequence,
        hash: base.hash,
        keyId: base.keyId,
        signature: base.signature,
        at: base.at,
      },
    },
  ]);
  return { events, base };
}

async function lastBefore(
  ports: CheckpointPorts,
  tenantId: TenantId,
  before: number,
): Promise<ChainHead | null> {
  const [last] = await ports.trail.latest(tenantId, { until: before - 1 }, 1);
  return last === undefined ? null : { sequence: last.sequence, hash: last.hash };
}

/** Removes what one event told, where the law asks. The event, its time and its hashes stay. */
export async function erasePayload(
  ports: Pick<CheckpointPorts, 'trail' | 'clock'>,
  tenantId: TenantId,
  input: { readonly sequence: number; readonly principal: Principal; readonly reason: string },
): Promise<void> {
  const erased = await ports.trail.erase(tenantId, input.sequence, [
    {
      kind: 'audit.payload-erased',
      at: ports.clock.now(),
      principal: input.principal,
      summary: `The payload of event ${input.sequence} was erased: ${input.reason}`,
      payload: { sequence: input.sequence, reason: input.reason },
    },
  ]);
  if (erased) return;
  throw new ZonewardError(`There is no event ${input.sequence}`, {
    code: 'event-unknown',
    kind: 'not-found',
    next: ['zoneward audit list'],
  });
}

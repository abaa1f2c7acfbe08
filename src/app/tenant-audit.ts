/** The audit trail of one tenant: read, verified, signed, pruned. */
import type { TenantId } from '../base/ids.ts';
import {
  type Checkpoint,
  type TrailVerdict,
  takeCheckpoint,
  verifyTrail,
} from '../domains/audit/checkpoint.ts';
import type { AuditEvent } from '../domains/audit/model.ts';
import type { AuditFilter } from '../domains/audit/ports.ts';
import { erasePayload, type Pruned, pruneAudit } from '../domains/audit/prune.ts';
import { checkpointVerifier } from '../vault/signing-key.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Context } from './context.ts';

export interface TenantAudit {
  /** Newest first. */
  list(filter?: AuditFilter, limit?: number): Promise<readonly AuditEvent[]>;
  /** Oldest first, in chunks: for export. */
  read(filter?: AuditFilter): AsyncIterable<readonly AuditEvent[]>;
  /**
   * Recomputes every hash, and compares with the checkpoints given, or else with the store's own latest. What was
   * cut off at the end shows only up to the last checkpoint; bring the ones that left the machine.
   */
  verify(against?: {
    readonly checkpoints?: readonly Checkpoint[];
    /** PEM; one text may hold several. Default: this store's own key. */
    readonly publicKeys?: readonly string[];
  }): Promise<TrailVerdict>;
  /** Signs the end of the chain and sends the checkpoint away. Null when nothing was added since the last. */
  checkpoint(): Promise<Checkpoint | null>;
  /** Removes events older than `before` (milliseconds) under a signed checkpoint. Null when there are none. */
  prune(before: number): Promise<Pruned | null>;
  /** Removes what one event told; the event and its hashes stay. */
  erasePayload(sequence: number, reason: string): Promise<void>;
  /** The public key (PEM) that verifies this store's checkpoints. */
  publicKey(): Promise<string>;
}

const LIST_LIMIT = 50;

export function tenantAudit(context: Context, tenantId: TenantId): TenantAudit {
  const trail = context.store.audit;
  const { principal } = context;
  return {
    list: (filter = {}, limit = LIST_LIMIT) => trail.latest(tenantId, filter, limit),
    read: (filter = {}) => trail.read(tenantId, filter),
    verify: async (against = {}) => {
      const { key, ports } = await openCheckpoints(context);
      const latest = await ports.shelf.latest(tenantId);
      const base = await ports.shelf.base(tenantId);
      return verifyTrail(trail.read(tenantId, { afterSequence: base?.sequence ?? 0 }), {
        checkpoints: against.checkpoints ?? (latest === null ? [] : [latest]),
        verifier: checkpointVerifier([key.publicKey, ...(against.publicKeys ?? [])]),
        base,
      });
    },
    checkpoint: async () => takeCheckpoint((await openCheckpoints(context)).ports, tenantId),
    prune: async (before) =>
      pruneAudit((await openCheckpoints(context)).ports, tenantId, { before, principal }),
    erasePayload: (sequence, reason) =>
      erasePayload({ trail, clock: context.clock }, tenantId, { sequence, reason, principal }),
    publicKey: async () => (await openCheckpoints(context)).key.publicKey,
  };
}

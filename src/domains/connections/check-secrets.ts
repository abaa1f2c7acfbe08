/**
 * Whether the sealed secrets are those that the audit trail tells of. A row that was put back whole to what it was
 * once opens, for it was sealed once; only the trail knows that it was replaced since.
 */
import type { TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Problem } from '../../base/problem.ts';
import { hashOf } from '../../plan/hash.ts';
import type { AuditEvent } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import type { Connection } from './model.ts';
import type { ConnectionStore, SealedSecret } from './ports.ts';

/** Events that commit with a new secret, and carry `secretFacts` of it. */
const SEALING_KINDS: readonly string[] = ['connection.added', 'connection.relinked', 'rotation.switched'];

/** What an event says of the secret that commits with it; null for one that is only named. */
export function secretFacts(sealed: SealedSecret | null): JsonObject | null {
  if (sealed === null) return null;
  // Not the wrapping: a change of keys replaces it, and makes no event.
  return { version: sealed.version, hash: hashOf({ nonce: sealed.nonce, ciphertext: sealed.ciphertext }) };
}

/** One problem for each connection whose secret is not the last that was sealed. Opens nothing. */
export async function checkSecrets(
  ports: {
    readonly store: Pick<ConnectionStore, 'list' | 'sealedSecret'>;
    readonly trail: Pick<AuditTrail, 'latest'>;
  },
  tenantId: TenantId,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const connection of await ports.store.list(tenantId)) {
    const told = await lastSealing(ports.trail, connection);
    if (told === null) continue;
    const stored = secretFacts(await ports.store.sealedSecret(tenantId, connection.id));
    if (hashOf(told.facts) !== hashOf(stored)) problems.push(notTheLast(connection, told.event));
  }
  return problems;
}

/** Null where the trail tells nothing any more: it was pruned, or is of an older version. */
async function lastSealing(
  trail: Pick<AuditTrail, 'latest'>,
  { tenantId, id: connectionId }: Connection,
): Promise<{ readonly event: AuditEvent; readonly facts: JsonObject | null } | null> {
  let last: AuditEvent | null = null;
  for (const kind of SEALING_KINDS) {
    const [event] = await trail.latest(tenantId, { connectionId, kind }, 1);
    if (event !== undefined && event.sequence > (last?.sequence ?? 0)) last = event;
  }
  const { payload } = last ?? {};
  if (last === null || payload === null || payload === undefined || !('secret' in payload)) return null;
  return { event: last, facts: (payload['secret'] ?? null) as JsonObject | null };
}

function notTheLast({ label, id }: Connection, event: AuditEvent): Problem {
  return {
    code: 'secret-not-the-last',
    severity: 'error',
    subject: id,
    message: `The secret of "${label}" is not the one that was sealed last (event ${event.sequence}, ${event.kind}).`,
    next: `find out who wrote to the store; then give the credential anew: zoneward connections relink ${id}`,
  };
}

/** A separate credential that may make tokens, for connections whose own token may not. Write-only like every secret. */

import { secretText } from '../credential-of.ts';
import { getConnection } from '../find-connection.ts';
import type { Connection, Credential, Minter } from '../model.ts';
import type { RotationStore, Vault } from '../ports.ts';
import { connectionEvent } from '../state.ts';
import type { RotationPorts, RotationTarget } from './rotation-run.ts';

/**
 * Seals a minter for a connection, or replaces the one there. Cloudflare recommends that such a token holds no other
 * right and works from known addresses only. Whether it may mint shows at the first rotation.
 */
export async function setMinter(
  ports: Pick<RotationPorts, 'store' | 'rotations' | 'vault' | 'clock'>,
  target: RotationTarget,
  credential: Credential,
): Promise<void> {
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  const before = await ports.rotations.minter(target.tenantId, target.connectionId);
  const version = (before?.sealed.version ?? 0) + 1;
  const sealed = await ports.vault.seal(minterContext(connection, version), secretText(credential));
  const email = credential.kind === 'global-key' ? credential.email : null;
  const event = connectionEvent(
    connection,
    'connection.minter-set',
    { now: ports.clock.now(), principal: target.principal },
    {
      summary: `${connection.label}: minter ${before === null ? 'given' : 'replaced'}`,
      payload: { kind: credential.kind },
    },
  );
  const minter: Minter = { kind: credential.kind, email, sealed };
  await ports.rotations.putMinter(target.tenantId, target.connectionId, minter, [event]);
}

export async function removeMinter(
  ports: {
    readonly store: RotationPorts['store'];
    readonly rotations: RotationStore;
    readonly clock: RotationPorts['clock'];
  },
  target: RotationTarget,
): Promise<void> {
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  const event = connectionEvent(
    connection,
    'connection.minter-removed',
    { now: ports.clock.now(), principal: target.principal },
    { summary: `${connection.label}: minter removed`, payload: {} },
  );
  await ports.rotations.putMinter(target.tenantId, target.connectionId, null, [event]);
}

export async function credentialOfMinter(
  ports: { readonly vault: Pick<Vault, 'open'> },
  connection: Connection,
  minter: Minter,
): Promise<Credential> {
  const secret = await ports.vault.open(minterContext(connection, minter.sealed.version), minter.sealed);
  if (minter.kind === 'global-key') return { kind: 'global-key', email: minter.email ?? '', key: secret };
  return { kind: minter.kind, token: secret };
}

function minterContext(connection: Connection, version: number) {
  return { tenantId: connection.tenantId, connectionId: connection.id, field: 'minter' as const, version };
}

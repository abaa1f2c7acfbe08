/** The credential of a saved connection, from the vault or from where it is named; and its way into the vault. */
import { ZonewardError } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import type { Connection, Credential, CredentialKind } from './model.ts';
import type { ConnectionStore, SealedSecret, SecretContext, SecretReferences, Vault } from './ports.ts';

export interface CredentialPorts {
  readonly store: Pick<ConnectionStore, 'sealedSecret'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly references: SecretReferences;
}

/**
 * Fetches and opens the secret of a connection. Throws `secret-missing` where the vault has none,
 * `vault-open-failed`, `secret-reference-failed`. Keep the result no longer than the work at hand.
 */
export async function credentialOf(ports: CredentialPorts, connection: Connection): Promise<Credential> {
  return assemble(connection, await secretOf(ports, connection));
}

async function secretOf(ports: CredentialPorts, connection: Connection): Promise<Secret> {
  const { secretSource, tenantId, id, kind } = connection;
  if (secretSource.kind === 'reference') return await ports.references.resolve(secretSource.reference);
  const sealed = await ports.store.sealedSecret(tenantId, id);
  if (sealed === null) {
    throw new ZonewardError(`The vault holds no secret for "${connection.label}".`, {
      code: 'secret-missing',
      kind: 'credentials',
      next: [`zoneward connections relink ${id}`],
      details: { connectionId: id },
    });
  }
  return await ports.vault.open(secretContext({ tenantId, id }, kind, sealed.version), sealed);
}

function assemble(connection: Connection, secret: Secret): Credential {
  switch (connection.kind) {
    case 'user-token':
    case 'account-token':
      return { kind: connection.kind, token: secret };
    case 'global-key':
      return { kind: 'global-key', email: connection.email ?? '', key: secret };
    default:
      throw new Error(connection.kind satisfies never);
  }
}

/** Seals the credential for the connection as it will stand; its version is the ciphertext's too. */
export async function sealCredential(
  vault: Pick<Vault, 'seal'>,
  connection: Connection,
  credential: Credential,
): Promise<SealedSecret> {
  return await vault.seal(
    secretContext(connection, credential.kind, connection.version),
    secretText(credential),
  );
}

export function secretText(credential: Credential): Secret {
  return credential.kind === 'global-key' ? credential.key : credential.token;
}

function secretContext(
  connection: Pick<Connection, 'tenantId' | 'id'>,
  kind: CredentialKind,
  version: number,
): SecretContext {
  const field = kind === 'global-key' ? 'key' : 'token';
  return { tenantId: connection.tenantId, connectionId: connection.id, field, version };
}

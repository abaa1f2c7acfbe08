/** Finding connections: by id or label, and by everything that they are labelled with. */
import { ZonewardError } from '../../base/errors.ts';
import type { AccountId, ConnectionId, TenantId } from '../../base/ids.ts';
import type { Connection, ConnectionState, CredentialKind, Profile } from './model.ts';
import type { ConnectionStore } from './ports.ts';

/** Throws `connection-not-found`, also for one of another tenant. */
export async function getConnection(
  store: Pick<ConnectionStore, 'get'>,
  tenantId: TenantId,
  id: ConnectionId,
): Promise<Connection> {
  const connection = await store.get(tenantId, id);
  if (connection === null) throw notFound(id);
  return connection;
}

/** By id, or by label. Throws `connection-not-found`. */
export async function findConnection(
  store: Pick<ConnectionStore, 'get' | 'list'>,
  tenantId: TenantId,
  idOrLabel: string,
): Promise<Connection> {
  const byId = idOrLabel.startsWith('con_') ? await store.get(tenantId, idOrLabel as ConnectionId) : null;
  const found = byId ?? (await store.list(tenantId)).find((connection) => connection.label === idOrLabel);
  if (found === undefined) throw notFound(idOrLabel);
  return found;
}

function notFound(name: string): ZonewardError {
  return new ZonewardError(`There is no connection "${name}".`, {
    code: 'connection-not-found',
    kind: 'not-found',
    next: ['zoneward connections list'],
  });
}

/** Every given condition must hold. */
export interface ConnectionFilter {
  /** Part of the label, in any case. */
  readonly label?: string;
  readonly kind?: CredentialKind;
  readonly accountId?: AccountId;
  readonly profile?: Profile;
  /** Any of them. */
  readonly states?: readonly ConnectionState[];
  /** All of them. */
  readonly tags?: readonly string[];
  /** Each key with this value, type included. */
  readonly metadata?: Connection['metadata'];
  /** Ends, or is due for rotation, before this moment. */
  readonly dueBefore?: number;
}

export function filterConnections(
  connections: readonly Connection[],
  filter: ConnectionFilter,
): readonly Connection[] {
  return connections.filter((connection) => matches(connection, filter));
}

function matches(connection: Connection, filter: ConnectionFilter): boolean {
  const { label, kind, accountId, profile, states, tags, metadata, dueBefore } = filter;
  const due = Math.min(connection.expiresAt ?? Infinity, connection.rotation.dueAt ?? Infinity);
  return (
    (label === undefined || connection.label.toLowerCase().includes(label.toLowerCase())) &&
    (kind === undefined || connection.kind === kind) &&
    (accountId === undefined || connection.accountId === accountId) &&
    (profile === undefined || connection.profile === profile) &&
    (states?.includes(connection.state) ?? true) &&
    (tags?.every((tag) => connection.tags.includes(tag)) ?? true) &&
    Object.entries(metadata ?? {}).every(([key, value]) => connection.metadata[key] === value) &&
    (dueBefore === undefined || due < dueBefore)
  );
}

/** Renaming, tagging, pausing and removing: changes of a connection that ask Cloudflare nothing. */
import type { Clock } from '../../base/clock.ts';
import type { ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { InvalidInputError } from '../../base/problem.ts';
import type { Principal } from '../audit/model.ts';
import { checkRotation, refuseTakenLabel, UNTESTED } from './add-connection.ts';
import { checkDescriptors, type Metadata } from './descriptors.ts';
import { getConnection } from './find-connection.ts';
import type { Connection, Profile } from './model.ts';
import type { ConnectionStore } from './ports.ts';
import { connectionEvent, moveConnection, revise, rotating } from './state.ts';

const DAY_MS = 86_400_000;

export interface EditPorts {
  readonly store: ConnectionStore;
  readonly clock: Clock;
}

export interface ConnectionTarget {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
}

/** What is given replaces what was; what is not given stays. */
export interface ConnectionEdit {
  readonly label?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  readonly profile?: Profile;
  readonly zoneIds?: readonly ZoneId[];
  readonly rotateEveryDays?: number;
}

/** Throws `InvalidInputError`, `label-taken`, `connection-not-found`, `connection-moved`. */
export async function editConnection(
  ports: EditPorts,
  target: ConnectionTarget,
  edit: ConnectionEdit,
): Promise<Connection> {
  const problems = [...checkDescriptors(edit), ...checkRotation(edit.rotateEveryDays)];
  if (problems.length > 0) throw new InvalidInputError('The connection is not valid.', problems);
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  const label = edit.label?.trim();
  if (label !== undefined && label !== connection.label) {
    refuseTakenLabel(label, await ports.store.list(target.tenantId));
  }
  const now = ports.clock.now();
  const next = revise(connection, editedFields(connection, edit), now);
  const changes = changedFields(connection, next);
  if (Object.keys(changes).length === 0) return connection;
  const event = connectionEvent(
    connection,
    'connection.edited',
    { now, principal: target.principal },
    {
      summary: `${connection.label}: ${Object.keys(changes).join(', ')} changed`,
      payload: changes,
    },
  );
  await ports.store.update(next, null, [event]);
  return next;
}

function editedFields(connection: Connection, edit: ConnectionEdit): Partial<Connection> {
  const { rotation } = connection;
  const { rotateEveryDays: everyDays } = edit;
  const since = rotation.lastRotatedAt ?? connection.createdAt;
  return {
    ...(edit.label === undefined ? {} : { label: edit.label.trim() }),
    ...(edit.tags === undefined ? {} : { tags: [...new Set(edit.tags.map((tag) => tag.trim()))] }),
    ...(edit.metadata === undefined ? {} : { metadata: edit.metadata }),
    ...(edit.profile === undefined ? {} : { profile: edit.profile }),
    ...(edit.zoneIds === undefined ? {} : { zoneIds: edit.zoneIds }),
    ...(everyDays === undefined
      ? {}
      : { rotation: { ...rotation, everyDays, dueAt: since + everyDays * DAY_MS } }),
  };
}

const EDITABLE = ['label', 'tags', 'metadata', 'profile', 'zoneIds', 'rotation'] as const;

function changedFields(before: Connection, after: Connection): JsonObject {
  const changes: Record<string, JsonValue> = {};
  for (const field of EDITABLE) {
    const [from, to] = [toJson(before[field]), toJson(after[field])];
    if (JSON.stringify(from) !== JSON.stringify(to)) changes[field] = { before: from, after: to };
  }
  return changes;
}

function toJson(value: Connection[(typeof EDITABLE)[number]]): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

/** Nothing uses a paused connection: no sync, no change, no rotation. Throws `connection-rotating`. */
export async function pauseConnection(
  ports: EditPorts,
  target: ConnectionTarget & { readonly why?: string },
): Promise<Connection> {
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  if (connection.state === 'paused') return connection;
  if (connection.state === 'rotating') throw rotating(connection);
  const verdict = {
    state: 'paused',
    reason: 'paused-by-person',
    detail: target.why ?? `Paused by ${target.principal}.`,
    next: [`zoneward connections resume ${connection.id}`],
  } as const;
  const { now, principal } = { now: ports.clock.now(), principal: target.principal };
  const moved = moveConnection(connection, verdict, { now, principal });
  await ports.store.update(moved.connection, null, moved.events);
  return moved.connection;
}

/** Ends a pause; the connection is `untested` until it is tested, which the caller does next. */
export async function resumeConnection(ports: EditPorts, target: ConnectionTarget): Promise<Connection> {
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  if (connection.state !== 'paused') return connection;
  const verdict = { ...UNTESTED, reason: 'resumed', detail: 'Resumed; not tested since.' };
  const moment = { now: ports.clock.now(), principal: target.principal };
  const moved = moveConnection(connection, verdict, moment);
  await ports.store.update(moved.connection, null, moved.events);
  return moved.connection;
}

/**
 * Deletes the secret and hides the connection; its zones, history and audit stay. The credential itself lives on
 * at Cloudflare: the answer's `next` says where to revoke it. Throws `connection-rotating`.
 */
export async function removeConnection(
  ports: EditPorts,
  target: ConnectionTarget,
): Promise<{ readonly connection: Connection; readonly next: readonly string[] }> {
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  // Its new token would be left at Cloudflare, and nobody would know of it.
  if (connection.state === 'rotating') throw rotating(connection);
  const moment = { now: ports.clock.now(), principal: target.principal };
  const event = connectionEvent(connection, 'connection.removed', moment, {
    summary: `${connection.label}: removed; its secret is deleted`,
    payload: { label: connection.label, accountId: connection.accountId, tokenId: connection.tokenId },
  });
  await ports.store.remove(target.tenantId, target.connectionId, [event]);
  return { connection, next: [revokeStep(connection)] };
}

function revokeStep(connection: Connection): string {
  switch (connection.kind) {
    case 'user-token':
      return 'delete the token: https://dash.cloudflare.com/profile/api-tokens';
    case 'account-token':
      return `delete the token: https://dash.cloudflare.com/${connection.accountId}/api-tokens`;
    case 'global-key':
      return 'change the key if nothing else uses it: https://dash.cloudflare.com/profile/api-tokens';
    default:
      throw new Error(connection.kind satisfies never);
  }
}

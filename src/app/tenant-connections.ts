/** Connections of one tenant: added by a test, tested again, labelled, paused, given a new credential, removed. */
import type { AccountId, TenantId, ZoneId } from '../base/ids.ts';
import { type Added, type AddPorts, addConnection } from '../domains/connections/add-connection.ts';
import type { Metadata } from '../domains/connections/descriptors.ts';
import {
  type ConnectionEdit,
  editConnection,
  pauseConnection,
  removeConnection,
  resumeConnection,
} from '../domains/connections/edit-connection.ts';
import { type ConnectionFilter, filterConnections } from '../domains/connections/find-connection.ts';
import type { Connection, Credential, Profile } from '../domains/connections/model.ts';
import { type Relinked, relinkConnection } from '../domains/connections/relink-connection.ts';
import { type Retested, retestConnection } from '../domains/connections/retest-connection.ts';
import { testConnection } from '../domains/connections/test-connection.ts';
import type { TestReport } from '../domains/connections/test-report.ts';
import type { Context } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface NewConnectionInput {
  readonly credential: Credential;
  /** `env:NAME`, `file:PATH`: where the secret was fetched from; nothing of it is stored. */
  readonly reference?: string;
  readonly accountId?: AccountId;
  readonly zoneIds?: readonly ZoneId[];
  readonly label?: string;
  readonly profile?: Profile;
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  readonly rotateEveryDays?: number;
  /** Saves without asking Cloudflare. */
  readonly untested?: boolean;
  readonly duplicate?: boolean;
  readonly signal?: AbortSignal;
}

export interface TenantConnections {
  /** Tests, then saves; nothing is stored when the test fails. */
  add(input: NewConnectionInput): Promise<Added>;
  /** Tests a credential without saving anything. */
  try(input: NewConnectionInput): Promise<TestReport>;
  /** By label or id; without one, the only connection, or the environment's. */
  get(reference?: string): Promise<Connection>;
  list(filter?: ConnectionFilter): Promise<readonly Connection[]>;
  test(reference?: string, signal?: AbortSignal): Promise<Retested>;
  edit(reference: string, edit: ConnectionEdit): Promise<Connection>;
  /** Gives it a new credential; its id, history and mirror stay. */
  relink(reference: string, input: NewConnectionInput): Promise<Relinked>;
  pause(reference: string): Promise<Connection>;
  resume(reference: string): Promise<Connection>;
  /** Deletes the secret; zones, history and audit stay. */
  remove(reference: string): Promise<void>;
}

export function tenantConnections(
  context: Context,
  tenantId: TenantId,
  reach: TenantReach,
): TenantConnections {
  const { clock, random, principal } = context;
  const store = context.store.connections;
  const addPorts = async (): Promise<AddPorts> => ({
    store,
    clock,
    random,
    vault: await context.vault(),
    openInspection: context.openInspection(tenantId),
  });
  const target = async (reference: string) => {
    const { id: connectionId } = await reach.connection(reference);
    return { tenantId, connectionId, principal };
  };

  return {
    add: async (input) => {
      const { signal, accountId, ...rest } = input;
      return addConnection(await addPorts(), {
        ...rest,
        tenantId,
        principal,
        accountId: accountId ?? null,
        ...callOptions(signal),
      });
    },
    try: async ({ credential, accountId, zoneIds, profile, signal }) =>
      testConnection(
        { openInspection: context.openInspection(tenantId), clock },
        {
          credential,
          accountId: accountId ?? null,
          zoneIds: zoneIds ?? [],
          profile: profile ?? 'minimum',
          ...callOptions(signal),
        },
      ),
    get: (reference) => reach.connection(reference),
    list: async (filter) => {
      const all = await store.list(tenantId);
      return filter === undefined ? all : filterConnections(all, filter);
    },
    test: async (reference, signal) => {
      const { id: connectionId } = await reach.connection(reference);
      const { openInspection } = await addPorts();
      const ports = {
        store,
        clock,
        openInspection,
        vault: await context.vault(),
        references: context.references,
      };
      return retestConnection(ports, { tenantId, connectionId, principal, ...callOptions(signal) });
    },
    edit: async (reference, edit) => editConnection({ store, clock }, await target(reference), edit),
    relink: async (reference, input) => {
      const { credential, reference: secret, zoneIds, untested, signal } = input;
      return relinkConnection(await addPorts(), {
        ...(await target(reference)),
        credential,
        ...(secret === undefined ? {} : { reference: secret }),
        ...(zoneIds === undefined ? {} : { zoneIds }),
        ...(untested === undefined ? {} : { untested }),
        ...callOptions(signal),
      });
    },
    pause: async (reference) => pauseConnection({ store, clock }, await target(reference)),
    resume: async (reference) => resumeConnection({ store, clock }, await target(reference)),
    remove: async (reference) => {
      await removeConnection({ store, clock }, await target(reference));
    },
  };
}

function callOptions(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { options: { lane: 'interactive' as const, signal } };
}

/** Rotations of one tenant's connections, the credentials that mint for them, and what is asked when it is needed. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import { checkSecrets } from '../domains/connections/check-secrets.ts';
import type { CapabilitySet, Credential, CredentialKind, Rotation } from '../domains/connections/model.ts';
import type { TokenIssuer } from '../domains/connections/ports.ts';
import { probeZone } from '../domains/connections/retest-connection.ts';
import { removeMinter, setMinter } from '../domains/connections/rotation/minter.ts';
import {
  cancelRotation,
  continueRotation,
  rotationObstacle,
  startRotation,
} from '../domains/connections/rotation/rotation.ts';
import {
  ROTATION_SETTINGS,
  type RotationPorts,
  type RotationSettings,
} from '../domains/connections/rotation/rotation-run.ts';
import type { Owner } from './client-pool.ts';
import type { Context } from './context.ts';
import { isEnvironmentConnection } from './environment-connection.ts';
import type { TenantReach } from './tenant-reach.ts';

/** A rotation as it may be shown. */
export type RotationView = Omit<Rotation, 'sealed' | 'version'>;

export interface RotateRequest {
  /** Gives the new token only what the connection's profile needs. Default: the policies of the old one. */
  readonly narrow?: boolean;
  /** From the switch to the deletion of the old token; default 5 minutes. Shorter may cut off requests in flight. */
  readonly drainMs?: number;
}

/** Why a connection cannot be rotated now, and what to do instead. */
export interface RotationObstacle {
  readonly message: string;
  readonly next: readonly string[];
}

export interface TenantRotations {
  /**
   * Begins a rotation, or takes up the one under way, and carries it on as far as it goes now; `dueAt` says when to
   * call again. A worker carries on what nobody waits for. Throws `rotation-not-possible` with what to do instead.
   */
  rotate(reference: string, request?: RotateRequest): Promise<RotationView>;
  /** Carries on the rotation under way; null when there is none. */
  continueRotation(reference: string, request?: RotateRequest): Promise<RotationView | null>;
  /** Gives it up: the new token is deleted, the old one stays. Refused (`rotation-switched`) after the switch. */
  cancelRotation(reference: string): Promise<RotationView | null>;
  /** Newest first. */
  rotations(reference: string, limit?: number): Promise<readonly RotationView[]>;
  /** Null when it can be rotated now. Asks Cloudflare nothing. */
  rotationObstacle(reference: string): Promise<RotationObstacle | null>;
  /** Seals a credential that may make tokens for this connection, or removes it with null. */
  setMinter(reference: string, credential: Credential | null): Promise<void>;
  /** What kind of minter there is; its secret is never given out. */
  minter(reference: string): Promise<{ readonly kind: CredentialKind; readonly email: string | null } | null>;
  /** The rights in one zone; what is not known yet is asked with harmless calls, and kept. */
  zoneRights(reference: string, zone: string, signal?: AbortSignal): Promise<CapabilitySet>;
  /**
   * Compares every sealed secret with the audit trail: one that was put back to what it was before is a problem.
   * Opens nothing.
   */
  checkSecrets(): Promise<readonly Problem[]>;
  /** The names of alerts that stand: `error-rate`, `budget`, `reminder-…`. */
  alerts(reference: string): Promise<readonly string[]>;
}

const LIST_LIMIT = 20;

export function tenantRotations(context: Context, tenantId: TenantId, reach: TenantReach): TenantRotations {
  const { principal, clock } = context;
  const { connections: store, rotations } = context.store;
  const targetOf = async (reference: string) => {
    const connection = await reach.connection(reference);
    if (isEnvironmentConnection(connection)) throw notSaved();
    return { tenantId, connectionId: connection.id, principal };
  };

  return {
    rotate: async (reference, request = {}) => {
      const target = await targetOf(reference);
      const ports = await rotationPorts(context, target);
      const current = await rotations.current(tenantId, target.connectionId);
      const { narrow } = request;
      const begun = current ?? (await startRotation(ports, target, narrow === undefined ? {} : { narrow }));
      return viewOf((await continueRotation(ports, target, settingsOf(request))) ?? begun);
    },
    continueRotation: async (reference, request = {}) => {
      const target = await targetOf(reference);
      const ports = await rotationPorts(context, target);
      return viewOrNull(await continueRotation(ports, target, settingsOf(request)));
    },
    cancelRotation: async (reference) => {
      const target = await targetOf(reference);
      const ports = await rotationPorts(context, target);
      const given = await cancelRotation(ports, target);
      return viewOrNull(given === null ? null : ((await continueRotation(ports, target)) ?? given));
    },
    rotations: async (reference, limit = LIST_LIMIT) => {
      const { connectionId } = await targetOf(reference);
      return (await rotations.list(tenantId, connectionId, limit)).map(viewOf);
    },
    rotationObstacle: async (reference) => {
      const connection = await reach.connection(reference);
      if (isEnvironmentConnection(connection)) return notSaved();
      return rotationObstacle({ store, rotations }, connection);
    },
    setMinter: async (reference, credential) => {
      const target = await targetOf(reference);
      if (credential === null) return removeMinter({ store, rotations, clock }, target);
      return setMinter({ store, rotations, clock, vault: await context.vault() }, target, credential);
    },
    minter: async (reference) => {
      const { connectionId } = await targetOf(reference);
      const minter = await rotations.minter(tenantId, connectionId);
      return minter === null ? null : { kind: minter.kind, email: minter.email };
    },
    zoneRights: async (reference, zone, signal) => {
      const target = await targetOf(reference);
      const { facts } = await reach.zone(zone, reference);
      const options = signal === undefined ? {} : { options: { lane: 'interactive' as const, signal } };
      return probeZone(await rotationPorts(context, target), { ...target, zoneId: facts.id, ...options });
    },
    checkSecrets: () => checkSecrets({ store, trail: context.store.audit }, tenantId),
    alerts: async (reference) => {
      const { connectionId } = await targetOf(reference);
      return context.store.alerts.standing(tenantId, connectionId);
    },
  };
}

/** What rotations need, in the name of one connection: its calls stand in its own usage log. */
export async function rotationPorts(
  context: Context,
  owner: Pick<Owner, 'tenantId'> & { readonly connectionId: NonNullable<Owner['connectionId']> },
): Promise<RotationPorts> {
  const { store, references, clock, random } = context;
  return {
    store: store.connections,
    rotations: store.rotations,
    vault: await context.vault(),
    references,
    issuer: issuerOf(context, owner),
    openInspection: context.openInspection(owner.tenantId, owner.connectionId),
    clock,
    random,
  };
}

/** Each credential has its own client, and so its own budget. */
function issuerOf(context: Context, owner: Owner): TokenIssuer {
  const tokens = (credential: Credential): TokenIssuer => context.clientFor(owner, credential).tokens;
  return {
    list: (credential, of, options: CallOptions) => tokens(credential).list(credential, of, options),
    read: (credential, of, id, options) => tokens(credential).read(credential, of, id, options),
    create: (credential, of, token, options) => tokens(credential).create(credential, of, token, options),
    remove: (credential, of, id, options) => tokens(credential).remove(credential, of, id, options),
    permissionGroups: (credential, of, options) =>
      tokens(credential).permissionGroups(credential, of, options),
  };
}

function settingsOf({ drainMs }: RotateRequest): RotationSettings {
  return drainMs === undefined ? ROTATION_SETTINGS : { ...ROTATION_SETTINGS, drainMs };
}

function viewOf({ sealed: _, version: __, ...shown }: Rotation): RotationView {
  return shown;
}

function viewOrNull(rotation: Rotation | null): RotationView | null {
  return rotation === null ? null : viewOf(rotation);
}

function notSaved(): ZonewardError {
  return new ZonewardError('This connection is not saved: only the environment describes it.', {
    code: 'connection-not-saved',
    kind: 'input',
    next: ['zoneward connections add'],
  });
}

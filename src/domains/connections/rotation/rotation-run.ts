/** What every step of a rotation works with, and how a rotation goes on: next step, another try, giving up. */
import type { Clock, Random } from '../../../base/clock.ts';
import type { ConnectionId, TenantId } from '../../../base/ids.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { NewEvent, Principal } from '../../audit/model.ts';
import type { CredentialPorts } from '../credential-of.ts';
import type { Connection, Rotation, RotationStep } from '../model.ts';
import type { ConnectionStore, OpenInspection, RotationStore, TokenIssuer, Vault } from '../ports.ts';
import { connectionEvent } from '../state.ts';

export interface RotationPorts extends CredentialPorts {
  readonly store: ConnectionStore;
  readonly rotations: RotationStore;
  readonly vault: Vault;
  readonly issuer: TokenIssuer;
  readonly openInspection: OpenInspection;
  readonly clock: Clock;
  readonly random: Random;
}

export interface RotationSettings {
  /** How long a new token may take to be known everywhere before it counts as worse. */
  readonly provingLimitMs: number;
  /** From the switch to the revocation: longer than any request may take. */
  readonly drainMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Tries of a clean-up before a person is asked. */
  readonly attemptsMax: number;
  /** How long minting or proving may be held up by passing trouble. */
  readonly patienceMs: number;
}

export const ROTATION_SETTINGS: RotationSettings = {
  provingLimitMs: 10 * 60_000,
  drainMs: 5 * 60_000,
  retryMinMs: 15_000,
  retryMaxMs: 3_600_000,
  attemptsMax: 10,
  patienceMs: 86_400_000,
};

export interface RotationTarget {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
}

/** What a step works with: everything as it stands now. */
export interface RotationRun {
  readonly ports: RotationPorts;
  readonly settings: RotationSettings;
  readonly connection: Connection;
  readonly rotation: Rotation;
  readonly principal: Principal;
}

/** The same step again after a pause that doubles. */
export async function retryLater(
  run: RotationRun,
  error: { code: string; message: string },
): Promise<Rotation> {
  const { rotation, settings, ports } = run;
  const pauseMs = Math.min(settings.retryMaxMs, settings.retryMinMs * 2 ** Math.min(rotation.attempts, 20));
  const next = reviseRotation(rotation, {
    attempts: rotation.attempts + 1,
    dueAt: ports.clock.now() + pauseMs,
    lastError: { code: error.code, message: error.message },
  });
  await ports.rotations.advance(next, null, []);
  return next;
}

export async function toBackingOut(
  run: RotationRun,
  error: { readonly code: string; readonly message: string },
): Promise<Rotation> {
  const { ports, rotation, connection, principal } = run;
  const now = ports.clock.now();
  const next = toStep(rotation, 'backing-out', now, {
    lastError: { code: error.code, message: error.message },
  });
  const event = rotationEvent(
    connection,
    next,
    'rotation.backing-out',
    { now, principal },
    `rotation is given up (${error.code}); the old token stays`,
  );
  await ports.rotations.advance(next, null, [event]);
  return next;
}

export function reviseRotation(rotation: Rotation, fields: Partial<Rotation>): Rotation {
  return { ...rotation, ...fields, version: rotation.version + 1 };
}

export function toStep(
  rotation: Rotation,
  step: RotationStep,
  now: number,
  fields: Partial<Rotation> = {},
): Rotation {
  return reviseRotation(rotation, { step, stepAt: now, dueAt: now, attempts: 0, lastError: null, ...fields });
}

export function rotationEvent(
  connection: Connection,
  rotation: Rotation,
  kind: string,
  moment: { readonly now: number; readonly principal: Principal },
  what: string,
  more: JsonObject = {},
): NewEvent {
  const { id, step, tokenName, oldTokenId, newTokenId, lastError } = rotation;
  return connectionEvent(connection, kind, moment, {
    summary: `${connection.label}: ${what}`,
    payload: {
      rotationId: id,
      step,
      tokenName,
      oldTokenId,
      newTokenId,
      error: lastError === null ? null : { ...lastError },
      ...more,
    },
  });
}

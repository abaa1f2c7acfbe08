/**
 * Rotation: a connection's token is replaced by a new one while everything runs.
 *
 *     minting → proving → (switch) → draining → revoking → done
 *          ↘        ↘ backing-out → backed-out
 *
 * The new token is made under a name that only this rotation uses, proven to do what the old one can, and only then
 * takes its place; the old one works until then, and is deleted after a while in which requests in flight end. Each
 * step is stored before the next begins. Broken off anywhere, the rotation goes on from its step: an effect that
 * may have happened is looked for at Cloudflare first, so a token whose value was lost is found by its name.
 */
import { isZonewardError, ZonewardError } from '../../../base/errors.ts';
import { newId } from '../../../base/ids.ts';
import { getConnection } from '../find-connection.ts';
import type { Connection, Rotation, RotationStep } from '../model.ts';
import { moveConnection } from '../state.ts';
import {
  ROTATION_SETTINGS,
  type RotationPorts,
  type RotationRun,
  type RotationSettings,
  type RotationTarget,
  retryLater,
  rotationEvent,
  toBackingOut,
} from './rotation-run.ts';
import { backOut, drain, mint, prove, revoke } from './steps.ts';

const STARTING_STATES: readonly Connection['state'][] = ['active', 'limited', 'expiring'];
const STEPS_MAX = 50;

export interface StartOptions {
  /** Gives the new token only what the profile needs (and the right to mint, where that is its own). */
  readonly narrow?: boolean;
}

/**
 * Begins a rotation; `continueRotation` carries it on. Throws `rotation-not-possible` for a credential that cannot
 * be rotated this way (with what to do instead), `rotation-under-way`, `connection-not-found`.
 */
export async function startRotation(
  ports: RotationPorts,
  target: RotationTarget,
  options: StartOptions = {},
): Promise<Rotation> {
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  const obstacle = await rotationObstacle(ports, connection);
  if (obstacle !== null) throw obstacle;
  const now = ports.clock.now();
  const id = newId<string>('rot', ports);
  const { state, stateReason: reason, stateDetail: detail, next } = connection;
  const rotation: Rotation = {
    id,
    tenantId: connection.tenantId,
    connectionId: connection.id,
    step: 'minting',
    tokenName: `zoneward/${connection.id}/${id}`,
    oldTokenId: connection.tokenId ?? '',
    newTokenId: null,
    sealed: null,
    newExpiresAt: null,
    narrowTo: options.narrow === true ? connection.profile : null,
    startedAt: now,
    stepAt: now,
    dueAt: now,
    returnTo: { state, reason, detail, next },
    attempts: 0,
    lastError: null,
    version: 1,
  };
  const verdict = {
    state: 'rotating',
    reason: 'rotation-under-way',
    detail: `A new token is being made and proven (${id}).`,
    next: ['it goes on by itself; zoneward connections show tells how far it is'],
  } as const;
  const moment = { now, principal: target.principal };
  const moved = moveConnection(connection, verdict, moment);
  const started = rotationEvent(connection, rotation, 'rotation.started', moment, 'rotation started');
  await ports.rotations.begin(rotation, moved.connection, [started, ...moved.events]);
  return rotation;
}

/** Why the connection cannot be rotated now, with what to do instead; null when it can. Asks Cloudflare nothing. */
export async function rotationObstacle(
  ports: Pick<RotationPorts, 'store' | 'rotations'>,
  connection: Connection,
): Promise<ZonewardError | null> {
  const link = 'make a new token by hand: zoneward connections link, then zoneward connections relink';
  if (connection.state === 'rotating')
    return notPossible('rotation-under-way', 'it is being rotated already', []);
  if (!STARTING_STATES.includes(connection.state)) {
    return notPossible('rotation-not-possible', `it is ${connection.state}`, [
      'zoneward connections test',
      link,
    ]);
  }
  if (connection.kind === 'global-key') {
    return notPossible('rotation-not-possible', 'a global key cannot be changed by the API', [link]);
  }
  if (connection.secretSource.kind === 'reference') {
    const where = connection.secretSource.reference;
    return notPossible('rotation-not-possible', `its secret is kept at ${where}, where it is rotated`, []);
  }
  if (connection.tokenId === null) {
    return notPossible('rotation-not-possible', 'it was never tested', ['zoneward connections test']);
  }
  const others = await ports.store.list(connection.tenantId);
  const twin = others.find((one) => one.id !== connection.id && one.fingerprint === connection.fingerprint);
  if (twin !== undefined) {
    const why = `"${twin.label}" (${twin.id}) uses the same token, which would end`;
    return notPossible('rotation-not-possible', why, [`give that connection a token of its own: ${link}`]);
  }
  if (!(await mayMint(ports, connection))) {
    return notPossible('rotation-not-possible', 'neither it nor a minter may make tokens', [
      `give a credential that may: zoneward connections minter ${connection.id}`,
      link,
    ]);
  }
  return null;
}

/** By a minter, or by its own right; a right that nobody knows of is tried. */
async function mayMint(ports: Pick<RotationPorts, 'rotations'>, connection: Connection): Promise<boolean> {
  if ((await ports.rotations.minter(connection.tenantId, connection.id)) !== null) return true;
  const findings = connection.capabilities.flatMap((set) => set.findings);
  return !findings.some((finding) => finding.capability === 'tokens-edit' && finding.verdict === 'no');
}

function notPossible(code: string, why: string, next: readonly string[]): ZonewardError {
  return new ZonewardError(`The connection cannot be rotated: ${why}.`, { code, kind: 'conflict', next });
}

/**
 * Carries a rotation on as far as it goes now, and returns it; `dueAt` says when to call again. Null when there is
 * none. Safe to call at any time and from several processes: who comes second is told `rotation-moved`. What
 * Cloudflare refuses is not thrown: it leads to another try or to backing out, and stands in `lastError`.
 */
export async function continueRotation(
  ports: RotationPorts,
  target: RotationTarget,
  settings: RotationSettings = ROTATION_SETTINGS,
): Promise<Rotation | null> {
  let rotation = await ports.rotations.current(target.tenantId, target.connectionId);
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    if (rotation?.dueAt == null || rotation.dueAt > ports.clock.now()) return rotation;
    const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
    const run: RotationRun = { ports, settings, connection, rotation, principal: target.principal };
    try {
      rotation = await STEPS[rotation.step](run);
    } catch (error) {
      if (!isZonewardError(error) || error.code === 'rotation-moved') throw error;
      rotation = await afterFailure(run, error);
    }
  }
  return rotation;
}

/** Gives a rotation up that has not switched yet: the new token is deleted, the old one stays. */
export async function cancelRotation(ports: RotationPorts, target: RotationTarget): Promise<Rotation | null> {
  const rotation = await ports.rotations.current(target.tenantId, target.connectionId);
  if (rotation === null || rotation.step === 'backing-out') return rotation;
  if (rotation.step !== 'minting' && rotation.step !== 'proving') {
    throw new ZonewardError('The new token is in use already; the rotation runs to its end.', {
      code: 'rotation-switched',
      kind: 'conflict',
    });
  }
  const connection = await getConnection(ports.store, target.tenantId, target.connectionId);
  const run = { ports, settings: ROTATION_SETTINGS, connection, rotation, principal: target.principal };
  return await toBackingOut(run, {
    code: 'rotation-cancelled',
    message: `Cancelled by ${target.principal}.`,
  });
}

type Step = (run: RotationRun) => Promise<Rotation>;

const STEPS: Readonly<Record<RotationStep, Step>> = {
  minting: mint,
  proving: prove,
  draining: drain,
  revoking: revoke,
  'backing-out': backOut,
  done: async (run) => run.rotation,
  'backed-out': async (run) => run.rotation,
};

/** Trouble that passes is waited out; trouble that stays ends minting and proving, never a clean-up. */
async function afterFailure(run: RotationRun, error: ZonewardError): Promise<Rotation> {
  const { rotation, settings, ports } = run;
  const passing = ['temporary', 'unknown-outcome', 'conflict'].includes(error.kind);
  const beforeSwitch = rotation.step === 'minting' || rotation.step === 'proving';
  const late = ports.clock.now() - rotation.stepAt > settings.patienceMs;
  if (beforeSwitch && (!passing || late)) return await toBackingOut(run, error);
  return await retryLater(run, error);
}

/**
 * What time brings about for one connection: a token that ends moves its state, a due rotation begins, numbers past
 * their thresholds and dates that come near are told. Asks Cloudflare nothing. Safe to run at any time and from
 * several processes: who comes second finds the connection moved, and leaves it to the next sweep.
 */
import { isZonewardError } from '../../base/errors.ts';
import type { Principal } from '../audit/model.ts';
import type { UsageLog } from '../usage/ports.ts';
import { ALERT_THRESHOLDS, type AlertThresholds, lookForAlerts } from './alerts.ts';
import type { Connection, Rotation } from './model.ts';
import type { AlertStates } from './ports.ts';
import { afterTime } from './retest-connection.ts';
import { rotationIsDue } from './rotation/due.ts';
import { rotationObstacle, startRotation } from './rotation/rotation.ts';
import type { RotationPorts } from './rotation/rotation-run.ts';
import { USABLE_STATES } from './state.ts';

export interface SweepPorts extends RotationPorts {
  readonly alerts: AlertStates;
  readonly usage: Pick<UsageLog, 'summary' | 'calls'>;
}

export interface SweepSettings {
  /** Errors are counted over this long. */
  readonly usageWindowMs: number;
  /** Cloudflare's budget: so many calls in so long. What was spent longer ago is there again. */
  readonly budgetCalls: number;
  readonly budgetWindowMs: number;
  readonly thresholds: AlertThresholds;
}

export const SWEEP_SETTINGS: SweepSettings = {
  usageWindowMs: 3_600_000,
  budgetCalls: 1_200,
  budgetWindowMs: 300_000,
  thresholds: ALERT_THRESHOLDS,
};

export interface SweptConnection {
  /** As the sweep left it. */
  readonly connection: Connection;
  /** The rotation that was begun now; `continueRotation` carries it on. */
  readonly rotation: Rotation | null;
  /** What was told for the first time: summaries of events. */
  readonly told: readonly string[];
}

export async function sweepConnection(
  ports: SweepPorts,
  connection: Connection,
  principal: Principal,
  settings: SweepSettings = SWEEP_SETTINGS,
): Promise<SweptConnection> {
  const told: string[] = [];
  try {
    const aged = await moveByTime(ports, connection, { principal, told });
    const rotation = await startDue(ports, aged, principal);
    if (rotation !== null) told.push(`${connection.label}: rotation started`);
    told.push(...(await tellAlerts(ports, aged, principal, settings)));
    return { connection: aged, rotation, told };
  } catch (error) {
    const passed = isZonewardError(error) && (error.kind === 'conflict' || error.kind === 'not-found');
    if (!passed) throw error;
    return { connection, rotation: null, told };
  }
}

async function moveByTime(
  ports: SweepPorts,
  connection: Connection,
  { principal, told }: { readonly principal: Principal; readonly told: string[] },
): Promise<Connection> {
  const moved = afterTime(connection, { now: ports.clock.now(), principal });
  if (moved === null) return connection;
  await ports.store.update(moved.connection, null, moved.events);
  told.push(...moved.events.map((event) => event.summary));
  return moved.connection;
}

/** What cannot be rotated is left to a person, who is reminded. */
async function startDue(
  ports: SweepPorts,
  connection: Connection,
  principal: Principal,
): Promise<Rotation | null> {
  const { tenantId, id: connectionId } = connection;
  const [latest = null] = await ports.rotations.list(tenantId, connectionId, 1);
  if (!rotationIsDue(connection, latest, ports.clock.now())) return null;
  if ((await rotationObstacle(ports, connection)) !== null) return null;
  return await startRotation(ports, { tenantId, connectionId, principal });
}

async function tellAlerts(
  ports: SweepPorts,
  connection: Connection,
  principal: Principal,
  settings: SweepSettings,
): Promise<readonly string[]> {
  const { tenantId, id: connectionId } = connection;
  const now = ports.clock.now();
  const since = now - settings.usageWindowMs;
  const facts = {
    connection,
    usage: await ports.usage.summary(tenantId, { connectionId, since }),
    budgetLeft: await budgetLeft(ports, connection, settings),
    rotatesByItself: await rotatesByItself(ports, connection),
  };
  const standing = await ports.alerts.standing(tenantId, connectionId);
  const found = lookForAlerts(facts, standing, { now, principal }, settings.thresholds);
  const same = JSON.stringify(found.standing) === JSON.stringify(standing);
  if (!same || found.events.length > 0) {
    await ports.alerts.put(tenantId, connectionId, found.standing, found.events);
  }
  return found.events.map((event) => event.summary);
}

/** The share that the last call saw left; all of it when that call is longer ago than the budget remembers. */
async function budgetLeft(
  ports: SweepPorts,
  { tenantId, id: connectionId }: Connection,
  settings: SweepSettings,
): Promise<number | null> {
  const since = ports.clock.now() - settings.usageWindowMs;
  const [last] = await ports.usage.calls(tenantId, { connectionId, since }, 1);
  if (last?.budgetLeft == null) return null;
  if (last.at < ports.clock.now() - settings.budgetWindowMs) return 1;
  return Math.min(1, last.budgetLeft / settings.budgetCalls);
}

/** Not while it fails to: after a rotation was given up, a person must know of the date. */
async function rotatesByItself(ports: SweepPorts, connection: Connection): Promise<boolean> {
  if (connection.state === 'rotating') return true;
  if (!USABLE_STATES.has(connection.state)) return false;
  if ((await rotationObstacle(ports, connection)) !== null) return false;
  const [latest] = await ports.rotations.list(connection.tenantId, connection.id, 1);
  return latest?.step !== 'backed-out';
}

/**
 * The units of a worker's work: one connection swept by time, its zones' round, one rotation carried on, the logs
 * kept short. Each may fail by itself; what it has to say goes to `onEvent`.
 */
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { takeCheckpoint } from '../domains/audit/checkpoint.ts';
import { checkSecrets } from '../domains/connections/check-secrets.ts';
import type { Connection, Rotation } from '../domains/connections/model.ts';
import { retestConnection } from '../domains/connections/retest-connection.ts';
import { continueRotation } from '../domains/connections/rotation/rotation.ts';
import { USABLE_STATES } from '../domains/connections/state.ts';
import { type SweptConnection, sweepConnection } from '../domains/connections/sweep-connection.ts';
import type { RoundReport } from '../domains/zones/signals/round.ts';
import { syncRound } from '../domains/zones/signals/sync-round.ts';
import { plural } from '../plan/change-text.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Context, LinkedConnection } from './context.ts';
import { openSoa, roundPorts } from './round-ports.ts';
import { tenantChanges } from './tenant-changes.ts';
import { pruneHistory } from './tenant-inventory.ts';
import { tenantReach } from './tenant-reach.ts';
import { rotationPorts } from './tenant-rotations.ts';

/** Who acts where nobody asked. */
const PRINCIPAL = 'zoneward';
const DAY_MS = 86_400_000;
/** Calls to Cloudflare are remembered this long. */
export const USAGE_KEPT_MS: number = 30 * DAY_MS;
/** The log of webhooks, and sessions, are kept this long after a delivery, or a session, has ended. */
export const DELIVERIES_KEPT_MS: number = 30 * DAY_MS;
/** A credential that nobody tests is tested this often, so that its state and rights are not those of long ago. */
const RETEST_EVERY_MS = DAY_MS;
const CHECKPOINT_EVERY_MS = DAY_MS;

/** What a worker did or met, in a sentence. */
export interface WorkerEvent {
  readonly kind: 'worker' | 'told' | 'round' | 'rotation' | 'test' | 'recovery' | 'housekeeping' | 'problem';
  readonly tenantId: TenantId | null;
  /** The label of the connection. */
  readonly connection: string | null;
  readonly message: string;
  /** Of a problem. */
  readonly code?: string;
}

export type OnWorkerEvent = (event: WorkerEvent) => void;

export interface Sweeper {
  /** States, due rotations, alerts. */
  sweep(connection: Connection): Promise<SweptConnection>;
  /** Null for a connection whose secret cannot be had, which is told. */
  round(connection: Connection, signal?: AbortSignal): Promise<RoundReport | null>;
  carryOn(rotation: Rotation): Promise<Rotation | null>;
  needsTest(connection: Connection): boolean;
  test(connection: Connection, signal?: AbortSignal): Promise<Connection>;
  /** Settles what processes that are gone left open, and goes on with it where that needs nobody's look. */
  recover(tenantId: TenantId, signal?: AbortSignal): Promise<void>;
  /** Prunes the usage log and history that is not kept, and takes the day's audit checkpoints. @returns calls that were forgotten. */
  keepHouse(tenants: Iterable<TenantId>): Promise<number>;
  close(): Promise<void>;
}

export function openSweeper(context: Context, onEvent: OnWorkerEvent): Sweeper {
  const soa = openSoa(context.config);
  const { store, clock } = context;
  const tell = (of: Connection, kind: WorkerEvent['kind'], message: string): void =>
    onEvent({ kind, tenantId: of.tenantId, connection: of.label, message });

  const test: Sweeper['test'] = async (connection, signal) => {
    const { tenantId, id: connectionId } = connection;
    const ports = await rotationPorts(context, { tenantId, connectionId });
    const options = { lane: 'sync' as const, ...(signal === undefined ? {} : { signal }) };
    const input = { tenantId, connectionId, principal: PRINCIPAL, options };
    const { connection: tested, report } = await retestConnection(ports, input);
    const outcome = report.passed ? 'passed' : `failed: ${report.failure?.message}`;
    tell(tested, 'test', `test ${outcome} (${tested.state})`);
    return tested;
  };

  /** A secret that cannot be had makes the connection `invalid`, which the test sees to, and is said once. */
  const linkOrTest = async (connection: Connection): Promise<LinkedConnection> => {
    try {
      return await context.link(connection);
    } catch (error) {
      const secret = isZonewardError(error) && error.kind === 'credentials';
      if (secret && connection.state !== 'rotating') await test(connection);
      throw error;
    }
  };

  return {
    sweep: async (connection) => {
      const { tenantId, id: connectionId } = connection;
      await context.flushUsage();
      const ports = await rotationPorts(context, { tenantId, connectionId });
      const swept = await sweepConnection(
        { ...ports, alerts: store.alerts, usage: store.usage },
        connection,
        PRINCIPAL,
      );
      for (const message of swept.told) tell(connection, 'told', message);
      return swept;
    },
    round: async (connection, signal) => {
      if (!USABLE_STATES.has(connection.state)) return stillOf(connection);
      const linked = await linkOrTest(connection);
      const report = await syncRound(roundPorts(context, linked, soa), {
        connection,
        ...(signal === undefined ? {} : { signal }),
      });
      const message = roundMessage(report);
      if (message !== null) tell(connection, 'round', message);
      // The credential died under us: the connection's state must say so, and not only its rounds.
      if (
        report.state === 'paused' &&
        USABLE_STATES.has(connection.state) &&
        connection.state !== 'rotating'
      ) {
        await test(connection, signal);
      }
      return report;
    },
    carryOn: async (rotation) => {
      const { tenantId, connectionId } = rotation;
      const ports = await rotationPorts(context, { tenantId, connectionId });
      const next = await continueRotation(ports, { tenantId, connectionId, principal: PRINCIPAL });
      const connection = await store.connections.get(tenantId, connectionId);
      if (next !== null && connection !== null && next.step !== rotation.step) {
        tell(connection, 'rotation', rotationMessage(next));
      }
      return next;
    },
    needsTest: ({ state, testedAt }) =>
      USABLE_STATES.has(state) &&
      state !== 'untested' &&
      state !== 'rotating' &&
      (testedAt ?? 0) < clock.now() - RETEST_EVERY_MS,
    test,
    recover: async (tenantId, signal) => {
      const changes = tenantChanges(
        { ...context, principal: PRINCIPAL },
        tenantId,
        tenantReach(context, tenantId),
      );
      for (const { changeSet, result } of await changes.recover(signal === undefined ? {} : { signal })) {
        // What still cannot be read is told by the round of its zone.
        if (result === null || result.status === 'unknown') continue;
        const message = `change set ${changeSet.id}, which a process left open, is ${result.status}`;
        onEvent({ kind: 'recovery', tenantId, connection: null, message });
      }
    },
    keepHouse: async (tenants) => {
      const forgotten = await store.usage.prune(clock.now() - USAGE_KEPT_MS);
      await store.connectSessions.prune(clock.now() - DELIVERIES_KEPT_MS);
      await store.webhooks.prune(clock.now() - DELIVERIES_KEPT_MS);
      const { ports } = await openCheckpoints(context);
      for (const tenantId of tenants) {
        await pruneHistory(context, tenantId);
        const strange = await checkSecrets({ store: store.connections, trail: store.audit }, tenantId);
        for (const { code, message } of strange)
          onEvent({ kind: 'problem', tenantId, connection: null, code, message });
        const latest = await ports.shelf.latest(tenantId);
        if (latest !== null && clock.now() - latest.at < CHECKPOINT_EVERY_MS) continue;
        await takeCheckpoint(ports, tenantId);
      }
      return forgotten;
    },
    close: async () => {
      await soa?.close();
    },
  };
}

/** A connection that is not in use has no round: what its state says is said there. */
function stillOf(connection: Connection): RoundReport {
  const reason = connection.stateDetail;
  const none = { discovery: null, outcomes: [], failures: [], calls: 0, waiting: 0, silent: 0 };
  return { ...none, state: 'paused', reason, nextDueAt: null };
}

/** Null for a round in which nothing happened. */
function roundMessage(report: RoundReport): string | null {
  if (report.state !== 'ran') return `${report.state}: ${report.reason}`;
  const found = report.discovery?.appeared.length ?? 0;
  const changed = report.outcomes.filter((one) => one.created + one.updated + one.deleted > 0).length;
  const parts = [
    found === 0 ? '' : `${plural(found, 'zone')} found`,
    report.outcomes.length === 0
      ? ''
      : `${plural(report.outcomes.length, 'zone')} read, ${changed} with changes`,
    report.failures.length === 0 ? '' : `${report.failures.length} could not be read`,
    report.waiting === 0 ? '' : `${report.waiting} waiting`,
  ].filter((part) => part !== '');
  if (parts.length === 0) return null;
  return `${parts.join(', ')}; ${report.calls} calls`;
}

function rotationMessage({ step, lastError }: Rotation): string {
  const said: Readonly<Record<Rotation['step'], string>> = {
    minting: 'a new token is being made',
    proving: 'the new token is being proven',
    draining: 'the new token is in use; the old one ends soon',
    revoking: 'the old token is being deleted',
    done: 'rotated; the old token is deleted',
    'backing-out': 'the rotation is given up; the old token stays',
    'backed-out': 'the rotation was given up; the old token stays',
  };
  return lastError === null ? said[step] : `${said[step]} (${lastError.message})`;
}

/** Runs one unit of work; what fails is told and does not stop the others. Null then, or when `signal` aborted. */
export async function attempt<Value>(
  onEvent: OnWorkerEvent,
  of: { readonly tenantId: TenantId | null; readonly connection: string | null },
  work: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value | null> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted === true) return null;
    // Someone else was faster, or took the connection away: no problem.
    if (isZonewardError(error) && (error.kind === 'conflict' || error.kind === 'not-found')) return null;
    const { code, message } =
      error instanceof ZonewardError ? error : { code: 'internal', message: String(error) };
    onEvent({ kind: 'problem', ...of, message, code });
    return null;
  }
}

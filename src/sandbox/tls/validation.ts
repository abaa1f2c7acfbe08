/**
 * Whether the certificates of a zone's names get validated, as the world outside says it: while they do not, what is
 * not through yet waits and times out; when they do again, what waits goes on and what timed out stays so.
 */
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { saasState, sslStatus } from './custom-hostnames.ts';
import { packState, packStatus, packsOf } from './packs.ts';
import { INITIALIZING_MS, type PackStatus } from './timeline.ts';

export function setValidation(world: World, zone: Zone, succeeds: boolean): void {
  const state = packState(zone);
  if (!succeeds) {
    state.blockedSinceMs ??= world.clock.now();
  } else if (state.blockedSinceMs !== null) {
    resume(world, zone);
    state.blockedSinceMs = null;
  }
  world.changed();
}

function resume(world: World, zone: Zone): void {
  const state = packState(zone);
  const startedAtMs = world.clock.now() - INITIALIZING_MS;
  const next = (status: PackStatus | string | undefined): object =>
    status === 'pending_validation'
      ? { startedAtMs }
      : status === 'validation_timed_out'
        ? { timedOut: true }
        : {};
  for (const pack of packsOf(world, zone)) {
    const change = next(packStatus(world, zone, pack));
    Object.assign(pack.type === 'universal' ? state.universal : pack, change);
  }
  for (const item of saasState(zone).hostnames) {
    if (item.ssl !== null) Object.assign(item.ssl, next(sslStatus(world, zone, item)));
    if (item.createdAtMs >= (state.blockedSinceMs ?? 0) - INITIALIZING_MS) item.createdAtMs = startedAtMs;
  }
}

/** What discoveries and full reads tell the audit trail, and through it whoever listens: one sentence and its facts. */
import type { ConnectionId, ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { Discovery, ZoneMention } from './discover-zones.ts';
import type { OutsideActor, Unreadable } from './model.ts';
import type { Refusal } from './ports.ts';
import type { SyncOutcome } from './sync-zone.ts';
import { adviseOnZone } from './zone-advice.ts';

/** Who looked, through which connection, and when. */
export interface EventScene {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  /** Milliseconds. */
  readonly at: number;
}

/** More than this of one kind become one event with a count: the first discovery of an account, say. */
const SINGLE_MAX = 50;

const HANDED_OVER = 'read through another connection from now on';
const UNREADABLE: Readonly<Record<Unreadable['reason'], string>> = {
  'not-seen': 'out of reach: seen through no connection any more',
  'records-refused': 'out of reach: read by no connection any more, its records are refused',
};

/** What a refused read made of the zone; null where that is no news. */
export function refusalEvent(scene: EventScene, zone: ZoneMention, refusal: Refusal): NewEvent | null {
  const of = (kind: string, what: string): NewEvent => ({
    ...eventOf(scene, kind, `${zone.name} ${what}`, { name: zone.name, status: zone.status }),
    zoneId: zone.id,
  });
  if (refusal === 'handed-over') return of('zone.handed-over', HANDED_OVER);
  return refusal === 'unreadable' ? of('zone.unreadable', UNREADABLE['records-refused']) : null;
}

export function readableEvent(scene: EventScene, { id, name, status }: ZoneMention): NewEvent {
  return { ...eventOf(scene, 'zone.readable', `${name} can be read again`, { name, status }), zoneId: id };
}

export function discoveryEvents(
  scene: EventScene,
  found: Pick<Discovery, 'appeared' | 'vanished' | 'unreadable' | 'handedOver' | 'statusMoves'>,
): NewEvent[] {
  const told = (kind: string, what: string, zones: readonly ZoneMention[]): NewEvent[] => {
    if (zones.length > SINGLE_MAX) {
      const summary = `${zones.length} zones ${what}`;
      return [eventOf(scene, kind, summary, { count: zones.length, zones: zones.map(({ name }) => name) })];
    }
    return zones.map((zone) => ({
      ...eventOf(scene, kind, `${zone.name} ${what}`, { name: zone.name, status: zone.status }),
      zoneId: zone.id,
    }));
  };
  const moves = found.statusMoves.map(({ facts, from }): NewEvent => {
    const { message, next, deletesAt } = adviseOnZone(facts, scene.at);
    const summary = `${facts.name} went from ${from} to ${facts.status}: ${message}`;
    const payload = { name: facts.name, from, to: facts.status, next, deletesAt };
    return { ...eventOf(scene, 'zone.status-moved', summary, payload), zoneId: facts.id };
  });
  return [
    ...told('zone.discovered', 'found', found.appeared),
    ...told('zone.vanished', 'no longer at Cloudflare', found.vanished),
    ...told('zone.unreadable', UNREADABLE['not-seen'], found.unreadable),
    ...told('zone.handed-over', HANDED_OVER, found.handedOver),
    ...moves,
  ];
}

/** True for a read that found what someone else had changed. */
export function foundChanges({ created, updated, deleted, firstRead }: SyncOutcome): boolean {
  return !firstRead && created + updated + deleted > 0;
}

export function driftEvent(
  scene: EventScene,
  zone: { readonly zoneId: ZoneId; readonly name: string },
  outcome: SyncOutcome,
  actor?: OutsideActor,
): NewEvent {
  const { created, updated, deleted, revision } = outcome;
  const who = actor?.actor ?? null;
  const counts = `${created} created, ${updated} updated, ${deleted} deleted`;
  const summary = `${zone.name} was changed from outside${who === null ? '' : ` by ${who}`}: ${counts}`;
  const told: JsonObject = {
    actor: who,
    interface: actor?.interface ?? null,
    changedAt: actor?.changedAt ?? null,
  };
  const payload: JsonObject = { name: zone.name, revision, created, updated, deleted, ...told };
  return { ...eventOf(scene, 'zone.drifted', summary, payload), zoneId: zone.zoneId };
}

function eventOf(
  { connectionId, principal, at }: EventScene,
  kind: string,
  summary: string,
  payload: JsonObject,
): NewEvent {
  return { kind, at, principal, connectionId, summary, payload };
}

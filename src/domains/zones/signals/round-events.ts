/** What a round tells the audit trail, and through it whoever listens: one sentence and its facts. */
import type { ZonewardError } from '../../../base/errors.ts';
import type { ZoneId } from '../../../base/ids.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { NewEvent } from '../../audit/model.ts';
import type { Discovery, ZoneMention } from '../discover-zones.ts';
import type { OutsideActor } from '../model.ts';
import type { SyncOutcome } from '../sync-zone.ts';
import { adviseOnZone } from '../zone-advice.ts';
import type { Round } from './round.ts';

/** When, and of which connection. */
export type EventScene = Pick<Round, 'now' | 'input'>;

/** More than this of one kind become one event with a count: the first discovery of an account, say. */
const SINGLE_MAX = 50;

export function discoveryEvents(round: Round, discovery: Discovery): NewEvent[] {
  const told = (kind: string, what: string, zones: readonly ZoneMention[]): NewEvent[] => {
    if (zones.length > SINGLE_MAX) {
      const summary = `${zones.length} zones ${what}`;
      return [eventOf(round, kind, summary, { count: zones.length, zones: zones.map(({ name }) => name) })];
    }
    return zones.map((zone) => ({
      ...eventOf(round, kind, `${zone.name} ${what}`, { name: zone.name, status: zone.status }),
      zoneId: zone.id,
    }));
  };
  const moves = discovery.statusMoves.map(({ facts, from }): NewEvent => {
    const { message, next, deletesAt } = adviseOnZone(facts, round.now);
    const summary = `${facts.name} went from ${from} to ${facts.status}: ${message}`;
    const payload = { name: facts.name, from, to: facts.status, next, deletesAt };
    return { ...eventOf(round, 'zone.status-moved', summary, payload), zoneId: facts.id };
  });
  return [
    ...told('zone.discovered', 'found', discovery.appeared),
    ...told('zone.vanished', 'no longer at Cloudflare', discovery.vanished),
    ...told('zone.handed-over', 'read through another connection from now on', discovery.handedOver),
    ...moves,
  ];
}

export function driftEvent(
  round: EventScene,
  zone: { readonly zoneId: ZoneId; readonly name: string },
  outcome: SyncOutcome,
  actor: OutsideActor | undefined,
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
  return { ...eventOf(round, 'zone.drifted', summary, payload), zoneId: zone.zoneId };
}

export function pausedEvent(round: Round, error: ZonewardError): NewEvent {
  const summary = `sync of "${round.input.connection.label}" is paused: ${error.message}`;
  return eventOf(round, 'sync.paused', summary, { code: error.code, next: error.next });
}

export function backOffEvent(round: Round, error: ZonewardError): NewEvent {
  const summary = `sync of "${round.input.connection.label}" backs off: ${error.message}`;
  return eventOf(round, 'sync.backed-off', summary, { code: error.code, next: error.next });
}

export function resumedEvent(round: Round): NewEvent {
  return eventOf(round, 'sync.resumed', `sync of "${round.input.connection.label}" runs again`, {});
}

function eventOf(round: EventScene, kind: string, summary: string, payload: JsonObject): NewEvent {
  const { id } = round.input.connection;
  return { kind, at: round.now, principal: 'zoneward', connectionId: id, summary, payload };
}

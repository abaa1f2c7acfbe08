/** What a round tells the audit trail, and through it whoever listens: one sentence and its facts. */
import type { ZonewardError } from '../../../base/errors.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { NewEvent } from '../../audit/model.ts';
import type { EventScene } from '../inventory-events.ts';
import type { Round } from './round.ts';

/** Rounds run without anybody asking. */
export const ROUND_PRINCIPAL = 'zoneward';

export function sceneOf({ now, input }: Round): EventScene {
  return { at: now, principal: ROUND_PRINCIPAL, connectionId: input.connection.id };
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

function eventOf(round: Round, kind: string, summary: string, payload: JsonObject): NewEvent {
  return { kind, ...sceneOf(round), summary, payload };
}

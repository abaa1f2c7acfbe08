/** What a round of a connection takes, holds and reports. */
import type { Random } from '../../../base/clock.ts';
import type { ZoneId } from '../../../base/ids.ts';
import type { DomainName } from '../../../dns/name.ts';
import type { NewEvent } from '../../audit/model.ts';
import type { AuditTrail } from '../../audit/ports.ts';
import type { Connection } from '../../connections/model.ts';
import type { Discovery } from '../discover-zones.ts';
import type { Freshness, OutsideActor } from '../model.ts';
import type { MirrorHistory, ZoneSightings } from '../ports.ts';
import type { SyncFailure, SyncProgress } from '../sync-all.ts';
import type { SyncOutcome, SyncPorts, SyncZoneInput } from '../sync-zone.ts';
import type { AuditLogReader, OwnWrites, SoaAsker, SyncState, SyncStateStore, ZoneMark } from './ports.ts';

export interface RoundPorts extends SyncPorts {
  readonly sightings?: ZoneSightings;
  /** Null: not to be used. A log that may not be read is found out and tried again now and then. */
  readonly auditLog: AuditLogReader | null;
  /** Null: not to be used, for example where the network lets no DNS out. */
  readonly soa: SoaAsker | null;
  readonly ownWrites: OwnWrites;
  readonly history: Pick<MirrorHistory, 'nameActor'>;
  readonly states: SyncStateStore;
  readonly trail: Pick<AuditTrail, 'append'>;
  readonly random: Random;
}

export interface RoundSettings {
  /** New and vanished zones are looked for this often. */
  readonly discoverEveryMs: number;
  /** Signals are heard at least this often. */
  readonly signalEveryMs: number;
  /** Where the audit log can be read, serials are asked only this often. */
  readonly serialFallbackMs: number;
  /** Every zone is read in full at least this often. */
  readonly verifyWithinMs: number;
  /** Calls for reads of records in one round. */
  readonly callsPerRoundMax: number;
}

export const ROUND_SETTINGS: RoundSettings = {
  discoverEveryMs: 30 * 60_000,
  signalEveryMs: 30_000,
  serialFallbackMs: 10 * 60_000,
  verifyWithinMs: 24 * 3_600_000,
  callsPerRoundMax: 100,
};

export interface RoundInput {
  readonly connection: Connection;
  readonly settings?: Partial<RoundSettings>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: SyncProgress) => void;
}

export interface RoundReport {
  /** `backing-off`: a passing failure, tried again later. `paused`: not tried until the connection changes. */
  readonly state: 'ran' | 'backing-off' | 'paused';
  /** For people; null when the round ran. */
  readonly reason: string | null;
  /** When the next round is due, by the clock of the ports; null while paused. */
  readonly nextDueAt: number | null;
  readonly discovery: Discovery | null;
  readonly outcomes: readonly SyncOutcome[];
  readonly failures: readonly SyncFailure[];
  /** API calls of this round. */
  readonly calls: number;
  /** Zones that moved, were never read or are overdue, and wait for a later round. */
  readonly waiting: number;
  /** Zones whose nameservers did not answer; their changes are seen by other signals or at verification. */
  readonly silent: number;
}

/** As much of a zone as a round needs: there may be 100,000. */
export interface RoundZone {
  readonly zoneId: ZoneId;
  readonly name: DomainName;
  /** Those that can be asked for its serial; zones on the same nameservers share the list. */
  readonly nameServers: readonly string[];
  readonly recordCount: number;
  readonly freshness: Freshness;
}

/** What a round builds up. */
export interface Round {
  readonly ports: RoundPorts;
  readonly input: RoundInput;
  readonly settings: RoundSettings;
  /** When it began. */
  readonly now: number;
  state: SyncState;
  readonly marks: Map<ZoneId, ZoneMark>;
  /** Marks that are not stored yet. */
  readonly changedMarks: Map<ZoneId, ZoneMark>;
  zones: readonly RoundZone[];
  /** Who changed a zone, as the audit log told in this round. */
  readonly actors: Map<ZoneId, OutsideActor>;
  readonly events: NewEvent[];
  discovery: Discovery | null;
  outcomes: readonly SyncOutcome[];
  failures: readonly SyncFailure[];
  calls: number;
  waiting: number;
  silent: number;
}

export const INITIAL_STATE: SyncState = {
  discoveredAt: null,
  auditLog: 'unknown',
  auditTriedAt: null,
  auditReadUpTo: null,
  auditSeen: [],
  soaAskedAt: null,
  failures: 0,
  backOffUntil: null,
  paused: null,
};

export const NO_MARK: ZoneMark = { serial: null, failures: 0, retryAt: null };

export function settingsOf(input: RoundInput): RoundSettings {
  return { ...ROUND_SETTINGS, ...input.settings };
}

export function actorOf(actor: OutsideActor | undefined): Pick<SyncZoneInput, 'actor'> {
  return actor === undefined ? {} : { actor };
}

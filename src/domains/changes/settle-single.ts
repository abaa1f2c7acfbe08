/**
 * Settling a request for one setting or one object that got no answer. It is looked up: as it was meant, as it was
 * before, or as someone else made it meanwhile. Nothing is sent again here.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { Principal } from '../audit/model.ts';
import type { BatchEntry, OperationOutcome } from './model.ts';
import type { ChangeJournal } from './ports.ts';
import { QUIET_PERIOD_MS } from './settle.ts';
import { recordSingleOutcome, type Single } from './single-entry.ts';

/** Two readings after the quiet period must agree that nothing landed. */
const BETWEEN_READINGS_MS = 2_000;
const READINGS_MAX = 4;

/** What a look shows, with what is known of it where it is as it was meant. */
export type Sighting =
  | { readonly is: 'after'; readonly found?: Pick<OperationOutcome, 'recordId' | 'received'> }
  | { readonly is: 'before' }
  | { readonly is: 'other' };

export interface SettleSinglePorts {
  readonly journal: ChangeJournal;
  readonly clock: Clock;
  readonly quietPeriodMs?: number;
  readonly onWait?: (waitMs: number) => void;
  readonly keepLease?: () => Promise<unknown>;
}

export interface OpenSingle extends Omit<Single, 'body' | 'idsBefore'> {
  readonly look: () => Promise<Sighting | undefined>;
}

export type SettledSingle = 'landed' | 'not-landed' | 'mixed' | 'unknown';

/**
 * Looks until the fate of the request is known and writes it down. The caller holds the zone's lock. What is neither
 * as before nor as meant is someone else's: then it cannot be told, and the entry is closed. `unknown`: Cloudflare
 * could not be read; the entry stays open.
 */
export async function settleSingle(
  ports: SettleSinglePorts,
  entry: BatchEntry,
  single: OpenSingle,
  principal: Principal,
): Promise<SettledSingle> {
  const seen = await lookUntilDecided(ports, entry, single.look);
  if (seen === undefined) return 'unknown';
  const state = ({ after: 'landed', before: 'not-landed', other: 'mixed' } as const)[seen.is];
  const outcome = outcomeOf(single, seen);
  await recordSingleOutcome(ports, entry, single, { state, decidedBy: 'reading', outcome, principal });
  return state;
}

function outcomeOf(single: OpenSingle, seen: Sighting): OperationOutcome | null {
  const place = { groupId: single.id, change: 0 };
  if (seen.is === 'after') return { ...place, state: 'applied', ...seen.found };
  if (seen.is === 'before') return null;
  const message = `someone else changed the ${single.noun} while nobody answered`;
  return { ...place, state: 'unknown', message };
}

async function lookUntilDecided(
  ports: SettleSinglePorts,
  entry: BatchEntry,
  look: OpenSingle['look'],
): Promise<Sighting | undefined> {
  const { clock } = ports;
  const quietFrom = entry.sentAt + (ports.quietPeriodMs ?? QUIET_PERIOD_MS);
  let intact = 0;
  for (let attempt = 0; attempt < READINGS_MAX; attempt += 1) {
    const quiet = clock.now() >= quietFrom;
    const seen = await readable(look);
    if (seen === undefined || seen.is === 'after') return seen;
    // Before the quiet period is over, the request may still land on top of what someone else wrote.
    if (seen.is === 'other' && quiet) return seen;
    intact = quiet && seen.is === 'before' ? intact + 1 : 0;
    if (intact === 2) return seen;
    const waitMs = quiet ? BETWEEN_READINGS_MS : Math.max(quietFrom - clock.now(), 0);
    ports.onWait?.(waitMs);
    await ports.keepLease?.();
    await clock.sleep(waitMs);
  }
  return undefined;
}

async function readable(look: OpenSingle['look']): Promise<Sighting | undefined> {
  try {
    return await look();
  } catch (error) {
    // Not readable now: the next holder of the lock tries again. Anything else is a bug and must show.
    if (!isZonewardError(error)) throw error;
    return undefined;
  }
}

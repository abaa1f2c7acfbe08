/**
 * Did an unanswered batch land? A pure judgement over what was meant, what was there, and what readings show.
 *
 * A batch is one transaction at Cloudflare: all of it lands, or none. What blurs the picture is the world: the
 * write may land after its connection broke; a list may be stale; someone else may change the same records
 * meanwhile. So:
 * - *landed* as soon as one reading shows every deletion gone, every creation under an id that was not there
 *   before, and every update at its after-state (and touched, if there were only updates);
 * - *not landed* only when two readings after a quiet period both show every before-image intact, or a record
 *   that was to be deleted;
 * - otherwise, after two quiet readings, each operation is judged by itself, and where all the clear ones agree
 *   the transaction decides for the unclear ones. What still cannot be told is *unknown*, never guessed.
 */
import type { RecordId } from '../../base/ids.ts';
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { recordKey } from '../../dns/record-key.ts';
import type { PlacedChange } from '../../plan/batch.ts';
import type { BatchState, OperationOutcome } from './model.ts';

export interface Reading {
  readonly records: readonly LiveRecord[];
  /** True when the read began after the quiet period: a write still under way would have landed by then. */
  readonly quiet: boolean;
}

export type Verdict =
  | { readonly decided: false }
  | {
      readonly decided: true;
      readonly state: Extract<BatchState, 'landed' | 'not-landed' | 'mixed' | 'unknown'>;
      readonly outcomes: readonly OperationOutcome[];
    };

/** What a reading shows of one operation. */
interface Sign {
  readonly placed: PlacedChange;
  readonly shows: 'landed' | 'not-landed' | 'unclear';
  /** False where the sign could as well be someone else's doing: it decides nothing against a strong one. */
  readonly strong: boolean;
  readonly record: LiveRecord | null;
}

const QUIET_READINGS = 2;

export function judge(
  changes: readonly PlacedChange[],
  idsBefore: ReadonlySet<RecordId>,
  readings: readonly Reading[],
): Verdict {
  const latest = readings.at(-1);
  if (latest === undefined) return { decided: false };
  const signs = readSigns(changes, idsBefore, latest.records);
  if (allLanded(signs)) return decide('landed', signs, () => 'applied');

  const quiet = readings.filter((reading) => reading.quiet);
  if (quiet.length < QUIET_READINGS) return { decided: false };
  const seen = quiet.slice(-QUIET_READINGS).map((reading) => readSigns(changes, idsBefore, reading.records));
  const intact = seen.every((one) => one.every((sign) => sign.shows === 'not-landed'));
  if (intact || seen.every(provesNotLanded)) return decide('not-landed', signs, () => 'not-applied');
  return judgeMixed(signs);
}

/** An id never comes back: while a record that was to be deleted is there, the transaction did not happen. */
function provesNotLanded(signs: readonly Sign[]): boolean {
  return signs.some((sign) => sign.placed.change.action === 'delete' && sign.shows === 'not-landed');
}

function judgeMixed(signs: readonly Sign[]): Verdict {
  const landed = signs.some((sign) => sign.shows === 'landed' && sign.strong);
  const notLanded = signs.some((sign) => sign.shows === 'not-landed' && sign.strong);
  if (landed && !notLanded) return decide('landed', signs, () => 'applied');
  if (notLanded && !landed) return decide('not-landed', signs, () => 'not-applied');
  if (!landed) return decide('unknown', signs, () => 'unknown');
  return decide('mixed', signs, (sign) => {
    if (sign.shows === 'landed') return 'applied';
    return sign.shows === 'not-landed' ? 'not-applied' : 'unknown';
  });
}

function allLanded(signs: readonly Sign[]): boolean {
  const onlyUpdates = signs.every((sign) => sign.placed.change.action === 'update');
  return signs.every(
    (sign) => sign.shows === 'landed' && (!onlyUpdates || sign.record?.modifiedOn !== modifiedBefore(sign)),
  );
}

function modifiedBefore(sign: Sign): string | null {
  return sign.placed.change.before?.modifiedOn ?? null;
}

function readSigns(
  changes: readonly PlacedChange[],
  idsBefore: ReadonlySet<RecordId>,
  records: readonly LiveRecord[],
): Sign[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const fresh = new Map<string, LiveRecord>();
  for (const record of records) if (!idsBefore.has(record.id)) fresh.set(recordKey(record.fields), record);
  return changes.map((placed) => readSign(placed, byId, fresh));
}

function readSign(
  placed: PlacedChange,
  byId: ReadonlyMap<RecordId, LiveRecord>,
  fresh: ReadonlyMap<string, LiveRecord>,
): Sign {
  const { change } = placed;
  switch (change.action) {
    case 'delete': {
      const record = byId.get(change.before.id) ?? null;
      return { placed, record, shows: record === null ? 'landed' : 'not-landed', strong: true };
    }
    case 'create': {
      const record = fresh.get(recordKey(change.after.fields)) ?? null;
      // It may have been there and been removed by someone since.
      if (record === null) return { placed, record, shows: 'not-landed', strong: false };
      const exact = changedFields(record.fields, change.after.fields).length === 0;
      return { placed, record, shows: exact ? 'landed' : 'unclear', strong: true };
    }
    case 'update': {
      const record = byId.get(change.before.id) ?? null;
      if (record === null) return { placed, record, shows: 'unclear', strong: true };
      const done = changedFields(record.fields, change.after.fields).length === 0;
      const intact = changedFields(record.fields, change.before.fields).length === 0;
      // Where both values are the same, only the time of the last write tells, and anyone may have moved it.
      const touched = record.modifiedOn !== change.before.modifiedOn;
      if (done && intact) return { placed, record, shows: touched ? 'landed' : 'not-landed', strong: false };
      if (done) return { placed, record, shows: 'landed', strong: true };
      return { placed, record, shows: intact ? 'not-landed' : 'unclear', strong: true };
    }
    default:
      return change satisfies never;
  }
}

function decide(
  state: Extract<BatchState, 'landed' | 'not-landed' | 'mixed' | 'unknown'>,
  signs: readonly Sign[],
  stateOf: (sign: Sign) => OperationOutcome['state'],
): Verdict {
  const outcomes = signs.map((sign): OperationOutcome => {
    const operation = stateOf(sign);
    const { change, groupId, index } = sign.placed;
    const base = { groupId, change: index, state: operation };
    if (operation !== 'applied') return { ...base, message: messageFor(operation, sign) };
    if (change.action === 'delete') return { ...base, recordId: change.before.id };
    if (sign.record === null)
      return { ...base, message: 'it landed and is gone again: someone removed it since' };
    return { ...base, recordId: sign.record.id, received: sign.record.received };
  });
  return { decided: true, state, outcomes };
}

function messageFor(operation: OperationOutcome['state'], sign: Sign): string {
  if (operation === 'unknown') {
    return sign.record === null
      ? 'the record is gone; whether by this change or by someone else cannot be told'
      : 'the record holds neither the old nor the new value: someone changed it meanwhile';
  }
  return 'sent without an answer; read back afterwards: it did not land';
}

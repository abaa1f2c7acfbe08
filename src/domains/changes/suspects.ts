/**
 * Who is at fault in a refused batch? Cloudflare names the first error but not the operation. Matching its code
 * and text with what we sent narrows it down, often to one.
 */
import type { ZonewardError } from '../../base/errors.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { isProxiableType, type RecordFields, typeOf } from '../../dns/record.ts';
import { describeRecord, recordKey } from '../../dns/record-key.ts';
import type { PlacedChange } from '../../plan/batch.ts';
import type { CloudflareFault } from '../cloudflare-call.ts';

const SUSPECTS_SHOWN_MAX = 5;

/** Codes that speak of one record, so that the others may be tried without it (cloudflare-api §4.8). */
export function isRecordLevel(error: ZonewardError): boolean {
  return faultsOf(error).some(
    ({ code }) => code === 1004 || (code >= 9000 && code < 9400) || isConflictCode(code),
  );
}

/**
 * The request holds more operations than the zone's plan takes. Code and text are unverified (cloudflare-api §4.5),
 * so the text decides; taking another refusal for this one only costs smaller requests.
 */
export function isTooLarge(error: ZonewardError): boolean {
  return faultsOf(error).some(({ message }) =>
    /\b(batch|operations|changes)\b.*\b(maximum|limit|exceed|too many)|too many (operations|changes)/i.test(
      message,
    ),
  );
}

/** The zone holds as many records as it may. */
export function isZoneFull(error: ZonewardError): boolean {
  return faultsOf(error).some(({ code }) => code === 81_045);
}

/** Not 81045: a full zone is no record's fault. */
function isConflictCode(code: number): boolean {
  return code === 81_044 || (code >= 81_053 && code <= 81_060) || code === 83_011;
}

function faultsOf(error: ZonewardError): readonly CloudflareFault[] {
  return (error.details['faults'] ?? []) as readonly CloudflareFault[];
}

/** A message that says what Cloudflare said and which changes it may mean. */
export function nameSuspects(
  error: ZonewardError,
  changes: readonly PlacedChange[],
  live: readonly LiveRecord[],
): string {
  const fault = faultsOf(error)[0];
  const said =
    fault === undefined
      ? error.message
      : `Cloudflare refused: ${fault.message.replace(/\.$/, '')} (code ${fault.code})`;
  // Alone in its request it is told apart by whoever shows this.
  if (changes.length === 1) return said;
  const suspects = fault === undefined ? [] : findSuspects(fault, changes, live);
  if (suspects.length === 0)
    return `${said}; nothing of this request was written (${changes.length} changes)`;
  const shown = suspects.slice(0, SUSPECTS_SHOWN_MAX).map((fields) => describeRecord(fields));
  const more = suspects.length - shown.length;
  return `${said}; nothing of this request was written. It speaks of ${shown.join('; ')}${more > 0 ? ` or ${more} more` : ''}`;
}

function findSuspects(
  fault: CloudflareFault,
  changes: readonly PlacedChange[],
  live: readonly LiveRecord[],
): RecordFields[] {
  const written = changes.flatMap(({ change }) => (change.after === null ? [] : [change.after.fields]));
  // A name counts where it stands alone: `shop.example` is not named by `www.shop.example`.
  const words = new Set(fault.message.toLowerCase().split(/[^a-z0-9_*.-]+/));
  const named = written.filter(({ name }) => words.has(name) || words.has(`${name}.`));
  if (named.length > 0) return named;
  if (fault.code === 81_044) return goneRecords(changes, live);
  return written.filter(suspicionFor(fault, { changes, live }));
}

/** "Record does not exist" speaks of what is to be changed or removed. */
function goneRecords(changes: readonly PlacedChange[], live: readonly LiveRecord[]): RecordFields[] {
  const ids = new Set(live.map((record) => record.id));
  return changes.flatMap(({ change }) =>
    change.before === null || ids.has(change.before.id) ? [] : [change.before.fields],
  );
}

function suspicionFor(
  fault: CloudflareFault,
  { changes, live }: { readonly changes: readonly PlacedChange[]; readonly live: readonly LiveRecord[] },
): (fields: RecordFields) => boolean {
  const type =
    (...types: string[]) =>
    (fields: RecordFields) =>
      types.includes(typeOf(fields.rdata));
  // What the request itself takes away is in no one's way.
  const leaving = new Set(changes.flatMap(({ change }) => change.before?.id ?? []));
  const staying = live.filter((record) => !leaving.has(record.id));
  switch (fault.code) {
    case 81_057:
    case 81_058: {
      const present = new Set(staying.map((record) => recordKey(record.fields)));
      return (fields) => present.has(recordKey(fields));
    }
    case 81_053:
    case 81_054: {
      const names = new Set(
        staying.filter((record) => isProxiableType(typeOf(record.fields.rdata))).map(nameOf),
      );
      return (fields) => isProxiableType(typeOf(fields.rdata)) && names.has(fields.name);
    }
    case 9005:
      return type('A');
    case 9021:
      return (fields) => fields.ttl !== 'auto';
    case 9300:
      return (fields) => fields.tags.length > 0;
    case 9313:
      return (fields) => fields.comment.length > 100;
    case 9003:
    case 9041:
      return (fields) => fields.proxied;
    default:
      return () => false;
  }
}

function nameOf(record: LiveRecord): string {
  return record.fields.name;
}

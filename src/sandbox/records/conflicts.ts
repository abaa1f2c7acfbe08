/** What a record may not stand beside: identical ones, CNAME with addresses, NS with others, too much of one RRset. */
import { type Behaviour, RRSET_CONTENT_CHARS_MAX } from '../constants.ts';
import type { RecordEntry } from '../state/record-store.ts';
import type { Zone } from '../state/zone.ts';
import type { DnsRecord, RecordType } from './record.ts';
import {
  cnameExists,
  combinedTooLong,
  dsNeedsNs,
  hostExists,
  identicalExists,
  nsConflict,
} from './record-errors.ts';
import { decodeTxt } from './text.ts';

const CNAME_EXCLUDES: ReadonlySet<RecordType> = new Set(['A', 'AAAA', 'CNAME']);

/** Checks a record that is about to stand in the zone. `self` is its old form, when it replaces one. */
export function assertNoConflict(
  zone: Zone,
  record: DnsRecord,
  context: { behaviour: Behaviour; self: RecordEntry | undefined },
): void {
  const others = zone.records.named(record.name).filter((entry) => entry !== context.self);
  if (others.length === 0) {
    if (record.type === 'DS' && context.behaviour.dsNeedsNs) throw dsNeedsNs();
    return;
  }
  const sameType = others.filter((entry) => entry.record.type === record.type);
  const key = identityOf(record, context.behaviour);
  if (sameType.some((entry) => identityOf(entry.record, context.behaviour) === key)) throw identicalExists();
  assertCoexists(
    zone,
    record,
    others.map((entry) => entry.record.type),
    context.behaviour,
  );
  const combined = sameType.reduce((sum, entry) => sum + entry.record.content.length, record.content.length);
  if (combined > RRSET_CONTENT_CHARS_MAX) throw combinedTooLong();
}

function assertCoexists(
  zone: Zone,
  record: DnsRecord,
  types: readonly RecordType[],
  behaviour: Behaviour,
): void {
  if (record.type === 'CNAME' && types.some((type) => CNAME_EXCLUDES.has(type))) throw hostExists();
  if ((record.type === 'A' || record.type === 'AAAA') && types.includes('CNAME')) throw cnameExists();
  if (behaviour.nsExcludesOtherTypes && record.name !== zone.name) {
    const beside = (type: RecordType): boolean => type !== 'NS' && type !== 'DS';
    if (record.type === 'NS' && types.some(beside)) throw nsConflict();
    if (beside(record.type) && types.includes('NS')) throw nsConflict();
  }
  if (record.type === 'DS' && behaviour.dsNeedsNs && !types.includes('NS')) throw dsNeedsNs();
}

/** Checks that a record may leave its name: an NS set under a DS may not be emptied. */
export function assertMayLeave(zone: Zone, entry: RecordEntry, behaviour: Behaviour): void {
  if (!behaviour.dsNeedsNs || entry.record.type !== 'NS') return;
  const others = zone.records.named(entry.record.name).filter((other) => other !== entry);
  const types = others.map((other) => other.record.type);
  if (types.includes('DS') && !types.includes('NS')) throw dsNeedsNs();
}

/** Records with equal keys are the same. `proxied` is not part of it [U]; targets compare without case. */
function identityOf(record: DnsRecord, behaviour: Behaviour): string {
  const { type, content } = record;
  const priority = record.priority ?? '';
  if (type === 'TXT') {
    const text = behaviour.txtIdentityIsDecoded ? decodeTxt(content)?.toString('latin1') : content;
    return text ?? content;
  }
  const folded = type === 'OPENPGPKEY' || type === 'CAA' || type === 'URI' ? content : content.toLowerCase();
  return `${priority} ${folded}`;
}

/**
 * The rules for records of one name beside each other, and for names below a delegation (cloudflare-api §4.6,
 * §4.7). Each rule gives findings with the record they blame.
 */
import { formatPosition } from '../base/problem.ts';
import { type DomainName, parentOf } from './name.ts';
import { RRSET_CHARS_MAX } from './plan-limits.ts';
import { rdataKey } from './rdata-key.ts';
import { formatRdata } from './rdata-text.ts';
import { type DesiredRecord, typeOf } from './record.ts';
import type { Finding } from './record-rules.ts';

/** A broken rule and the record that would have to go. */
export interface Blame {
  readonly record: DesiredRecord;
  readonly finding: Finding;
}

/** Everything that is wrong with the records of one name. `delegated` are the names below the apex with NS records. */
export function nameFindings(
  atName: readonly DesiredRecord[],
  zone: DomainName,
  delegated: ReadonlySet<DomainName>,
): Blame[] {
  return [
    ...duplicates(atName),
    ...cnameConflicts(atName),
    ...delegationConflicts(atName, zone, delegated),
    ...tooLongSets(atName),
    ...mixedProxying(atName),
    ...shadowed(atName, delegated),
  ];
}

function duplicates(atName: readonly DesiredRecord[]): Blame[] {
  const seen = new Map<string, DesiredRecord>();
  const blames: Blame[] = [];
  for (const record of atName) {
    const key = rdataKey(record.rdata);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, record);
      continue;
    }
    const where = formatPosition(first.position);
    const message = `the record ${shortRdata(record)} is there twice${where === '' ? '' : `, first at ${where}`}`;
    blames.push({ record, finding: { code: 'record-duplicate', message, next: 'Keep one of the two.' } });
  }
  return blames;
}

function cnameConflicts(atName: readonly DesiredRecord[]): Blame[] {
  const cnames = atName.filter((record) => record.rdata.type === 'CNAME');
  const cname = leastOf(cnames);
  if (cname === undefined) return [];
  const where = formatPosition(cname.position);
  const beside = `the ${shortRdata(cname)}${where === '' ? '' : ` at ${where}`}`;
  const next = 'A name has either one CNAME or addresses: keep one of the two.';
  const others = atName.filter(({ rdata }) => rdata.type === 'A' || rdata.type === 'AAAA');
  const firstKey = rdataKey(cname.rdata);
  return [...cnames.filter((record) => rdataKey(record.rdata) !== firstKey), ...others].map((record) => ({
    record,
    finding: { code: 'cname-conflict', message: `${shortRdata(record)} cannot stand beside ${beside}`, next },
  }));
}

function delegationConflicts(
  atName: readonly DesiredRecord[],
  zone: DomainName,
  delegated: ReadonlySet<DomainName>,
): Blame[] {
  const blames: Blame[] = [];
  for (const record of atName) {
    const finding = delegationFinding(record, zone, delegated);
    if (finding !== undefined) blames.push({ record, finding });
  }
  return blames;
}

function delegationFinding(
  { name, rdata }: DesiredRecord,
  zone: DomainName,
  delegated: ReadonlySet<DomainName>,
): Finding | undefined {
  const type = typeOf(rdata);
  if (name === zone && type === 'NS') {
    return {
      code: 'apex-ns',
      severity: 'warning',
      message:
        'Cloudflare serves its own nameservers for the zone and takes others only with multi-provider DNS',
      next: 'Take it out, unless multi-provider DNS is on for this zone.',
    };
  }
  if (name === zone && type === 'DS') {
    const next = 'Give the DS record to your registrar; here belong only those of delegated names.';
    return { code: 'ds-at-apex', message: "a zone's own DS record belongs in its parent zone", next };
  }
  if (type === 'DS' && !delegated.has(name)) {
    const message = 'a DS record needs NS records at the same name';
    return {
      code: 'ds-without-ns',
      message,
      next: `Add the NS records of ${name}, or take the DS record out.`,
    };
  }
  if (delegated.has(name) && type !== 'NS' && type !== 'DS') {
    const message = `the name is delegated by NS records, so a ${type} record cannot stand there`;
    return {
      code: 'ns-conflict',
      message,
      next: 'Move it into the delegated zone, or take the NS records out.',
    };
  }
  return undefined;
}

function tooLongSets(atName: readonly DesiredRecord[]): Blame[] {
  const blames: Blame[] = [];
  for (const set of Map.groupBy(atName, (record) => typeOf(record.rdata)).values()) {
    const [first] = set;
    const chars = set.reduce((sum, record) => sum + formatRdata(record.rdata).length, 0);
    if (first === undefined || chars <= RRSET_CHARS_MAX) continue;
    const message = `the ${set.length} records have ${chars} characters together; Cloudflare allows ${RRSET_CHARS_MAX}`;
    blames.push({
      record: first,
      finding: { code: 'rrset-too-long', message, next: 'Take some out or shorten them.' },
    });
  }
  return blames;
}

function mixedProxying(atName: readonly DesiredRecord[]): Blame[] {
  const addresses = atName.filter(({ rdata }) => rdata.type === 'A' || rdata.type === 'AAAA');
  const plain = leastOf(addresses.filter((record) => record.proxied === false));
  if (plain === undefined || !addresses.some((record) => record.proxied === true)) return [];
  return [
    {
      record: plain,
      finding: {
        code: 'proxied-mixed',
        severity: 'warning',
        message: 'another address of this name is proxied, so Cloudflare proxies all of them',
        next: 'Set proxied alike on all addresses of the name.',
      },
    },
  ];
}

/** The record that comes first by its data: whom a rule blames does not depend on the order of the records. */
function leastOf(records: readonly DesiredRecord[]): DesiredRecord | undefined {
  const [first, ...more] = records;
  if (first === undefined || more.length === 0) return first;
  return more.reduce(
    (least, record) => (rdataKey(record.rdata) < rdataKey(least.rdata) ? record : least),
    first,
  );
}

/** Records below a delegation are stored but never answered, but for the addresses of its nameservers. */
function shadowed(atName: readonly DesiredRecord[], delegated: ReadonlySet<DomainName>): Blame[] {
  const [first] = atName;
  if (delegated.size === 0 || first === undefined) return [];
  const cut = delegatedAncestor(first.name, delegated);
  if (cut === undefined) return [];
  return atName
    .filter(({ rdata }) => rdata.type !== 'A' && rdata.type !== 'AAAA')
    .map((record) => ({
      record,
      finding: {
        code: 'record-shadowed',
        severity: 'warning',
        message: `the name lies below ${cut}, which is delegated, so nobody will see this record`,
        next: `Move it into the zone ${cut}.`,
      },
    }));
}

function delegatedAncestor(name: DomainName, delegated: ReadonlySet<DomainName>): DomainName | undefined {
  let ancestor = parentOf(name);
  while (ancestor !== undefined && !delegated.has(ancestor)) ancestor = parentOf(ancestor);
  return ancestor;
}

function shortRdata({ rdata }: DesiredRecord): string {
  const text = `${typeOf(rdata)} ${formatRdata(rdata)}`;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

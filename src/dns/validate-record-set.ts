/**
 * Whether the records of a zone can stand beside each other (cloudflare-api §4.6, §4.7). Give it the records as
 * they would be after a change; a record's own faults are found by validate.ts.
 */
import { formatPosition, type Problem } from '../base/problem.ts';
import { type DomainName, parentOf } from './name.ts';
import { type PlanLimits, RRSET_CHARS_MAX } from './plan-limits.ts';
import { rdataKey } from './rdata-key.ts';
import { formatRdata } from './rdata-text.ts';
import { type DesiredRecord, typeOf } from './record.ts';
import { type Finding, recordProblem } from './validate.ts';

/** Every conflict between the records; one problem for each record that would have to go. Linear in their number. */
export function validateRecordSet(records: readonly DesiredRecord[], zone: DomainName): Problem[] {
  const byName = Map.groupBy(records, (record) => record.name);
  const delegated = new Set<DomainName>();
  for (const { name, rdata } of records) {
    if (rdata.type === 'NS' && name !== zone) delegated.add(name);
  }
  const problems: Problem[] = [];
  for (const [name, atName] of byName) {
    problems.push(
      ...duplicates(atName),
      ...cnameConflicts(atName),
      ...delegationConflicts(atName, zone, delegated),
      ...tooLongSets(atName),
      ...mixedProxying(atName),
      ...shadowed(name, atName, delegated),
    );
  }
  return problems;
}

/** The quota of records in one zone. */
export function validateRecordCount(count: number, limits: PlanLimits): Problem[] {
  if (count <= limits.recordsMax) return [];
  const message = `the zone would have ${count} records; this plan allows ${limits.recordsMax}`;
  const next = 'Take records out, or move the zone to a larger plan.';
  return [{ code: 'records-too-many', severity: 'error', message, next }];
}

function duplicates(atName: readonly DesiredRecord[]): Problem[] {
  const seen = new Map<string, DesiredRecord>();
  const problems: Problem[] = [];
  for (const record of atName) {
    const key = rdataKey(record.rdata);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, record);
      continue;
    }
    const where = formatPosition(first.position);
    const message = `the record ${shortRdata(record)} is there twice${where === '' ? '' : `, first at ${where}`}`;
    problems.push(recordProblem(record, { code: 'record-duplicate', message, next: 'Keep one of the two.' }));
  }
  return problems;
}

function cnameConflicts(atName: readonly DesiredRecord[]): Problem[] {
  const cnames = atName.filter((record) => record.rdata.type === 'CNAME');
  const [cname, ...more] = cnames;
  if (cname === undefined) return [];
  const where = formatPosition(cname.position);
  const beside = `the CNAME ${shortRdata(cname)}${where === '' ? '' : ` at ${where}`}`;
  const next = 'A name has either one CNAME or addresses: keep one of the two.';
  const others = atName.filter(({ rdata }) => rdata.type === 'A' || rdata.type === 'AAAA');
  const firstKey = rdataKey(cname.rdata);
  return [...more.filter((record) => rdataKey(record.rdata) !== firstKey), ...others].map((record) =>
    recordProblem(record, {
      code: 'cname-conflict',
      message: `${shortRdata(record)} cannot stand beside ${beside}`,
      next,
    }),
  );
}

function delegationConflicts(
  atName: readonly DesiredRecord[],
  zone: DomainName,
  delegated: ReadonlySet<DomainName>,
): Problem[] {
  const problems: Problem[] = [];
  for (const record of atName) {
    const finding = delegationFinding(record, zone, delegated);
    if (finding !== undefined) problems.push(recordProblem(record, finding));
  }
  return problems;
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

function tooLongSets(atName: readonly DesiredRecord[]): Problem[] {
  const problems: Problem[] = [];
  for (const set of Map.groupBy(atName, (record) => typeOf(record.rdata)).values()) {
    const [first] = set;
    const chars = set.reduce((sum, record) => sum + formatRdata(record.rdata).length, 0);
    if (first === undefined || chars <= RRSET_CHARS_MAX) continue;
    const message = `the ${set.length} records have ${chars} characters together; Cloudflare allows ${RRSET_CHARS_MAX}`;
    problems.push(
      recordProblem(first, { code: 'rrset-too-long', message, next: 'Take some out or shorten them.' }),
    );
  }
  return problems;
}

function mixedProxying(atName: readonly DesiredRecord[]): Problem[] {
  const addresses = atName.filter(({ rdata }) => rdata.type === 'A' || rdata.type === 'AAAA');
  const plain = addresses.find((record) => record.proxied === false);
  if (plain === undefined || !addresses.some((record) => record.proxied === true)) return [];
  return [
    recordProblem(plain, {
      code: 'proxied-mixed',
      severity: 'warning',
      message: 'another address of this name is proxied, so Cloudflare proxies all of them',
      next: 'Set proxied alike on all addresses of the name.',
    }),
  ];
}

/** Records below a delegation are stored but never answered, but for the addresses of its nameservers. */
function shadowed(
  name: DomainName,
  atName: readonly DesiredRecord[],
  delegated: ReadonlySet<DomainName>,
): Problem[] {
  if (delegated.size === 0) return [];
  const cut = delegatedAncestor(name, delegated);
  if (cut === undefined) return [];
  return atName
    .filter(({ rdata }) => rdata.type !== 'A' && rdata.type !== 'AAAA')
    .map((record) =>
      recordProblem(record, {
        code: 'record-shadowed',
        severity: 'warning',
        message: `the name lies below ${cut}, which is delegated, so nobody will see this record`,
        next: `Move it into the zone ${cut}.`,
      }),
    );
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

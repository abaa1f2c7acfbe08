/**
 * Whether Cloudflare would take a record, and whether records can stand beside each other. The rules are in
 * record-rules.ts and record-set-rules.ts; here they become problems that name the record and its place.
 *
 * Every rule that is broken is one problem with a stable code. Records without errors may still be refused for
 * reasons that only Cloudflare knows.
 */
import type { Problem } from '../base/problem.ts';
import type { DomainName } from './name.ts';
import type { PlanLimits } from './plan-limits.ts';
import { type DesiredRecord, type Rdata, typeOf } from './record.ts';
import { type Finding, recordFindings } from './record-rules.ts';
import { nameFindings } from './record-set-rules.ts';

/** What is wrong with one record in `zone` under the plan's limits; empty when nothing is. */
export function validateRecord(record: DesiredRecord, zone: DomainName, limits: PlanLimits): Problem[] {
  return recordFindings(record, zone, limits).map((finding) => recordProblem(record, finding));
}

/**
 * Every conflict between the records of a zone as they would be after a change: one problem for each record that
 * would have to go. A record's own faults are `validateRecord`'s. Linear in the number of records.
 */
export function validateRecordSet(records: readonly DesiredRecord[], zone: DomainName): Problem[] {
  const delegated = new Set<DomainName>();
  for (const { name, rdata } of records) {
    if (rdata.type === 'NS' && name !== zone) delegated.add(name);
  }
  const problems: Problem[] = [];
  for (const atName of Map.groupBy(records, (record) => record.name).values()) {
    for (const { record, finding } of nameFindings(atName, zone, delegated)) {
      problems.push(recordProblem(record, finding));
    }
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

/** `www.example.com A` */
export function recordSubject(record: { readonly name: DomainName; readonly rdata: Rdata }): string {
  return `${record.name} ${typeOf(record.rdata)}`;
}

function recordProblem(record: DesiredRecord, { code, severity, message, next }: Finding): Problem {
  const subject = recordSubject(record);
  return {
    code,
    severity: severity ?? 'error',
    message: `${subject}: ${message}`,
    next,
    subject,
    ...(record.position === undefined ? {} : { position: record.position }),
  };
}

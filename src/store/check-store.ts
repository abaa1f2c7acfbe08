/**
 * `zoneward store check`: the engine examines its file, and we examine what must hold between rows. Reads only.
 * The audit chain's hashes are another command's (`audit verify`); here only its links are followed.
 */
import { sql } from 'kysely';
import { isZonewardError } from '../base/errors.ts';
import { type StoreContext, storeError } from './context.ts';
import { MIGRATIONS } from './migrate.ts';

export interface StoreCheck {
  readonly ok: boolean;
  /** Sentences for a person; empty when all is well. */
  readonly problems: readonly string[];
  readonly schema: number;
}

interface Rule {
  /** What it means when the query finds rows. */
  readonly problem: string;
  /** Names an example in column `example`. */
  readonly query: string;
}

const RULES: readonly Rule[] = [
  {
    problem: 'record versions of a zone that is not there',
    query: `select v.zone_id as example from record_versions v left join zones z
      on z.tenant_id = v.tenant_id and z.zone_id = v.zone_id where z.zone_id is null limit 1`,
  },
  {
    problem: 'a record with more than one open version',
    query: `select record_id as example from record_versions where to_revision is null
      group by tenant_id, zone_id, record_id having count(*) > 1 limit 1`,
  },
  {
    problem: 'a record version that is ahead of its zone, or ends before it begins',
    query: `select v.record_id as example from record_versions v join zones z
      on z.tenant_id = v.tenant_id and z.zone_id = v.zone_id
      where v.from_revision > z.revision or v.to_revision > z.revision or v.to_revision <= v.from_revision limit 1`,
  },
  {
    problem: 'a zone whose number of records is not what it says',
    query: `select z.zone_id as example from zones z where z.record_count <> (select count(*) from record_versions v
      where v.tenant_id = z.tenant_id and v.zone_id = z.zone_id and v.to_revision is null) limit 1`,
  },
  {
    problem: 'a zone whose latest revision is not written down',
    query: `select z.zone_id as example from zones z where z.revision <> coalesce((select max(r.revision)
      from zone_revisions r where r.tenant_id = z.tenant_id and r.zone_id = z.zone_id), 0) limit 1`,
  },
  {
    problem: 'a tag of a record that is not there',
    query: `select t.record_id as example from record_tags t left join record_versions v
      on v.tenant_id = t.tenant_id and v.zone_id = t.zone_id and v.record_id = t.record_id and v.to_revision is null
      where v.record_id is null limit 1`,
  },
  {
    problem: 'an audit chain whose head is not its last event',
    query: `select h.tenant_id as example from audit_heads h left join audit_events e
      on e.tenant_id = h.tenant_id and e.sequence = h.sequence where e.hash is null or e.hash <> h.hash limit 1`,
  },
  {
    problem: 'audit events beyond the head of their chain',
    query: `select e.tenant_id as example from audit_events e left join audit_heads h on h.tenant_id = e.tenant_id
      where h.sequence is null or e.sequence > h.sequence limit 1`,
  },
  {
    problem: 'a link of an audit chain that is missing or does not fit',
    query: `select e.id as example from audit_events e left join audit_events p
      on p.tenant_id = e.tenant_id and p.sequence = e.sequence - 1
      where (p.hash is null and e.sequence > (select min(f.sequence) from audit_events f where f.tenant_id = e.tenant_id))
        or p.hash <> e.previous_hash limit 1`,
  },
  {
    problem: 'the secret of a connection that was removed',
    query: `select s.connection_id as example from sealed_secrets s join connections c
      on c.tenant_id = s.tenant_id and c.id = s.connection_id where c.removed_at is not null limit 1`,
  },
  {
    problem: 'a batch of a zone that its change set has no plan for',
    query: `select b.change_set_id as example from batches b left join change_set_plans p
      on p.tenant_id = b.tenant_id and p.change_set_id = b.change_set_id and p.zone_id = b.zone_id
      where p.zone_id is null limit 1`,
  },
];

export async function checkStore(context: StoreContext): Promise<StoreCheck> {
  const { db, engine } = context;
  const problems: string[] = [];
  try {
    problems.push(...(await engine.integrityProblems(db)));
    for (const rule of RULES) {
      const { rows } = await sql.raw<{ example: string }>(rule.query).execute(db);
      if (rows[0] !== undefined) problems.push(`${rule.problem} (for example ${rows[0].example})`);
    }
  } catch (cause) {
    // A file too damaged to be read is a finding, not a failure of the check.
    const error = storeError(engine, cause);
    if (!isZonewardError(error)) throw cause;
    problems.push(error.message);
  }
  return { ok: problems.length === 0, problems, schema: MIGRATIONS.length };
}

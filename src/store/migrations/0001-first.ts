/** The first tables: connections, the mirror, the journal, the audit trail, leases, budgets, usage. */
import { sql } from 'kysely';
import type { Engine, Trx } from '../engine.ts';
import type { Migration } from '../migrate.ts';
import { type TableBuilder as Builder, createTable as table } from './create-table.ts';

export const firstMigration: Migration = {
  name: 'first',
  async up(trx, engine) {
    await createShared(trx, engine);
    await createConnections(trx, engine);
    await createMirror(trx, engine);
    await createRecords(trx, engine);
    await createChangeSets(trx, engine);
    await createBatches(trx, engine);
    await createAudit(trx, engine);
    await createUsage(trx, engine);
  },
};

async function createShared(trx: Trx, engine: Engine): Promise<void> {
  await table(trx, engine, 'store_settings', ['key'], { key: 'text', value: 'text' });
  await table(trx, engine, 'budget_states', ['key'], { key: 'text', state: 'text', updated_at: 'int' });
  await table(trx, engine, 'zone_leases', ['zone_id'], {
    zone_id: 'text',
    holder: 'text?',
    fence: 'int',
    expires_at: 'int',
  });
}

async function createConnections(trx: Trx, engine: Engine): Promise<void> {
  await table(trx, engine, 'connections', ['tenant_id', 'id'], {
    tenant_id: 'text',
    id: 'text',
    label: 'text',
    state: 'text',
    account_id: 'text',
    fingerprint: 'text?',
    expires_at: 'int?',
    rotation_due_at: 'int?',
    version: 'int',
    removed_at: 'int?',
    data: 'text',
  });
  await sql`create unique index connections_label on connections (tenant_id, label) where removed_at is null`.execute(
    trx,
  );
  await table(
    trx,
    engine,
    'sealed_secrets',
    ['tenant_id', 'connection_id', 'field'],
    {
      tenant_id: 'text',
      connection_id: 'text',
      field: 'text',
      key_id: 'text',
      wrapped_key: 'text',
      nonce: 'text',
      ciphertext: 'text',
      version: 'int',
    },
    (builder) =>
      builder.addForeignKeyConstraint(
        'sealed_secrets_connection',
        ['tenant_id', 'connection_id'],
        'connections',
        ['tenant_id', 'id'],
      ),
  );
  await sql`create index sealed_secrets_key on sealed_secrets (key_id)`.execute(trx);
}

async function createMirror(trx: Trx, engine: Engine): Promise<void> {
  const ofZone = (name: string) => (builder: Builder) =>
    builder.addForeignKeyConstraint(name, ['tenant_id', 'zone_id'], 'zones', ['tenant_id', 'zone_id']);
  await table(trx, engine, 'zones', ['tenant_id', 'zone_id'], {
    tenant_id: 'text',
    zone_id: 'text',
    connection_id: 'text',
    name: 'text',
    status: 'text',
    facts: 'text',
    revision: 'int',
    record_count: 'int',
    verified_at: 'int?',
    signal: 'text?',
    stale_since: 'int?',
    outside_revision: 'int',
    acknowledged_revision: 'int',
    oldest_revision: 'int',
    first_seen_at: 'int',
    seen_at: 'int',
  });
  await sql`create index zones_name on zones (tenant_id, name, zone_id)`.execute(trx);
  await sql`create index zones_drift on zones (tenant_id, zone_id) where outside_revision > acknowledged_revision`.execute(
    trx,
  );
  await table(trx, engine, 'zone_marks', ['tenant_id', 'zone_id'], {
    tenant_id: 'text',
    zone_id: 'text',
    mark: 'text',
  });
  await table(trx, engine, 'sync_states', ['tenant_id', 'connection_id'], {
    tenant_id: 'text',
    connection_id: 'text',
    state: 'text',
  });
  await table(
    trx,
    engine,
    'zone_revisions',
    ['tenant_id', 'zone_id', 'revision'],
    {
      tenant_id: 'text',
      zone_id: 'text',
      revision: 'int',
      at: 'int',
      origin: 'text',
      change_set_id: 'text?',
      actor: 'text?',
      interface: 'text?',
      changed_at: 'int?',
      created: 'int',
      updated: 'int',
      deleted: 'int',
    },
    ofZone('zone_revisions_zone'),
  );
}

/** The large table: no foreign key, and the indexes for finding hold open versions only, so history is cheap. */
async function createRecords(trx: Trx, engine: Engine): Promise<void> {
  await table(trx, engine, 'record_versions', ['tenant_id', 'zone_id', 'record_id', 'from_revision'], {
    tenant_id: 'text',
    zone_id: 'text',
    record_id: 'text',
    from_revision: 'int',
    to_revision: 'int?',
    lineage_id: 'text',
    content_hash: 'text',
    type: 'text',
    name_key: 'text',
    content_key: 'text',
    comment_key: 'text?',
    fields: 'text',
    received: 'text',
    read_only: 'text?',
    modified_on: 'text?',
  });
  for (const statement of [
    // Holds the hash too, so that comparing a full read touches no row.
    sql`create index record_versions_open on record_versions (tenant_id, zone_id, record_id, content_hash) where to_revision is null`,
    sql`create index record_versions_content on record_versions (tenant_id, content_key, zone_id, record_id) where to_revision is null`,
    sql`create index record_versions_name on record_versions (tenant_id, name_key, zone_id, record_id) where to_revision is null`,
    sql`create index record_versions_comment on record_versions (tenant_id, comment_key, zone_id, record_id) where to_revision is null and comment_key is not null`,
    sql`create index record_versions_from on record_versions (tenant_id, zone_id, from_revision, record_id)`,
    sql`create index record_versions_to on record_versions (tenant_id, zone_id, to_revision, record_id) where to_revision is not null`,
    sql`create index record_versions_lineage on record_versions (tenant_id, zone_id, lineage_id, from_revision)`,
  ]) {
    await statement.execute(trx);
  }
  await table(trx, engine, 'record_tags', ['tenant_id', 'zone_id', 'record_id', 'tag'], {
    tenant_id: 'text',
    zone_id: 'text',
    record_id: 'text',
    tag: 'text',
  });
  await sql`create index record_tags_tag on record_tags (tenant_id, tag, zone_id, record_id)`.execute(trx);
}

const ofChangeSet = (name: string) => (builder: Builder) =>
  builder.addForeignKeyConstraint(name, ['tenant_id', 'change_set_id'], 'change_sets', ['tenant_id', 'id']);

async function createChangeSets(trx: Trx, engine: Engine): Promise<void> {
  await table(trx, engine, 'change_sets', ['tenant_id', 'id'], {
    tenant_id: 'text',
    id: 'text',
    connection_id: 'text',
    summary: 'text',
    status: 'text',
    allowed: 'text',
    author: 'text',
    approval_required: 'int',
    approval: 'text?',
    created_at: 'int',
    finished_at: 'int?',
    undoes: 'text?',
    undone_by: 'text?',
  });
  await sql`create index change_sets_created on change_sets (tenant_id, created_at, id)`.execute(trx);
  await sql`create index change_sets_status on change_sets (tenant_id, status, created_at, id)`.execute(trx);
  await table(
    trx,
    engine,
    'change_set_plans',
    ['tenant_id', 'change_set_id', 'zone_id'],
    {
      tenant_id: 'text',
      change_set_id: 'text',
      zone_id: 'text',
      position: 'int',
      zone_name: 'text',
      hash: 'text',
      head: 'text',
    },
    ofChangeSet('change_set_plans_set'),
  );
  await sql`create index change_set_plans_zone on change_set_plans (tenant_id, zone_id, change_set_id)`.execute(
    trx,
  );
  await table(
    trx,
    engine,
    'change_set_plan_parts',
    ['tenant_id', 'change_set_id', 'zone_id', 'list', 'position'],
    {
      tenant_id: 'text',
      change_set_id: 'text',
      zone_id: 'text',
      list: 'text',
      position: 'int',
      items: 'text',
    },
    ofChangeSet('change_set_plan_parts_set'),
  );
}

async function createBatches(trx: Trx, engine: Engine): Promise<void> {
  await table(
    trx,
    engine,
    'batches',
    ['tenant_id', 'change_set_id', 'sequence'],
    {
      tenant_id: 'text',
      change_set_id: 'text',
      sequence: 'int',
      zone_id: 'text',
      group_ids: 'text',
      body: 'text',
      ids_before: 'text',
      sent_at: 'int',
      state: 'text',
      is_open: 'int',
      decided_at: 'int?',
      decided_by: 'text?',
      ray: 'text?',
      audit_log_id: 'text?',
      faults: 'text',
    },
    ofChangeSet('batches_set'),
  );
  await sql`create index batches_zone on batches (zone_id, is_open, sent_at, decided_at)`.execute(trx);
  await sql`create index batches_sent on batches (sent_at)`.execute(trx);
  await table(
    trx,
    engine,
    'operation_outcomes',
    ['tenant_id', 'change_set_id', 'zone_id', 'group_id', 'change_index'],
    {
      tenant_id: 'text',
      change_set_id: 'text',
      zone_id: 'text',
      group_id: 'text',
      change_index: 'int',
      sequence: 'int?',
      state: 'text',
      record_id: 'text?',
      received: 'text?',
      message: 'text?',
    },
    ofChangeSet('operation_outcomes_set'),
  );
}

async function createAudit(trx: Trx, engine: Engine): Promise<void> {
  await table(trx, engine, 'audit_heads', ['tenant_id'], {
    tenant_id: 'text',
    sequence: 'int',
    hash: 'text',
  });
  await table(trx, engine, 'audit_events', ['tenant_id', 'sequence'], {
    tenant_id: 'text',
    sequence: 'int',
    id: 'text',
    kind: 'text',
    at: 'int',
    principal: 'text',
    connection_id: 'text?',
    zone_id: 'text?',
    change_set_id: 'text?',
    summary: 'text',
    payload: 'text',
    payload_hash: 'text',
    hash: 'text',
    previous_hash: 'text',
  });
  for (const statement of [
    sql`create index audit_events_connection on audit_events (tenant_id, connection_id, sequence) where connection_id is not null`,
    sql`create index audit_events_zone on audit_events (tenant_id, zone_id, sequence) where zone_id is not null`,
    sql`create index audit_events_set on audit_events (tenant_id, change_set_id, sequence) where change_set_id is not null`,
    sql`create index audit_events_at on audit_events (tenant_id, at)`,
  ]) {
    await statement.execute(trx);
  }
}

async function createUsage(trx: Trx, engine: Engine): Promise<void> {
  await table(trx, engine, 'api_calls', [], {
    number: 'counter',
    tenant_id: 'text',
    connection_id: 'text?',
    at: 'int',
    method: 'text',
    route: 'text',
    status: 'int?',
    duration_ms: 'int',
    ray: 'text?',
    error: 'text?',
    budget_left: 'int?',
  });
  await sql`create index api_calls_tenant on api_calls (tenant_id, at)`.execute(trx);
  await sql`create index api_calls_connection on api_calls (tenant_id, connection_id, at)`.execute(trx);
}

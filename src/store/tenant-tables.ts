/**
 * Every table that holds rows of tenants: what it is called in an export, by which key it is read, and what of it never
 * leaves. In the order in which rows may be deleted. A test holds this list against the tables that there are.
 */
import type { Schema } from './schema.ts';

export interface TenantTable {
  readonly table: keyof Schema;
  /** The rest of the primary key, after the tenant. */
  readonly key: readonly string[];
  /** Null: nothing of it is exported. */
  readonly name: string | null;
  /** Columns that are not exported. */
  readonly hidden?: readonly string[];
}

export const TENANT_TABLES: readonly TenantTable[] = [
  // Secrets are destroyed, never handed out.
  { table: 'sealed_secrets', key: ['connection_id', 'field'], name: null },
  { table: 'idempotent_requests', key: ['caller', 'key'], name: null },
  { table: 'minters', key: ['connection_id'], name: 'minters' },
  { table: 'rotations', key: ['id'], name: 'rotations' },
  { table: 'alert_states', key: ['connection_id'], name: 'alerts' },
  { table: 'webhook_deliveries', key: ['id'], name: 'webhook-deliveries' },
  { table: 'webhook_endpoints', key: ['id'], name: 'webhooks', hidden: ['holder', 'lease_until'] },
  { table: 'connect_sessions', key: ['id'], name: 'connect-sessions', hidden: ['secret_hash'] },
  { table: 'api_keys', key: ['id'], name: 'api-keys', hidden: ['secret_hash'] },
  { table: 'jobs', key: ['id'], name: 'jobs', hidden: ['holder', 'lease_until'] },
  { table: 'api_calls', key: ['number'], name: 'usage' },
  { table: 'purchases', key: ['id'], name: 'purchases' },
  { table: 'registrations', key: ['account_id', 'namespace', 'domain'], name: 'registrations' },
  { table: 'registration_readings', key: ['account_id', 'namespace'], name: null },
  { table: 'template_uses', key: ['id'], name: 'template-uses' },
  { table: 'tls_snapshots', key: ['zone_id'], name: 'tls-snapshots' },
  { table: 'provisionings', key: ['id'], name: 'provisionings' },
  {
    table: 'operation_outcomes',
    key: ['change_set_id', 'zone_id', 'group_id', 'change_index'],
    name: 'operations',
  },
  { table: 'batches', key: ['change_set_id', 'sequence'], name: 'requests', hidden: ['ids_before'] },
  {
    table: 'change_set_plan_parts',
    key: ['change_set_id', 'zone_id', 'list', 'position'],
    name: 'plan-parts',
  },
  { table: 'change_set_plans', key: ['change_set_id', 'zone_id'], name: 'plans' },
  { table: 'change_sets', key: ['id'], name: 'change-sets' },
  { table: 'record_tags', key: ['zone_id', 'record_id', 'tag'], name: null },
  {
    table: 'record_versions',
    key: ['zone_id', 'record_id', 'from_revision'],
    name: 'records',
    hidden: ['name_key', 'content_key', 'comment_key'],
  },
  { table: 'zone_revisions', key: ['zone_id', 'revision'], name: 'revisions' },
  { table: 'zone_sightings', key: ['zone_id', 'connection_id'], name: null },
  { table: 'zone_marks', key: ['zone_id'], name: null },
  { table: 'sync_states', key: ['connection_id'], name: null },
  { table: 'zones', key: ['zone_id'], name: 'zones' },
  { table: 'connections', key: ['id'], name: 'connections', hidden: ['fingerprint'] },
  { table: 'audit_events', key: ['sequence'], name: 'audit' },
  { table: 'audit_heads', key: [], name: null },
];

/** They stay, emptied, under another name: the chain of hashes is the proof. */
export const CHAIN_TABLES: readonly string[] = ['audit_events', 'audit_heads'];

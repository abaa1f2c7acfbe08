/**
 * The tables, as Kysely sees them. Conventions: ids are TEXT, times are integer milliseconds, JSON is TEXT,
 * booleans are 0 and 1. Every row of a tenant carries `tenant_id`, first in its primary key; what is shared by
 * design (leases of zones, budgets, the store's settings) has none.
 */
import type { Generated } from 'kysely';

export interface Schema {
  store_settings: { key: string; value: string };
  store_migrations: { number: number; name: string; applied_at: number };
  connections: ConnectionRow;
  sealed_secrets: SealedSecretRow;
  minters: { tenant_id: string; connection_id: string; kind: string; email: string | null };
  rotations: RotationRow;
  alert_states: { tenant_id: string; connection_id: string; standing: string };
  zones: ZoneRow;
  zone_sightings: SightingRow;
  zone_marks: { tenant_id: string; zone_id: string; mark: string };
  sync_states: { tenant_id: string; connection_id: string; state: string };
  zone_revisions: RevisionRow;
  record_versions: RecordVersionRow;
  record_tags: { tenant_id: string; zone_id: string; record_id: string; tag: string };
  change_sets: ChangeSetRow;
  change_set_plans: ChangeSetPlanRow;
  change_set_plan_parts: ChangeSetPlanPartRow;
  batches: BatchRow;
  operation_outcomes: OutcomeRow;
  audit_heads: { tenant_id: string; sequence: number; hash: string };
  audit_events: AuditEventRow;
  zone_leases: { zone_id: string; holder: string | null; fence: number; expires_at: number };
  budget_states: { key: string; state: string; updated_at: number };
  api_calls: ApiCallRow;
  api_keys: ApiKeyRow;
  sign_ins: SignInRow;
  idempotent_requests: IdempotentRequestRow;
  jobs: JobRow;
  purchases: PurchaseRow;
  provisionings: ProvisioningRow;
  connect_sessions: ConnectSessionRow;
  webhook_endpoints: WebhookEndpointRow;
  webhook_deliveries: WebhookDeliveryRow;
  template_uses: TemplateUseRow;
  registrations: RegistrationRow;
  registration_readings: RegistrationReadingRow;
  tls_snapshots: TlsSnapshotRow;
}

export interface ConnectionRow {
  tenant_id: string;
  id: string;
  label: string;
  state: string;
  account_id: string;
  fingerprint: string | null;
  expires_at: number | null;
  rotation_due_at: number | null;
  version: number;
  removed_at: number | null;
  /** The whole connection. The columns beside it are for finding. */
  data: string;
}

export interface SealedSecretRow {
  tenant_id: string;
  connection_id: string;
  /**
   * `token` or `key` of the connection, `minter`, or `next-token`: a rotation's new one, until the switch. `webhook` and
   * `webhook-previous` of an endpoint, whose id then stands as the connection's.
   */
  field: string;
  key_id: string;
  wrapped_key: string;
  nonce: string;
  ciphertext: string;
  version: number;
}

export interface RotationRow {
  tenant_id: string;
  id: string;
  connection_id: string;
  /** 1 until the rotation has ended. */
  is_open: number;
  due_at: number | null;
  started_at: number;
  version: number;
  /** The whole rotation but for its secret. */
  data: string;
}

export interface ZoneRow {
  tenant_id: string;
  zone_id: string;
  connection_id: string;
  name: string;
  status: string;
  facts: string;
  revision: number;
  record_count: number;
  verified_at: number | null;
  signal: string | null;
  stale_since: number | null;
  /** Since when no connection can read it; null while one can. */
  unreadable_since: number | null;
  unreadable_reason: string | null;
  /** The latest revision that came from outside; 0 when none did. */
  outside_revision: number;
  /** Up to here, changes from outside have been accepted. */
  acknowledged_revision: number;
  /** Earlier revisions are pruned, or about to be. 0: even the empty beginning is there. */
  oldest_revision: number;
  first_seen_at: number;
  seen_at: number;
}

export interface SightingRow {
  tenant_id: string;
  zone_id: string;
  connection_id: string;
  /** When the connection was refused the zone's records; null where that was not, or before it saw the zone again. */
  refused_at: number | null;
}

export interface RevisionRow {
  tenant_id: string;
  zone_id: string;
  revision: number;
  /** Never less than the revision before, even when the clock jumped back. */
  at: number;
  origin: string;
  change_set_id: string | null;
  actor: string | null;
  interface: string | null;
  changed_at: number | null;
  created: number;
  updated: number;
  deleted: number;
}

/** A record from one revision up to, not including, another. Exactly one version of a live record is open. */
export interface RecordVersionRow {
  tenant_id: string;
  zone_id: string;
  record_id: string;
  from_revision: number;
  to_revision: number | null;
  lineage_id: string;
  content_hash: string;
  type: string;
  name_key: string;
  content_key: string;
  /** Null when there is no comment. */
  comment_key: string | null;
  fields: string;
  received: string;
  read_only: string | null;
  modified_on: string | null;
}

export interface ChangeSetRow {
  tenant_id: string;
  id: string;
  connection_id: string;
  summary: string;
  status: string;
  allowed: string;
  author: string;
  approval_required: number;
  approval: string | null;
  created_at: number;
  finished_at: number | null;
  undoes: string | null;
  undone_by: string | null;
  undoes_in_part: number;
  undone_in_part: number;
}

/** A plan but for its long lists, which stand in `change_set_plan_parts`. */
export interface ChangeSetPlanRow {
  tenant_id: string;
  change_set_id: string;
  zone_id: string;
  position: number;
  zone_name: string;
  hash: string;
  head: string;
}

export interface ChangeSetPlanPartRow {
  tenant_id: string;
  change_set_id: string;
  zone_id: string;
  list: string;
  position: number;
  /** A JSON array of about a megabyte: no single value grows with the plan. */
  items: string;
}

export interface BatchRow {
  tenant_id: string;
  change_set_id: string;
  sequence: number;
  zone_id: string;
  group_ids: string;
  body: string;
  /** Packed by `packIds`; emptied once the batch is decided for certain. */
  ids_before: string;
  sent_at: number;
  state: string;
  /** 1 while `state` is `sent` or `unknown`. */
  is_open: number;
  decided_at: number | null;
  decided_by: string | null;
  ray: string | null;
  audit_log_id: string | null;
  faults: string;
}

export interface OutcomeRow {
  tenant_id: string;
  change_set_id: string;
  zone_id: string;
  group_id: string;
  change_index: number;
  /** The batch that carried it; null when it was never sent. */
  sequence: number | null;
  state: string;
  record_id: string | null;
  received: string | null;
  message: string | null;
}

export interface AuditEventRow {
  tenant_id: string;
  sequence: number;
  id: string;
  kind: string;
  at: number;
  principal: string;
  connection_id: string | null;
  zone_id: string | null;
  change_set_id: string | null;
  summary: string;
  payload: string;
  payload_hash: string;
  hash: string;
  previous_hash: string;
}

export interface ApiCallRow {
  number: Generated<number>;
  tenant_id: string;
  connection_id: string | null;
  at: number;
  method: string;
  route: string;
  status: number | null;
  duration_ms: number;
  ray: string | null;
  error: string | null;
  budget_left: number | null;
}

export interface ApiKeyRow {
  id: string;
  /** Null: an operator's, for all tenants. Found by its id before the tenant is known. */
  tenant_id: string | null;
  secret_hash: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
  data: string;
}

export interface SignInRow {
  /** Found by it before the tenant is known. */
  secret_hash: string;
  /** `session` or `link`. */
  kind: string;
  api_key_id: string;
  created_at: number;
  used_at: number;
  expires_at: number;
}

export interface IdempotentRequestRow {
  tenant_id: string;
  caller: string;
  key: string;
  fingerprint: string;
  holder: string | null;
  held_until: number;
  expires_at: number;
  /** Null until the request came to its end. */
  answer: string | null;
}

export interface JobRow {
  tenant_id: string;
  id: string;
  kind: string;
  state: string;
  dedupe_key: string | null;
  holder: string | null;
  due_at: number;
  lease_until: number | null;
  finished_at: number | null;
  cancel_requested: number;
  version: number;
  data: string;
}

export interface PurchaseRow {
  tenant_id: string;
  id: string;
  account_id: string;
  namespace: string;
  domain: string;
  /** 1 until it has ended: at most one for a name in an account. */
  is_open: number;
  sent_at: number | null;
  due_at: number | null;
  created_at: number;
  version: number;
  /** The whole purchase. The columns beside it are for finding. */
  data: string;
}

export interface ProvisioningRow {
  tenant_id: string;
  id: string;
  domain: string;
  /** 1 until it was taken down. */
  is_open: number;
  due_at: number | null;
  created_at: number;
  version: number;
  data: string;
}

export interface ConnectSessionRow {
  id: string;
  /** Found by its id before the tenant is known. */
  tenant_id: string;
  secret_hash: string;
  expires_at: number;
  version: number;
  /** The whole session but for its secret. */
  data: string;
}

export interface WebhookEndpointRow {
  tenant_id: string;
  id: string;
  is_enabled: number;
  hold_until: number | null;
  /** Who is sending to it; a worker at a time, so that messages keep their order. */
  holder: string | null;
  lease_until: number | null;
  created_at: number;
  version: number;
  /** The whole endpoint but for its secrets. */
  data: string;
}

export interface WebhookDeliveryRow {
  tenant_id: string;
  id: string;
  endpoint_id: string;
  /** Of the audit event that it tells of; 0 for a test. */
  sequence: number;
  type: string;
  state: string;
  due_at: number | null;
  created_at: number;
  finished_at: number | null;
  /** The message as it is sent, and what became of its attempts. */
  data: string;
}

export interface TemplateUseRow {
  tenant_id: string;
  id: string;
  zone_id: string;
  change_set_id: string;
  created_at: number;
  data: string;
}

export interface RegistrationRow {
  tenant_id: string;
  account_id: string;
  namespace: string;
  domain: string;
  data: string;
}

export interface RegistrationReadingRow {
  tenant_id: string;
  account_id: string;
  namespace: string;
  /** Through which it is read. */
  connection_id: string;
  read_at: number | null;
  due_at: number | null;
}

export interface TlsSnapshotRow {
  tenant_id: string;
  zone_id: string;
  read_at: number | null;
  due_at: number | null;
  version: number;
  data: string;
}

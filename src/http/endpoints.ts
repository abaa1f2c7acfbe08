/** Every endpoint of the API. What is not in this table does not exist: routes, document and client come from it. */
import type { Endpoint } from './endpoint.ts';
import { API_KEY_ENDPOINTS } from './routes/api-keys.ts';
import { AUDIT_ENDPOINTS } from './routes/audit.ts';
import { CERTIFICATE_ENDPOINTS } from './routes/certificates.ts';
import { CHANGE_ENDPOINTS } from './routes/changes.ts';
import { CONNECT_SESSION_ENDPOINTS } from './routes/connect-sessions.ts';
import { CONNECTION_ENDPOINTS } from './routes/connections.ts';
import { CREDENTIAL_ENDPOINTS } from './routes/credentials.ts';
import { DOMAIN_ENDPOINTS } from './routes/domains.ts';
import { DRIFT_ENDPOINTS } from './routes/drift.ts';
import { INVENTORY_ENDPOINTS } from './routes/inventory.ts';
import { JOB_ENDPOINTS } from './routes/jobs.ts';
import { PLAN_ENDPOINTS } from './routes/plans.ts';
import { POLICY_ENDPOINTS } from './routes/policies.ts';
import { PROVISIONING_ENDPOINTS } from './routes/provisionings.ts';
import { PURCHASE_ENDPOINTS } from './routes/purchases.ts';
import { RECORD_ENDPOINTS } from './routes/records.ts';
import { ROTATION_ENDPOINTS } from './routes/rotations.ts';
import { SESSION_ENDPOINTS } from './routes/session.ts';
import { SETTING_ENDPOINTS } from './routes/settings.ts';
import { TEMPLATE_ENDPOINTS } from './routes/templates.ts';
import { TENANT_ENDPOINTS } from './routes/tenants.ts';
import { TLS_ENDPOINTS } from './routes/tls.ts';
import { TRANSFER_ENDPOINTS } from './routes/transfers.ts';
import { USAGE_ENDPOINTS } from './routes/usage.ts';
import { VAULT_KEY_ENDPOINTS } from './routes/vault-keys.ts';
import { VERIFY_ENDPOINTS } from './routes/verify.ts';
import { WEBHOOK_ENDPOINTS } from './routes/webhooks.ts';
import { ZONE_LIFE_ENDPOINTS } from './routes/zone-life.ts';
import { ZONE_ENDPOINTS } from './routes/zones.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  ...SESSION_ENDPOINTS,
  ...CREDENTIAL_ENDPOINTS,
  ...CONNECTION_ENDPOINTS,
  ...ROTATION_ENDPOINTS,
  ...INVENTORY_ENDPOINTS,
  ...ZONE_ENDPOINTS,
  ...RECORD_ENDPOINTS,
  ...VERIFY_ENDPOINTS,
  ...ZONE_LIFE_ENDPOINTS,
  ...DRIFT_ENDPOINTS,
  ...TLS_ENDPOINTS,
  ...SETTING_ENDPOINTS,
  ...DOMAIN_ENDPOINTS,
  ...PURCHASE_ENDPOINTS,
  ...PROVISIONING_ENDPOINTS,
  ...PLAN_ENDPOINTS,
  ...CHANGE_ENDPOINTS,
  ...CERTIFICATE_ENDPOINTS,
  ...TEMPLATE_ENDPOINTS,
  ...TRANSFER_ENDPOINTS,
  ...POLICY_ENDPOINTS,
  ...AUDIT_ENDPOINTS,
  ...USAGE_ENDPOINTS,
  ...JOB_ENDPOINTS,
  ...API_KEY_ENDPOINTS,
  ...CONNECT_SESSION_ENDPOINTS,
  ...WEBHOOK_ENDPOINTS,
  ...TENANT_ENDPOINTS,
  ...VAULT_KEY_ENDPOINTS,
];

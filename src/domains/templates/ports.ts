/** Where uses of templates are remembered. */
import type { TenantId, ZoneId } from '../../base/ids.ts';
import type { TemplateUse } from './model.ts';

export interface TemplateStore {
  /** Written before the change set that it names is stored: a use whose change set never came to be counts for nothing. */
  add(use: TemplateUse): Promise<void>;
  /** Oldest first. */
  list(tenantId: TenantId, zoneId: ZoneId): Promise<readonly TemplateUse[]>;
}

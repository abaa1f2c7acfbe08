/**
 * What is remembered of templates applied: a row for each change set that wrote or took away an instance, never changed
 * afterwards. Whether it holds follows from the change set (applied, and not taken back) and from the zone itself, so an
 * undo, an undo of that undo, and what others do outside are all told without any bookkeeping.
 */
import type { ChangeSetId, TenantId, ZoneId } from '../../base/ids.ts';
import type { TemplateInstance, TemplateInstanceId } from '../../plan/templates/template.ts';

export interface TemplateUse {
  readonly id: TemplateInstanceId;
  readonly tenantId: TenantId;
  readonly zoneId: ZoneId;
  /** The change set that carries it out. */
  readonly changeSetId: ChangeSetId;
  /** Null: instances were only taken away. */
  readonly instance: TemplateInstance | null;
  /** Instances that end with it. */
  readonly ends: readonly TemplateInstanceId[];
  readonly createdAt: number;
}

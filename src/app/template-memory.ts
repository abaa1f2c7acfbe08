/** Uses of templates remembered beside the change sets that carry them out. */
import { type ChangeSetId, idBeside, type TenantId, type ZoneId } from '../base/ids.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import { type InstanceInForce, instancesInForce, presentInstances } from '../domains/templates/in-force.ts';
import type { TemplateInstance, TemplateInstanceId } from '../plan/templates/template.ts';
import type { Context } from './context.ts';
import type { Planned } from './tenant-plans.ts';

/** What a plan of a template leaves behind, once it is stored. */
export interface TemplateMemory {
  readonly instance: Omit<TemplateInstance, 'id'> | null;
  readonly ends: readonly TemplateInstanceId[];
}

/** Written first: a use whose change set is never stored counts for nothing, and the other way round would be forgotten. */
export async function rememberTemplate(
  context: Context,
  tenantId: TenantId,
  changeSetId: ChangeSetId,
  { template, zones }: Pick<Planned, 'template' | 'zones'>,
): Promise<void> {
  const zoneId = zones[0]?.plan.zoneId;
  if (template === undefined || zoneId === undefined) return;
  // Named after the change set: storing that again, after a crash, is no second use.
  const id = idBeside<TemplateInstanceId>('tpl', changeSetId);
  const instance = template.instance === null ? null : { ...template.instance, id };
  const { ends } = template;
  const use = { id, tenantId, zoneId, changeSetId, instance, ends, createdAt: context.clock.now() };
  await context.store.templates.add(use);
}

export interface TemplatesOfZone {
  /** With how much of each the zone holds. */
  present(live: readonly LiveRecord[]): ReturnType<typeof presentInstances>;
}

export async function templatesOf(
  context: Context,
  tenantId: TenantId,
  zoneId: ZoneId,
): Promise<TemplatesOfZone> {
  const { templates, journal } = context.store;
  const ports = { templates, changeSet: journal.get };
  const inForce: readonly InstanceInForce[] = await instancesInForce(ports, tenantId, zoneId);
  return { present: (live) => presentInstances(inForce, live) };
}

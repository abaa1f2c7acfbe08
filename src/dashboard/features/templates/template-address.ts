/** A template that is to be applied to a zone, or removed from it, as an address: its plan can be shared and survives a reload. */
import type { PlanInput } from '../../../client/index.ts';
import type { Filling } from './variable-fields.tsx';

/** Before the names of variables, which may be any. */
const VARIABLE = 'var.';

export interface Application extends Filling {
  readonly template: string;
  /** Null: all of them. */
  readonly groups: readonly string[] | null;
}

/** `/zones/NAME/template-plan?…` */
export function applyAddress(zone: string, { template, host, variables, groups }: Application): string {
  const query = new URLSearchParams({ template });
  if (host.trim() !== '') query.set('host', host.trim());
  for (const group of groups ?? []) query.append('group', group);
  for (const [name, value] of Object.entries(variables)) query.set(`${VARIABLE}${name}`, value.trim());
  return `/zones/${zone}/template-plan?${query}`;
}

export function removeAddress(zone: string, instance: string): string {
  return `/zones/${zone}/template-plan?${new URLSearchParams({ remove: instance })}`;
}

/** Null where the address names no template. */
export function templatePlanOf(query: string, zone: string): PlanInput | null {
  const given = new URLSearchParams(query);
  const removed = given.get('remove');
  if (removed !== null) return { kind: 'template-removal', zone, template: removed };
  const template = given.get('template');
  if (template === null) return null;
  const groups = given.getAll('group');
  const host = given.get('host');
  const variables = [...given].flatMap(([name, value]) =>
    name.startsWith(VARIABLE) ? [[name.slice(VARIABLE.length), value] as const] : [],
  );
  return {
    kind: 'template',
    zone,
    template,
    variables: Object.fromEntries(variables),
    ...(host === null ? {} : { host }),
    ...(groups.length === 0 ? {} : { groups }),
  };
}

/** Templates of one tenant: the pack, plans that apply one or take one away, and what is applied where. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { InvalidInputError, type Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import { type DomainName, toUnicode } from '../dns/name.ts';
import type { TemplateUse } from '../domains/templates/model.ts';
import type { Zone } from '../domains/zones/model.ts';
import {
  draftTemplate,
  draftTemplateRemoval,
  type TemplateDraft,
  type ZoneWithInstances,
} from '../plan/templates/draft-template.ts';
import type { Standing } from '../plan/templates/ownership.ts';
import { type Rendered, renderTemplate } from '../plan/templates/render-template.ts';
import {
  type Template,
  type TemplateInstance,
  templateKey,
  templateTitle,
} from '../plan/templates/template.ts';
import { collect } from './collect.ts';
import type { Context } from './context.ts';
import { openDnsAsker } from './dns-asker.ts';
import { spfProblems } from './spf-check.ts';
import { findPackTemplate, packTemplates, readTemplateText, type TemplateText } from './template-files.ts';
import { templatesOf } from './template-memory.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';

/** A template of the pack by its key, or a template as text. */
export type TemplateReference = string | TemplateText;

export interface TemplateRequest {
  readonly connection?: string;
  /** Below the zone; absent or empty for the zone itself. */
  readonly host?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Only these groups, and those without one. */
  readonly groups?: readonly string[];
  /** Leaves redirects out instead of refusing the template. */
  readonly omitUnsupported?: boolean;
}

export interface AppliedTemplate {
  readonly instance: TemplateInstance;
  readonly changeSetId: TemplateUse['changeSetId'];
  readonly appliedAt: number;
  readonly standing: Standing;
}

export interface TenantTemplates {
  /** The pack that comes with Zoneward. */
  list(): Promise<readonly Template[]>;
  /** Throws `template-unknown` (not-found), or `InvalidInputError` for a text that is no template. */
  show(reference: TemplateReference): Promise<Template>;
  /** Whether it could be applied to a zone of this name. Throws what `plan` would throw before it reads the zone. */
  check(reference: TemplateReference, zone: DomainName, request?: TemplateRequest): Promise<void>;
  /**
   * Plans a template on a zone as it is now. What gives way and what ends is told among the plan's problems. Throws
   * `InvalidInputError` for variables that are missing or hostile, and for a host or group that does not fit.
   */
  plan(zone: string, reference: TemplateReference, request?: TemplateRequest): Promise<Planned>;
  /** Plans to take an instance away. Throws `template-not-applied` (not-found). */
  planRemoval(
    zone: string,
    key: string,
    request?: { readonly host?: string; readonly connection?: string },
  ): Promise<Planned>;
  /** What is applied to a zone, judged by what the mirror holds. Asks Cloudflare nothing. */
  applied(zone: string): Promise<readonly AppliedTemplate[]>;
}

export function tenantTemplates(
  context: Context,
  tenantId: TenantId,
  { reach, plans }: { readonly reach: TenantReach; readonly plans: Pick<TenantPlans, 'planDrafts'> },
): TenantTemplates {
  const asker = openDnsAsker(context.config);
  const read = async (reference: TemplateReference): Promise<Template> =>
    readTemplateText(typeof reference === 'string' ? await findPackTemplate(reference) : reference);

  const planWith = async (
    zone: Zone,
    via: { readonly connection?: string },
    wish: {
      readonly source: string;
      readonly draft: (scene: ZoneWithInstances) => TemplateDraft | Promise<TemplateDraft>;
    },
  ): Promise<Planned> => {
    const known = await templatesOf(context, tenantId, zone.facts.id);
    let made: TemplateDraft | null = null;
    const draft = async (_: Zone, live: readonly LiveRecord[]): Promise<TemplateDraft> => {
      const instances = known.present(live).map(({ instance }) => instance);
      made = await wish.draft({ zone: zone.facts.name, live, instances });
      return made;
    };
    const planned = await plans.planDrafts([zone.facts.id], draft, { ...via, source: wish.source });
    // The planner has called `draft` once for the zone.
    const memory = made as TemplateDraft | null;
    if (memory === null) throw new Error('bug: a plan without its draft');
    return { ...planned, template: { instance: memory.instance, ends: memory.ends } };
  };

  return {
    list: async () => (await packTemplates()).map(({ template }) => template),
    show: read,
    check: async (reference, zone, request = {}) => {
      render(await read(reference), zone, request);
    },
    plan: async (reference, wanted, { connection, ...request } = {}) => {
      const template = await read(wanted);
      const zone = await reach.zone(reference, connection);
      const groups = request.groups ?? null;
      const { value, problems } = render(template, zone.facts.name, request);
      const omitted = value.omitted.map(({ name, type, reason }): Problem => {
        const message = `${toUnicode(name)} ${type} is left out: ${reason}`;
        return { code: 'template-record-omitted', severity: 'warning', message };
      });
      const at = value.host === '' ? '' : ` at ${value.host}`;
      return planWith(zone, via(connection), {
        source: `template ${templateKey(template)}${at}`,
        draft: async (scene) => {
          const made = draftTemplate(template, value, { ...scene, groups });
          const spf = await spfProblems({ asker, config: context.config }, made);
          return { ...made, problems: [...problems, ...omitted, ...made.problems, ...spf] };
        },
      });
    },
    planRemoval: async (reference, key, { host = '', connection } = {}) => {
      const zone = await reach.zone(reference, connection);
      return planWith(zone, via(connection), {
        source: `removal of template ${key}${host === '' ? '' : ` at ${host}`}`,
        draft: (scene) => {
          const named = scene.instances.filter((one) => isNamed(one, key) && one.host === host);
          const [instance] = named;
          if (instance === undefined) throw notApplied(zone, key, scene.instances);
          return draftTemplateRemoval(instance, scene);
        },
      });
    },
    applied: async (reference) => {
      const zone = await reach.zone(reference);
      const known = await templatesOf(context, tenantId, zone.facts.id);
      const records = await collect(context.store.mirror.records(tenantId, zone.facts.id));
      const live = records.map(({ record }) => record);
      return known.present(live).map(({ instance, use, standing }) => ({
        instance,
        changeSetId: use.changeSetId,
        appliedAt: use.createdAt,
        standing,
      }));
    },
  };
}

/** Throws `InvalidInputError` with everything that stands in the way. */
function render(
  template: Template,
  zone: DomainName,
  { host = '', variables = {}, groups, omitUnsupported = false }: TemplateRequest,
): { readonly value: Rendered; readonly problems: readonly Problem[] } {
  const input = { zone, host, variables, groups: groups ?? null, omitUnsupported };
  const rendered = renderTemplate(template, input);
  if (!rendered.ok) throw refused(template, rendered.problems);
  return rendered;
}

function via(connection: string | undefined): { readonly connection?: string } {
  return connection === undefined ? {} : { connection };
}

function isNamed(instance: TemplateInstance, key: string): boolean {
  const wanted = key.toLowerCase();
  return [templateKey(instance), instance.serviceId, instance.id].some((one) => one.toLowerCase() === wanted);
}

function refused(template: Template, problems: readonly Problem[]): InvalidInputError {
  const summary = `${templateTitle(template)} cannot be applied like this; nothing was written.`;
  return new InvalidInputError(
    summary,
    problems.filter(({ severity }) => severity === 'error'),
  );
}

function notApplied(zone: Zone, key: string, instances: readonly TemplateInstance[]): ZonewardError {
  const known = instances.map((one) => `${templateKey(one)}${one.host === '' ? '' : ` at ${one.host}`}`);
  return new ZonewardError(`${key} is not applied to ${toUnicode(zone.facts.name)} there`, {
    code: 'template-not-applied',
    kind: 'not-found',
    next: [
      known.length === 0 ? 'No template is.' : `Applied are: ${known.join(', ')}.`,
      `zoneward templates applied ${toUnicode(zone.facts.name)}`,
    ],
  });
}

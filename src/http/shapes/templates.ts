/** Shapes of templates and of what is applied. */
import { z } from '@hono/zod-openapi';
import {
  type AppliedTemplate,
  formatRdata,
  groupsOf,
  type Template,
  templateKey,
  templateTitle,
  typeOf,
  variablesOf,
} from '../../app/re-exports.ts';
import { count, isoTime, page, texts, time, type View } from './common.ts';

const record = z.strictObject({
  type: z.string(),
  groupId: z.string().nullable(),
  essential: z.enum(['Always', 'OnApply']),
  txtConflict: z.strictObject({ mode: z.enum(['None', 'All', 'Prefix']), prefix: z.string() }),
  fields: z.record(z.string(), z.string()),
});

export const template: z.ZodType = z
  .strictObject({
    key: z.string().openapi({ description: '`providerId/serviceId`' }),
    providerId: z.string(),
    providerName: z.string(),
    serviceId: z.string(),
    serviceName: z.string(),
    title: z.string(),
    version: z.int().nullable(),
    description: z.string().nullable(),
    variables: texts,
    variableDescription: z.string().nullable(),
    groups: texts,
    multiInstance: z.boolean(),
    hostRequired: z.boolean(),
    source: z.strictObject({ url: z.string(), checked: z.string().nullable() }).nullable(),
    records: z.array(record),
  })
  .openapi('Template', { description: 'A Domain Connect template' });

export const templates: z.ZodType = page(template, 'Templates');

export const appliedTemplates: z.ZodType = z
  .strictObject({
    items: z.array(
      z
        .strictObject({
          id: z.string(),
          key: z.string(),
          title: z.string(),
          version: z.int().nullable(),
          multiInstance: z.boolean(),
          host: z.string().openapi({ description: 'Relative to the zone; empty for the zone itself' }),
          variables: z.record(z.string(), z.string()),
          standing: z.enum(['whole', 'partial']),
          changeSetId: z.string(),
          appliedAt: time,
          recordCount: count,
          records: z.array(
            z.strictObject({
              name: z.string(),
              type: z.string(),
              content: z.string(),
              essential: z.enum(['Always', 'OnApply']),
              added: z.boolean(),
            }),
          ),
          spf: z
            .array(z.strictObject({ name: z.string(), rules: texts, added: texts }))
            .openapi({ description: 'What it holds of SPF records, and what of that was not there before' }),
        })
        .openapi('AppliedTemplate'),
    ),
  })
  .openapi('AppliedTemplates');

export function templateView(one: Template): View {
  const { version, description, variableDescription, multiInstance, hostRequired, source } = one;
  return {
    key: templateKey(one),
    providerId: one.providerId,
    providerName: one.providerName,
    serviceId: one.serviceId,
    serviceName: one.serviceName,
    title: templateTitle(one),
    version,
    description,
    variables: variablesOf(one),
    variableDescription,
    groups: groupsOf(one),
    multiInstance,
    hostRequired,
    source,
    records: one.records.map(({ type, groupId, essential, txtConflict, fields }) => ({
      type,
      groupId,
      essential,
      txtConflict,
      fields,
    })),
  };
}

export function appliedTemplateView({ instance, changeSetId, appliedAt, standing }: AppliedTemplate): View {
  const { id, title, version, multiInstance, host, variables, records, spf } = instance;
  return {
    id,
    key: templateKey(instance),
    title,
    version,
    multiInstance,
    host,
    variables,
    standing,
    changeSetId,
    appliedAt: isoTime(appliedAt),
    recordCount: records.length,
    records: records.map(({ name, rdata, essential, added }) => ({
      name,
      type: typeOf(rdata),
      content: formatRdata(rdata),
      essential,
      added,
    })),
    spf: spf.map(({ name, rules, added }) => ({ name, rules, added })),
  };
}

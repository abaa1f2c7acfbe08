/** Templates over HTTP: the pack, a check, and what is applied. They are planned at `/v1/plans` like every change. */
import { z } from '@hono/zod-openapi';
import type { PlanRequest } from '../../app/re-exports.ts';
import { findZone, requireAllNames } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { zoneParams } from '../inputs.ts';
import {
  appliedTemplates,
  appliedTemplateView,
  template,
  templates,
  templateView,
} from '../shapes/templates.ts';

const tag = 'templates';
const TEXT_MAX = 262_144;

/** A template: by its key in the pack, or as text. */
export const templateReference: z.ZodUnion<
  readonly [z.ZodString, z.ZodObject<{ text: z.ZodString; file: z.ZodDefault<z.ZodString> }, z.core.$strict>]
> = z.union([
  z.string().min(1).max(511),
  z.strictObject({
    text: z.string().min(1).max(TEXT_MAX),
    file: z.string().min(1).max(255).default('template'),
  }),
]);

const text: z.ZodString = z.string().min(1).max(255);
const maybeText: z.ZodOptional<z.ZodString> = z.string().max(255).optional();
const variables: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>> = z
  .record(z.string().max(255), z.string().max(4_096))
  .optional();
const groups: z.ZodOptional<z.ZodArray<z.ZodString>> = z.array(text).min(1).max(100).optional();
const flag: z.ZodOptional<z.ZodBoolean> = z.boolean().optional();

type Place<Kind extends string> = {
  readonly kind: z.ZodLiteral<Kind>;
  readonly zone: typeof text;
  readonly host: typeof maybeText;
  readonly connection: typeof maybeText;
};
type PlanFields = Place<'template'> & {
  readonly template: typeof templateReference;
  readonly variables: typeof variables;
  readonly groups: typeof groups;
  readonly omitUnsupported: typeof flag;
};
type RemovalFields = Place<'template-removal'> & { readonly template: z.ZodString };

const place = { zone: text, host: maybeText, connection: maybeText };

/** A template wanted in a zone, as an input of a plan. */
export const templatePlan: z.ZodObject<PlanFields, z.core.$strict> = z.strictObject({
  kind: z.literal('template'),
  ...place,
  template: templateReference,
  variables,
  groups,
  omitUnsupported: flag,
});

/** An instance that is to go, as an input of a plan. */
export const templateRemoval: z.ZodObject<RemovalFields, z.core.$strict> = z.strictObject({
  kind: z.literal('template-removal'),
  ...place,
  template: z.string().min(1).max(511).openapi({ description: 'A key, or the id of an instance' }),
});

/** `zone` is an id that the caller sees. */
export function templateRequest(
  input: z.output<typeof templatePlan> | z.output<typeof templateRemoval>,
  zone: string,
): PlanRequest {
  const at = input.host === undefined ? {} : { host: input.host };
  if (input.kind === 'template-removal') return { kind: input.kind, zone, template: input.template, ...at };
  const { template, variables = {}, groups, omitUnsupported } = input;
  const more = {
    ...(groups === undefined ? {} : { groups }),
    ...(omitUnsupported === undefined ? {} : { omitUnsupported }),
  };
  return { kind: 'template', zone, template, with: { ...at, variables, ...more } };
}

const list = endpoint({
  method: 'get',
  path: '/v1/templates',
  operationId: 'listTemplates',
  tag,
  summary: 'The templates that come with Zoneward, all on one page',
  scope: 'read',
  answers: { status: 200, description: 'The pack', schema: templates },
  handle: async (call) =>
    json({ items: (await call.caller.tenant.templates.list()).map(templateView), next: null }),
});

const check = endpoint({
  method: 'post',
  path: '/v1/templates/check',
  operationId: 'checkTemplate',
  tag,
  summary: 'Read a template, from the pack or as text: what it holds, or every mistake with its line',
  scope: 'plan',
  body: z.strictObject({ template: templateReference }).openapi('TemplateCheck'),
  answers: { status: 200, description: 'The template', schema: template },
  handle: async (call, { body }) =>
    json(templateView(await call.caller.tenant.templates.show(body.template))),
});

const applied = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/templates',
  operationId: 'listAppliedTemplates',
  tag,
  summary: 'Templates applied to a zone, judged by the mirror',
  scope: 'read',
  params: zoneParams,
  answers: { status: 200, description: 'What is applied', schema: appliedTemplates },
  handle: async (call, { params }) => {
    requireAllNames(call.caller);
    const zone = await findZone(call.caller, params.zone);
    const items = await call.caller.tenant.templates.applied(zone.facts.id);
    return json({ items: items.map(appliedTemplateView) });
  },
});

export const TEMPLATE_ENDPOINTS: readonly Endpoint[] = [list, check, applied];

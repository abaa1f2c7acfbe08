/** Templates over HTTP: the pack, a check, and what is applied. They are planned at `/v1/plans` like every change. */
import { z } from '@hono/zod-openapi';
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

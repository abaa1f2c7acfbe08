/** The catalogue of zone settings that a plan may change: what each takes, and what it needs. */
import { z } from '@hono/zod-openapi';
import { SETTINGS } from '../../app/re-exports.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';

const settingCatalogueShape = z
  .strictObject({
    items: z.array(
      z.looseObject({
        key: z.string().openapi({ description: "Cloudflare's id; stable in documents, plans and journals" }),
        source: z.string(),
        title: z.string(),
        domain: z.looseObject({ kind: z.string() }).openapi({
          description: 'What it may be: `switch`, `choice` with its values, `number` with its bounds',
        }),
        tlsName: z
          .string()
          .optional()
          .openapi({ description: 'Its name in the `tls:` section of a document' }),
        plan: z.string().optional().openapi({ description: 'The lowest Cloudflare plan that may change it' }),
        addOn: z.string().optional(),
        fixed: z.boolean().optional().openapi({ description: 'It can be read only' }),
      }),
    ),
  })
  .openapi('SettingCatalogue');

const list = endpoint({
  method: 'get',
  path: '/v1/settings',
  operationId: 'listSettingCatalogue',
  tag: 'tls',
  summary: 'Every zone setting that a plan may change, with what it may be and what it needs',
  scope: 'read',
  answers: { status: 200, description: 'The settings', schema: settingCatalogueShape },
  handle: async () => json({ items: SETTINGS.map(({ style: _, ...shown }) => shown) }),
});

export const SETTING_ENDPOINTS: readonly Endpoint[] = [list];

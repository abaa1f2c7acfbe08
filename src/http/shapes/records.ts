/** Records as they go out. */
import { z } from '@hono/zod-openapi';
import { formatRdata, type LiveRecord, typeOf } from '../../app/re-exports.ts';
import { loose, texts, type View } from './common.ts';

const fields = {
  id: z.string().openapi({ description: "Cloudflare's id" }),
  name: z.string().openapi({ description: 'Absolute, lower case, A-labels, without the trailing dot' }),
  type: z.string(),
  content: z.string().openapi({ description: 'In presentation form, as master files write it' }),
  data: loose.openapi({ description: 'The content, field by field' }),
  ttl: z.union([z.int(), z.literal('auto')]),
  proxied: z.boolean(),
  comment: z.string(),
  tags: texts,
  settings: texts,
  privateRouting: z.boolean(),
  readOnly: z.string().nullable().openapi({ description: 'Why it cannot be changed here; null when it can' }),
  modifiedOn: z.string().nullable(),
};
export const recordShape: z.ZodType = z.strictObject(fields).openapi('DnsRecord');

const { id: _, data: __, readOnly: ___, modifiedOn: ____, ...planned } = fields;
export const plannedRecordShape: z.ZodType = z.strictObject(planned).openapi('PlannedRecord');

export function recordView({ id, fields, readOnly, modifiedOn }: LiveRecord): View {
  const { rdata, ...rest } = fields;
  return { id, ...rest, type: typeOf(rdata), content: formatRdata(rdata), data: rdata, readOnly, modifiedOn };
}

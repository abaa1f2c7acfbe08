/**
 * What every shape is made of. Shapes are strict: what a view adds without saying so fails the tests, which hold
 * every answer against its shape.
 */
import { z } from '@hono/zod-openapi';
import type { ZonewardError } from '../../app/re-exports.ts';

export const time: z.ZodString = z.string().openapi({ format: 'date-time', description: 'RFC 3339, UTC' });
export const maybeTime: z.ZodNullable<z.ZodString> = time.nullable();
export const count: z.ZodInt = z.int().min(0);
export const texts: z.ZodArray<z.ZodString> = z.array(z.string());
export const loose: z.ZodRecord<z.ZodString, z.ZodUnknown> = z.record(z.string(), z.unknown());

/** What a parser or a check says of one place of the input. */
export const inputProblem: z.ZodType = z
  .looseObject({ code: z.string(), severity: z.enum(['error', 'warning']), message: z.string() })
  .openapi('InputProblem');

export const problemDetails: z.ZodType = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    next: texts,
    request_id: z.string(),
    retryable: z.boolean(),
    cloudflare: z.strictObject({ code: z.int().nullable(), ray: z.string().nullable() }).optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    details: loose.optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details' });

/** For a shape with a name, whose `nullable()` would say of the name that it is never null, or always may be. */
export function orNull(shape: z.ZodType, description?: string): z.ZodType {
  const either = z.union([shape, z.null()]);
  return description === undefined ? either : either.openapi({ description });
}

/** A list that is read page by page. */
export function page(items: z.ZodType, name: string, more: z.ZodRawShape = {}): z.ZodType {
  const next = z
    .string()
    .nullable()
    .openapi({ description: 'The `cursor` of the next page; null on the last' });
  return z.strictObject({ items: z.array(items), next, ...more }).openapi(name);
}

export type View = Readonly<Record<string, unknown>>;

export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Why one thing of several could not be read. */
export const faultShape: z.ZodType = z.strictObject({
  code: z.string(),
  kind: z.string(),
  message: z.string(),
  next: texts,
});

export function faultView({ code, kind, message, next }: ZonewardError): View {
  return { code, kind, message, next };
}

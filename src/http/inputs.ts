/** The shapes that several endpoints take. */
import { z } from '@hono/zod-openapi';
import type { Moment } from '../app/re-exports.ts';
import { HttpError } from './problem.ts';

export const LIMIT_MAX = 500;
const LIMIT_DEFAULT = 100;

/** A label, a name or an id: what a path may name a thing by. */
const reference: z.ZodString = z.string().min(1).max(255);
const limit: z.ZodType<number> = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'is a whole number')
  .transform(Number)
  .refine((value) => value <= LIMIT_MAX, `is ${LIMIT_MAX} at most`)
  .default(LIMIT_DEFAULT)
  .openapi({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT });
const cursor: z.ZodType<string | undefined> = z
  .string()
  .min(1)
  .max(1_024)
  .optional()
  .openapi({ description: 'The `next` of the page before' });

type PageShape = { readonly limit: typeof limit; readonly cursor: typeof cursor };
/** For every list. */
export const PAGE: PageShape = { limit, cursor };

/** Each is read at Cloudflare, one after the other: more than a request has time for is for a job. */
export const JOB_ZONES_MAX = 5_000;
/** The zones of a plan, by id or name. */
export const zonesWanted: z.ZodUnion<readonly [z.ZodLiteral<'all'>, z.ZodArray<z.ZodString>]> = z.union([
  z.literal('all').openapi({
    description: 'Every zone that the key reaches, of `connection` where that is given',
  }),
  z.array(reference).min(1).max(JOB_ZONES_MAX),
]);

export const zoneParams: z.ZodObject<{ zone: typeof reference }> = z.strictObject({ zone: reference });
export const connectionParams: z.ZodObject<{ connection: typeof reference }> = z.strictObject({
  connection: reference,
});
export const idParams: z.ZodObject<{ id: typeof reference }> = z.strictObject({ id: reference });

const DAYS_MAX_MS = 8_640_000_000_000_000;
/** A time as text, read to milliseconds. */
export const time: z.ZodType<number> = z
  .string()
  .max(40)
  .transform((text, context) => {
    const at = Date.parse(text);
    if (!Number.isNaN(at) && Math.abs(at) <= DAYS_MAX_MS) return at;
    context.addIssue({ code: 'custom', message: 'is not a time; write 2026-01-31T12:00:00Z' });
    return z.NEVER;
  })
  .openapi({ type: 'string', format: 'date-time' });
export const revisionNumber: z.ZodType<number> = z
  .string()
  .regex(/^\d{1,12}$/, 'is a whole number')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0 });

type MomentShape = {
  readonly revision: z.ZodOptional<typeof revisionNumber>;
  readonly at: z.ZodOptional<typeof time>;
};
/** For what can be asked of the past. */
export const MOMENT: MomentShape = {
  revision: revisionNumber.optional(),
  at: time.optional().openapi({ description: 'As the zone was at this time' }),
};

/** Throws 422 `moment-ambiguous`. */
export function momentOf(asked: {
  readonly revision?: number | undefined;
  readonly at?: number | undefined;
}): Moment {
  if (asked.revision !== undefined && asked.at !== undefined)
    throw new HttpError(422, 'moment-ambiguous', 'Give a revision or a time, not both.');
  if (asked.revision !== undefined) return { kind: 'revision', revision: asked.revision };
  return asked.at === undefined ? { kind: 'latest' } : { kind: 'time', at: asked.at };
}

/** `a,b,c` in a query. */
export function nameList(max: number): z.ZodType<string[]> {
  return z
    .string()
    .min(1)
    .max(max * 256)
    .transform((text) => text.split(',').map((one) => one.trim()))
    .refine((names) => names.length <= max, `names ${max} at most`)
    .refine(
      (names) => names.every((one) => one.length >= 1 && one.length <= 255),
      'has an empty or long name',
    )
    .openapi({ type: 'string', description: 'Several, with commas between them' });
}

/** `true` or `false` in a query. */
export const flag: z.ZodType<boolean> = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .openapi({ type: 'boolean' });

type Details = z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
const details: Details = z.record(z.string(), z.unknown()).optional();
/** Whose a name is to be, as Cloudflare's registrar takes it: for registrations and transfers. */
export const OWNER_DETAILS: {
  readonly contacts: Details;
  readonly contactExtensions: Details;
  readonly acknowledgements: Details;
} = {
  contacts: details.openapi({
    description:
      '`{registrant, administrator?, technical?, billing?}`; without it the default of the account',
  }),
  contactExtensions: details,
  acknowledgements: details,
};

type Present<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** Without the members that were not given, as the facade wants it. */
export function defined<Value extends object>(value: Value): Partial<Present<Value>> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<
    Present<Value>
  >;
}

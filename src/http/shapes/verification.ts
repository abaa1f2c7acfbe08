/** The shape of a zone verified. */
import { z } from '@hono/zod-openapi';
import { isVerified, type Verification } from '../../app/re-exports.ts';
import { count, isoTime, texts, time, type View } from './common.ts';
import { dsShape } from './tls.ts';

const sighting = z.strictObject({
  server: z.string(),
  kind: z.enum(['nameserver', 'resolver']),
  state: z.enum(['right', 'other', 'failing', 'refused', 'unreachable']),
  answers: texts,
  ttlSeconds: z.int().nullable(),
});

const verdict = z
  .strictObject({
    name: z.string(),
    type: z.string(),
    state: z.enum([
      'ok',
      'proxied',
      'flattened',
      'missing',
      'differs',
      'unexpected',
      'not-served',
      'exposed',
      'waiting',
      'elsewhere',
      'failing',
      'unreachable',
    ]),
    reason: z.string(),
    next: texts,
    wanted: texts,
    held: texts,
    sightings: z.array(sighting),
    waitSeconds: z.int().nullable(),
  })
  .openapi('RecordVerdict');

export const verificationShape: z.ZodType = z
  .strictObject({
    zone: z.string(),
    at: time,
    verified: z.boolean(),
    source: z.string(),
    delegation: z.strictObject({
      state: z.enum(['cloudflare', 'partial', 'other', 'none', 'unknown']),
      nameServers: texts.nullable(),
      wanted: texts,
      reason: z.string(),
      next: texts,
    }),
    dnssec: z
      .strictObject({
        zone: z.string(),
        status: z.string(),
        ds: dsShape.nullable().openapi({ description: 'What the registrar must be told' }),
        atParent: z.enum(['matches', 'other', 'none', 'unknown']),
        parentDs: texts.nullable(),
        says: z.string(),
        next: texts,
      })
      .nullable(),
    records: z.array(verdict),
    notAsked: z.array(z.strictObject({ name: z.string(), type: z.string(), why: z.string() })),
    calls: count,
  })
  .openapi('Verification');

export function verificationView(seen: Verification): View {
  const { dnssec, at, ...rest } = seen;
  const chain =
    dnssec === null
      ? null
      : {
          zone: dnssec.zone,
          status: dnssec.status,
          ds: dnssec.ds,
          atParent: dnssec.atParent,
          parentDs: dnssec.parentDs,
          says: dnssec.says,
          next: dnssec.next,
        };
  return { ...rest, at: isoTime(at), verified: isVerified(seen), dnssec: chain };
}

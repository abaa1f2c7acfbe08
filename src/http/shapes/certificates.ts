/** Certificates and customers' hostnames as they go out. */
import { z } from '@hono/zod-openapi';
import {
  type ListedHostname,
  type OriginPullCertificate,
  proofText,
  type TlsOverview,
  type ZoneCertificates,
  type ZoneHostnames,
} from '../../app/re-exports.ts';
import { count, isoTime, maybeTime, orNull, texts, type View } from './common.ts';

const maybeText = z.string().nullable();
const proof = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('txt'), name: z.string(), value: z.string(), text: z.string() }),
    z.strictObject({ kind: z.literal('cname'), name: z.string(), target: z.string(), text: z.string() }),
    z.strictObject({ kind: z.literal('http'), url: z.string(), body: z.string(), text: z.string() }),
    z.strictObject({ kind: z.literal('email'), addresses: texts, text: z.string() }),
  ])
  .openapi('Proof', { description: 'What must be published to prove control of a name' });
const quota = z.strictObject({ allocated: count, used: count });
const own = z.strictObject({
  id: z.string(),
  status: z.string(),
  hosts: texts,
  issuer: z.string(),
  expiresAt: maybeTime,
  bundleMethod: maybeText,
  priority: z.number(),
});
const edge = z.strictObject({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  hosts: texts,
  authority: maybeText,
  validationMethod: maybeText,
  validityDays: z.number().nullable(),
  expiresAt: maybeTime,
  proofs: z.array(proof),
  delegations: z.array(proof),
  errors: texts,
});
const origin = z.strictObject({
  id: z.string(),
  hosts: texts,
  expiresAt: maybeTime,
  validityDays: z.number().nullable(),
  keySha256: maybeText,
  certificate: maybeText,
});

export const certificatesShape: z.ZodType = z
  .strictObject({
    zone: z.string(),
    packs: z.array(edge),
    quota,
    own: z.array(own),
    ownQuota: count.nullable(),
    origin: z.array(origin),
  })
  .openapi('ZoneCertificates');

export function certificatesView(list: ZoneCertificates): View {
  return {
    ...list,
    packs: list.packs.map(({ proofs, delegations, ...pack }) => ({
      ...dated(pack),
      proofs: proofs.map(proofView),
      delegations: delegations.map(proofView),
    })),
    own: list.own.map(dated),
    origin: list.origin.map(dated),
  };
}

function dated<T extends { readonly expiresAt: number | null }>(one: T): View {
  return { ...one, expiresAt: isoTime(one.expiresAt) };
}

function proofView(one: Parameters<typeof proofText>[0]): View {
  return { ...one, text: proofText(one) };
}

export const pullsShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: z.string(),
        level: z.enum(['zone', 'hostname']),
        status: z.string(),
        issuer: z.string(),
        sha256: maybeText,
        expiresAt: maybeTime,
      }),
    ),
  })
  .openapi('OriginPullCertificates');

export function pullView(one: OriginPullCertificate): View {
  return dated(one);
}

export const signingRequestShape: z.ZodType = z
  .strictObject({
    privateKey: maybeText.openapi({ description: 'PEM, PKCS #8. Null where the answer is repeated.' }),
    csr: z.string().openapi({ description: 'PEM, for the plan of the kind `origin-ca`' }),
    hosts: texts,
    keySha256: z
      .string()
      .openapi({ description: 'Of the public key; the certificate that is made shows it' }),
  })
  .openapi('SigningRequest');

export const hostnameShape: z.ZodType = z
  .strictObject({
    id: z.string(),
    hostname: z.string(),
    status: z.string(),
    state: z.enum(['served', 'waits-for-customer', 'under-way', 'timed-out', 'blocked', 'ending']),
    says: z.string(),
    next: texts,
    origin: maybeText,
    ssl: orNull(
      z.strictObject({
        status: z.string(),
        method: maybeText,
        authority: maybeText,
        wildcard: z.boolean(),
        minTls: maybeText,
        expiresAt: maybeTime,
        proofs: z.array(proof),
        errors: texts,
      }),
    ),
    ownership: z.array(proof),
    errors: texts,
  })
  .openapi('CustomHostname');

export function hostnameView({ hostname, view }: ListedHostname): View {
  const { ssl, ownership, ...rest } = hostname;
  return {
    ...rest,
    ...view,
    ssl: ssl === null ? null : { ...dated(ssl), proofs: ssl.proofs.map(proofView) },
    ownership: ownership.map(proofView),
  };
}

export const hostnamesShape: z.ZodType = z
  .strictObject({
    zone: z.string(),
    quota,
    fallback: orNull(z.strictObject({ origin: z.string(), status: z.string(), errors: texts })),
    items: z.array(hostnameShape),
  })
  .openapi('CustomHostnames');

export function hostnamesView({ zone, quota: used, fallback, hostnames }: ZoneHostnames): View {
  return { zone, quota: used, fallback, items: hostnames.map(hostnameView) };
}

export const fleetShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z.strictObject({
        zoneId: z.string(),
        zoneName: z.string(),
        readAt: maybeTime,
        findingsAt: maybeTime,
        bad: count,
        couldBeBetter: count,
        certificates: count,
        moving: count,
        nextExpiry: maybeTime,
      }),
    ),
  })
  .openapi('TlsOverview');

export function fleetView({ zone, ...one }: TlsOverview): View {
  return {
    zoneId: zone.facts.id,
    zoneName: zone.facts.name,
    ...one,
    readAt: isoTime(one.readAt),
    findingsAt: isoTime(one.findingsAt),
    nextExpiry: isoTime(one.nextExpiry),
  };
}

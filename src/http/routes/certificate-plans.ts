/**
 * Changes of certificates, client certificates and customers' hostnames as requests spell them, and the plans of them:
 * a kind of plan like every other. A private key that goes along is held against its certificate and kept nowhere.
 */
import { z } from '@hono/zod-openapi';
import { type Planned, type PlannedProofs, proofText, Secret, ZonewardError } from '../../app/re-exports.ts';
import { type Caller, findConnection, findZone, requireAllNames } from '../caller.ts';
import { defined } from '../inputs.ts';

const PEM_MAX = 131_072;
const HOSTS_MAX = 100;
export const id: z.ZodString = z.string().min(1).max(255);
export const host: z.ZodString = z.string().min(1).max(255);
export const pem: z.ZodString = z.string().min(1).max(PEM_MAX);
const word = z.string().min(1).max(64);

/** Certificates and settings concern every name of a zone. */
export async function wholeZone(caller: Caller, zone: string): Promise<string> {
  requireAllNames(caller);
  return (await findZone(caller, zone)).facts.id;
}

/** Through which connection a zone is looked at, where it could be more than one. */
export const viaQuery: z.ZodObject<{ connection: z.ZodOptional<z.ZodString> }, z.core.$strict> =
  z.strictObject({ connection: host.optional() });

export async function viaOf(
  caller: Caller,
  { connection }: { readonly connection?: string | undefined },
): Promise<{ readonly connection?: string }> {
  return connection === undefined ? {} : { connection: (await findConnection(caller, connection)).id };
}

type Maybe<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | undefined };
type Wish = Maybe<{
  method: string;
  authority: string;
  wildcard: boolean;
  minTls: string;
  origin: string | null;
}>;
type Files = { readonly certificate: string } & Maybe<{ privateKey: string; file: string }>;

export type CertificateChange =
  | ({ readonly kind: 'order' } & Maybe<{
      hosts: string[];
      authority: string;
      validationMethod: string;
      validityDays: number;
    }>)
  | { readonly kind: 'restart' | 'delete' | 'origin-ca-revoke' | 'origin-pull-delete'; readonly id: string }
  | { readonly kind: 'prioritize'; readonly ids: string[] }
  | ({ readonly kind: 'proofs'; readonly id: string } & Maybe<{ through: string }>)
  | ({ readonly kind: 'upload' } & Files & Maybe<{ bundleMethod: string; type: string }>)
  | ({ readonly kind: 'replace'; readonly id: string } & Files)
  | ({ readonly kind: 'origin-ca'; readonly csr: string } & Maybe<{
      file: string;
      hosts: string[];
      validityDays: number;
    }>)
  | ({ readonly kind: 'origin-pull-upload'; readonly level: 'zone' | 'hostname' } & Files)
  | ({
      readonly kind: 'origin-pull-hostname';
      readonly hostname: string;
      readonly enabled: boolean | null;
    } & Maybe<{ certificateId: string }>)
  | ({ readonly kind: 'hostname-add' | 'hostname-edit'; readonly hostname: string } & Wish)
  | { readonly kind: 'hostname-restart' | 'hostname-delete'; readonly hostname: string }
  | ({ readonly kind: 'hostname-proofs'; readonly hostname: string } & Maybe<{ through: string }>);

const hosts = z.array(host).max(HOSTS_MAX).optional();
const days = z.int().min(1).max(10_000).optional();
const through = host.optional().openapi({
  description:
    'The connection that publishes, where the names lie in zones of several. Others are told in the plan.',
});
const file = host.optional().openapi({ description: 'What messages call it' });
const files = {
  certificate: pem.openapi({ description: 'PEM: leaf first, then its issuers' }),
  privateKey: pem.optional().openapi({
    description:
      'PEM. Held against the certificate and kept nowhere: it is given again when the change set is applied (`applyWithKey`)',
  }),
  file,
};
const wish = {
  method: word.optional(),
  authority: word.optional(),
  wildcard: z.boolean().optional(),
  minTls: word.optional(),
  origin: host.nullable().optional().openapi({ description: 'Null: the fallback origin' }),
};

export const certificateChange: z.ZodType<CertificateChange> = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('order'),
      hosts,
      authority: word.optional(),
      validationMethod: word.optional(),
      validityDays: days,
    }),
    z.strictObject({ kind: z.literal('restart'), id }),
    z.strictObject({ kind: z.literal('delete'), id }),
    z.strictObject({ kind: z.literal('prioritize'), ids: z.array(id).min(1).max(100) }),
    z.strictObject({ kind: z.literal('proofs'), id, through }),
    z.strictObject({
      kind: z.literal('upload'),
      ...files,
      bundleMethod: word.optional(),
      type: word.optional(),
    }),
    z.strictObject({ kind: z.literal('replace'), id, ...files }),
    z.strictObject({
      kind: z.literal('origin-ca'),
      csr: pem.openapi({ description: 'PEM. The key stays with you.' }),
      file,
      hosts,
      validityDays: days,
    }),
    z.strictObject({ kind: z.literal('origin-ca-revoke'), id }),
    z.strictObject({
      kind: z.literal('origin-pull-upload'),
      level: z.enum(['zone', 'hostname']),
      ...files,
    }),
    z.strictObject({ kind: z.literal('origin-pull-delete'), id }),
    z.strictObject({
      kind: z.literal('origin-pull-hostname'),
      hostname: host,
      certificateId: id.optional(),
      enabled: z.boolean().nullable().openapi({ description: 'Null: taken out' }),
    }),
    z.strictObject({ kind: z.literal('hostname-add'), hostname: host, ...wish }),
    z.strictObject({ kind: z.literal('hostname-edit'), hostname: host, ...wish }),
    z.strictObject({ kind: z.literal('hostname-restart'), hostname: host }),
    z.strictObject({ kind: z.literal('hostname-delete'), hostname: host }),
    z.strictObject({ kind: z.literal('hostname-proofs'), hostname: host, through }),
  ])
  .openapi('CertificatePlanInput');

/** As a kind of `PlanInput`. */
export const certificatesPlan: z.ZodObject<
  {
    kind: z.ZodLiteral<'certificates'>;
    zone: z.ZodString;
    change: z.ZodType<CertificateChange>;
    connection: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
> = z.strictObject({
  kind: z.literal('certificates'),
  zone: host,
  change: certificateChange,
  connection: host.optional(),
});

export interface CertificateRequest {
  readonly change: CertificateChange;
  /** By its id. */
  readonly connection?: string;
  readonly signal?: AbortSignal;
}

export async function planCertificates(
  caller: Caller,
  reference: string,
  { change, ...via }: CertificateRequest,
): Promise<Planned> {
  const zone = await wholeZone(caller, reference);
  switch (change.kind) {
    case 'hostname-add':
    case 'hostname-edit':
    case 'hostname-restart':
    case 'hostname-delete':
      return planHostname(caller, zone, change, via);
    case 'proofs':
    case 'hostname-proofs':
      return planProofs(caller, zone, change, via);
    default:
      return planOwnCertificate(caller, zone, change, via);
  }
}

type Via = Omit<CertificateRequest, 'change'>;
type HostnameChange = Extract<CertificateChange, { readonly kind: `hostname-${string}` }>;
type ProofsChange = Extract<CertificateChange, { readonly kind: 'proofs' | 'hostname-proofs' }>;

function planHostname(
  { tenant: { hostnames } }: Caller,
  zone: string,
  change: Exclude<HostnameChange, ProofsChange>,
  via: Via,
): Promise<Planned> {
  const { kind, hostname, ...wanted } = change;
  switch (kind) {
    case 'hostname-add':
      return hostnames.planAdd(zone, hostname, defined(wanted), via);
    case 'hostname-edit':
      return hostnames.planEdit(zone, hostname, defined(wanted), via);
    case 'hostname-restart':
      return hostnames.planRestart(zone, hostname, via);
    case 'hostname-delete':
      return hostnames.planDelete(zone, hostname, via);
    default:
      return kind satisfies never;
  }
}

async function planProofs(caller: Caller, zone: string, change: ProofsChange, via: Via): Promise<Planned> {
  const { certificates, hostnames } = caller.tenant;
  const request =
    change.through === undefined
      ? via
      : { ...via, through: (await findConnection(caller, change.through)).id };
  const { planned, elsewhere }: PlannedProofs =
    change.kind === 'proofs'
      ? await certificates.planProofs(zone, change.id, request)
      : await hostnames.planProofs(zone, change.hostname, request);
  if (planned !== null) return planned;
  throw new ZonewardError(
    elsewhere.length === 0
      ? 'It waits for no proof; there is nothing to publish'
      : 'What it waits for lies in no zone of yours; somebody else has to publish it',
    {
      code: elsewhere.length === 0 ? 'no-proofs' : 'proofs-elsewhere',
      kind: 'conflict',
      next: elsewhere.map((proof) => `Publish: ${proofText(proof)}`),
      details: { elsewhere },
    },
  );
}

function planOwnCertificate(
  { tenant: { certificates } }: Caller,
  zone: string,
  change: Exclude<CertificateChange, HostnameChange | ProofsChange>,
  via: Via,
): Promise<Planned> {
  switch (change.kind) {
    case 'order': {
      const { kind: _, ...order } = change;
      return certificates.planOrder(zone, defined(order), via);
    }
    case 'restart':
      return certificates.planRestart(zone, change.id, via);
    case 'delete':
      return certificates.planDelete(zone, change.id, via);
    case 'prioritize':
      return certificates.planPriority(zone, change.ids, via);
    case 'upload': {
      const { bundleMethod, type } = change;
      return certificates.planUpload(zone, filesOf(change), defined({ bundleMethod, type }), via);
    }
    case 'replace':
      return certificates.planReplace(zone, change.id, filesOf(change), via);
    case 'origin-ca': {
      const { kind: _, csr, file: named = 'csr', ...order } = change;
      return certificates.planOriginOrder(zone, { csr: { text: csr, file: named }, ...defined(order) }, via);
    }
    case 'origin-ca-revoke':
      return certificates.planOriginRevoke(zone, change.id, via);
    case 'origin-pull-upload':
      return certificates.planPullUpload(zone, filesOf(change), change.level, via);
    case 'origin-pull-delete':
      return certificates.planPullDelete(zone, change.id, via);
    case 'origin-pull-hostname': {
      const want = { certificateId: change.certificateId ?? null, enabled: change.enabled };
      return certificates.planPullHostname(zone, change.hostname, want, via);
    }
    default:
      return change satisfies never;
  }
}

function filesOf({ certificate, privateKey, file: named = 'certificate' }: Files) {
  return {
    certificate: { text: certificate, file: named },
    ...(privateKey === undefined ? {} : { key: { secret: new Secret(privateKey), file: 'privateKey' } }),
  };
}

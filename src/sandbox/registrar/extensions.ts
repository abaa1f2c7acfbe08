/**
 * Extensions: which can be registered by API, their prices and terms, and the JSON Schema of what a registration
 * takes. Prices are illustrative, in US dollars per year.
 */
import type { ExtensionGetResponse } from 'cloudflare/resources/registrar/extensions';
import { getPublicSuffix, parse } from 'tldts';

export type Namespace = 'live' | 'sandbox';

export interface Extension {
  readonly name: string;
  readonly registrationCost: string;
  readonly renewalCost: string;
  readonly transferCost: string;
  readonly yearsMin: number;
  readonly yearsMax: number;
  /** Registries without transfer codes. */
  readonly transfersWithoutCode?: true;
  /** `contact_extensions` that a registration must have, with their values. */
  readonly contactExtensions?: Readonly<Record<string, readonly string[]>>;
}

function extension(name: string, cost: string, more: Partial<Extension> = {}): readonly [string, Extension] {
  const prices = { registrationCost: cost, renewalCost: cost, transferCost: cost };
  return [name, { name, ...prices, yearsMin: 1, yearsMax: 10, ...more }];
}

const UK = { transferCost: '0.00', transfersWithoutCode: true } as const;

export const EXTENSIONS: ReadonlyMap<string, Extension> = new Map([
  extension('ai', '80.00', { yearsMin: 2 }),
  extension('app', '14.20'),
  extension('blog', '23.20'),
  extension('cloud', '19.70'),
  extension('co', '26.18'),
  extension('co.uk', '4.95', UK),
  extension('com', '10.46'),
  extension('dev', '12.20'),
  extension('info', '18.54', { registrationCost: '4.18' }),
  extension('io', '50.00'),
  extension('me', '16.90'),
  extension('net', '11.86'),
  extension('online', '26.18', { registrationCost: '5.18' }),
  extension('org', '10.13', { registrationCost: '7.50' }),
  extension('tech', '46.18'),
  extension('uk', '4.95', UK),
  extension('us', '6.50', {
    contactExtensions: {
      us_app_purpose: ['P1', 'P2', 'P3', 'P4', 'P5'],
      us_nexus_category: ['C11', 'C12', 'C21', 'C31', 'C32'],
    },
  }),
  extension('xyz', '13.18', { registrationCost: '2.04' }),
]);

/** In the dashboard only (§7.5). */
const DASHBOARD_ONLY = new Set(['giving', 'mom', 'inc', 'lol', 'sh', 'link', 'cc', 'new']);
/** [U] Which registries have closed. */
const CLOSED = new Set(['tk']);
const SANDBOX_EXTENSIONS = new Set(['com', 'net']);

export type ExtensionReason =
  | 'extension_not_supported_via_api'
  | 'extension_not_supported'
  | 'extension_disallows_registration';

/** What can be registered below an extension, or why nothing can. */
export function extensionFor(name: string, namespace: Namespace): Extension | ExtensionReason {
  if (DASHBOARD_ONLY.has(name)) return 'extension_not_supported_via_api';
  if (CLOSED.has(name)) return 'extension_disallows_registration';
  const found = EXTENSIONS.get(name);
  if (found === undefined) return 'extension_not_supported';
  return namespace === 'sandbox' && !SANDBOX_EXTENSIONS.has(name) ? 'extension_not_supported_via_api' : found;
}

export function extensionsOf(namespace: Namespace): readonly Extension[] {
  return [...EXTENSIONS.values()].filter(({ name }) => typeof extensionFor(name, namespace) === 'object');
}

export interface DomainName {
  /** Lower case, punycode. */
  readonly name: string;
  /** The one label below the extension. */
  readonly label: string;
  readonly extension: string;
}

/** A registrable name: one label below a public suffix. Undefined for anything else. */
export function parseDomain(input: unknown): DomainName | undefined {
  if (typeof input !== 'string' || !/^[^\s/@:]+$/.test(input)) return undefined;
  const { hostname, domain, domainWithoutSuffix, isIp } = parse(input.toLowerCase().replace(/\.$/, ''));
  if (isIp === true || hostname === null || domain !== hostname || domainWithoutSuffix === null)
    return undefined;
  const extension = getPublicSuffix(hostname);
  const fits = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(domainWithoutSuffix);
  if (!fits || extension === null) return undefined;
  return { name: hostname, label: domainWithoutSuffix, extension };
}

const CONTACT_SCHEMA = {
  type: 'object',
  required: ['email', 'phone', 'postal_info'],
  properties: {
    email: { type: 'string', format: 'email' },
    phone: { type: 'string', pattern: '^\\+[0-9]{1,3}\\.[0-9]{1,14}$' },
    fax: { type: 'string', pattern: '^\\+[0-9]{1,3}\\.[0-9]{1,14}$' },
    postal_info: {
      type: 'object',
      required: ['name', 'address'],
      properties: {
        name: { type: 'string', minLength: 1 },
        organization: { type: 'string' },
        address: {
          type: 'object',
          required: ['street', 'city', 'state', 'postal_code', 'country_code'],
          properties: {
            street: { type: 'string', minLength: 1 },
            city: { type: 'string', minLength: 1 },
            state: { type: 'string', minLength: 1 },
            postal_code: { type: 'string', minLength: 1 },
            country_code: { type: 'string', pattern: '^[A-Z]{2}$' },
          },
        },
      },
    },
  },
} as const;

export function extensionWire(extension: Extension): ExtensionGetResponse {
  const { name } = extension;
  return {
    metadata: { name, tld: name.slice(name.lastIndexOf('.') + 1) },
    registration_schema: registrationSchema(extension),
    transfer_schema: transferSchema(extension),
  };
}

function registrationSchema(extension: Extension): unknown {
  const extra = Object.entries(extension.contactExtensions ?? {});
  const contactExtensions = {
    type: 'object',
    required: extra.map(([key]) => key),
    properties: Object.fromEntries(extra.map(([key, values]) => [key, { type: 'string', enum: values }])),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: ['domain_name', ...(extra.length === 0 ? [] : ['contact_extensions'])],
    properties: {
      domain_name: { type: 'string', pattern: `\\.${extension.name.replaceAll('.', '\\.')}$` },
      years: { type: 'integer', minimum: extension.yearsMin, maximum: extension.yearsMax },
      auto_renew: { type: 'boolean', default: false },
      privacy_mode: { type: 'string', enum: ['redaction', 'off'], default: 'redaction' },
      contacts: {
        type: 'object',
        properties: {
          registrant: CONTACT_SCHEMA,
          administrator: CONTACT_SCHEMA,
          technical: CONTACT_SCHEMA,
          billing: CONTACT_SCHEMA,
        },
      },
      ...(extra.length === 0 ? {} : { contact_extensions: contactExtensions }),
      acknowledgements: { type: 'object' },
    },
  };
}

function transferSchema(extension: Extension): unknown {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: extension.transfersWithoutCode === true ? [] : ['auth_code'],
    properties: {
      ...(extension.transfersWithoutCode === true
        ? {}
        : { auth_code: { type: 'string', contentEncoding: 'base64' } }),
      auto_renew: { type: 'boolean', default: false },
      privacy_mode: { type: 'string', enum: ['redaction', 'off'], default: 'redaction' },
      contacts: { type: 'object', properties: { registrant: CONTACT_SCHEMA } },
    },
  };
}

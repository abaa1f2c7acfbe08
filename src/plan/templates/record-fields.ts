/** Which fields a template record of each type has, and what each takes (draft-ietf-dconn-domainconnect-05, table "Fields per record type"). */
import { parseRecordType } from '../../dns/rdata-text.ts';
import type { FieldKind } from './variables.ts';

export interface FieldSpec {
  readonly kind: FieldKind;
  readonly required: boolean;
}

type Fields = Readonly<Record<string, FieldSpec>>;

const NAME: FieldSpec = { kind: 'name', required: true };
const NUMBER: FieldSpec = { kind: 'number', required: true };
/** Templates in use leave it out; then it is automatic. */
const TTL: FieldSpec = { kind: 'number', required: false };
const HOST: FieldSpec = { kind: 'name', required: true };

const POINTER: Fields = { host: HOST, pointsTo: NAME, ttl: TTL };
const ADDRESS: Fields = { host: HOST, pointsTo: { kind: 'address', required: true }, ttl: TTL };
const REDIRECT: Fields = { host: { ...HOST, required: false }, target: { kind: 'url', required: true } };
const GENERIC: Fields = { host: HOST, data: { kind: 'data', required: true }, ttl: TTL };

const BY_TYPE: Readonly<Record<string, Fields>> = {
  A: ADDRESS,
  AAAA: ADDRESS,
  CNAME: POINTER,
  NS: POINTER,
  MX: { ...POINTER, priority: NUMBER },
  TXT: { host: HOST, data: { kind: 'text', required: true }, ttl: TTL },
  SRV: {
    name: NAME,
    service: NAME,
    protocol: NAME,
    target: NAME,
    priority: NUMBER,
    weight: NUMBER,
    port: NUMBER,
    ttl: TTL,
  },
  SPFM: { host: HOST, spfRules: { kind: 'rules', required: true } },
  APEXCNAME: { ...POINTER, host: { ...HOST, required: false } },
  REDIR301: REDIRECT,
  REDIR302: REDIRECT,
};

/** The fields of a type; undefined for one that neither the draft nor Cloudflare has. */
export function recordFields(type: string): Fields | undefined {
  return BY_TYPE[type] ?? (parseRecordType(type) === type ? GENERIC : undefined);
}

/** Types that ask for something that DNS records cannot do. */
export function isRedirect(type: string): boolean {
  return type === 'REDIR301' || type === 'REDIR302';
}

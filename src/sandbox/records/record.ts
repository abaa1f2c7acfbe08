/** A DNS record in the form in which the API shows it. Values are frozen in use: a change makes a new one. */

export const RECORD_TYPES = [
  'A', 'AAAA', 'CAA', 'CERT', 'CNAME', 'DNSKEY', 'DS', 'HTTPS', 'LOC', 'MX', 'NAPTR', 'NS', 'OPENPGPKEY', 'PTR',
  'SMIMEA', 'SRV', 'SSHFP', 'SVCB', 'TLSA', 'TXT', 'URI',
] as const; // biome-ignore format: a word list

export type RecordType = (typeof RECORD_TYPES)[number];

export type RecordData = Readonly<Record<string, string | number>>;

export interface RecordSettings {
  readonly ipv4_only?: boolean;
  readonly ipv6_only?: boolean;
  readonly flatten_cname?: boolean;
}

export interface DnsRecord {
  readonly id: string;
  readonly name: string;
  readonly type: RecordType;
  readonly content: string;
  readonly priority?: number;
  readonly proxiable: boolean;
  readonly proxied: boolean;
  /** 1 is automatic. */
  readonly ttl: number;
  readonly data?: RecordData;
  readonly private_routing?: boolean;
  readonly settings: RecordSettings;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly comment: string | null;
  readonly tags: readonly string[];
  readonly created_on: string;
  readonly modified_on: string;
  readonly comment_modified_on?: string;
  readonly tags_modified_on?: string;
}

export function isRecordType(text: string): text is RecordType {
  return (RECORD_TYPES as readonly string[]).includes(text);
}

/** The fields of structured record types in master-file order, and the reading of each from what a client sent. */
import { targetName } from './names.ts';
import { invalidField, missingField } from './record-errors.ts';

type FieldForm =
  | 'u8'
  | 'u16'
  | 'decimal'
  | 'token'
  | 'quoted'
  /** A character string of RDATA's rest, without length (CAA value, URI target). */
  | 'quoted-rest'
  | 'hex'
  | 'base64'
  | 'host'
  /** A host whose trailing dot is kept as sent. */
  | 'host-dot'
  | 'params';

export interface Field {
  readonly name: string;
  readonly form: FieldForm;
  /** Value when it was not sent; a field without one is required. */
  readonly fallback?: string | number;
  readonly max?: number;
}

const field = (name: string, form: FieldForm, more: Omit<Field, 'name' | 'form'> = {}): Field => ({
  name,
  form,
  ...more,
});

const TLSA_FIELDS = [
  field('usage', 'u8'),
  field('selector', 'u8'),
  field('matching_type', 'u8'),
  field('certificate', 'hex'),
];
const SVCB_FIELDS = [
  field('priority', 'u16'),
  field('target', 'host-dot'),
  field('value', 'params', { fallback: '' }),
];

const axis = (name: 'lat' | 'long', degrees: number): Field[] => [
  field(`${name}_degrees`, 'decimal', { max: degrees }),
  field(`${name}_minutes`, 'decimal', { fallback: 0, max: 59 }),
  field(`${name}_seconds`, 'decimal', { fallback: 0, max: 59.999 }),
  field(`${name}_direction`, 'token'),
];

export type StructuredType =
  | 'CAA'
  | 'CERT'
  | 'DNSKEY'
  | 'DS'
  | 'HTTPS'
  | 'LOC'
  | 'NAPTR'
  | 'SMIMEA'
  | 'SRV'
  | 'SSHFP'
  | 'SVCB'
  | 'TLSA'
  | 'URI';

/** Fields in master-file order. */
export const FIELDS: Readonly<Record<StructuredType, readonly Field[]>> = {
  CAA: [field('flags', 'u8'), field('tag', 'token'), field('value', 'quoted-rest')],
  CERT: [
    field('type', 'u16'),
    field('key_tag', 'u16'),
    field('algorithm', 'u8'),
    field('certificate', 'base64'),
  ],
  DNSKEY: [
    field('flags', 'u16'),
    field('protocol', 'u8'),
    field('algorithm', 'u8'),
    field('public_key', 'base64'),
  ],
  DS: [field('key_tag', 'u16'), field('algorithm', 'u8'), field('digest_type', 'u8'), field('digest', 'hex')],
  HTTPS: SVCB_FIELDS,
  LOC: [
    ...axis('lat', 90),
    ...axis('long', 180),
    field('altitude', 'decimal', { fallback: 0 }),
    field('size', 'decimal', { fallback: 0 }),
    field('precision_horz', 'decimal', { fallback: 0 }),
    field('precision_vert', 'decimal', { fallback: 0 }),
  ],
  NAPTR: [
    field('order', 'u16'),
    field('preference', 'u16'),
    field('flags', 'quoted', { fallback: '' }),
    field('service', 'quoted', { fallback: '' }),
    field('regex', 'quoted', { fallback: '' }),
    field('replacement', 'host-dot', { fallback: '.' }),
  ],
  SMIMEA: TLSA_FIELDS,
  SRV: [field('priority', 'u16'), field('weight', 'u16'), field('port', 'u16'), field('target', 'host')],
  SSHFP: [field('algorithm', 'u8'), field('type', 'u8'), field('fingerprint', 'hex')],
  SVCB: SVCB_FIELDS,
  TLSA: TLSA_FIELDS,
  URI: [field('weight', 'u16'), field('target', 'quoted-rest')],
};

/** One field of `data` as stored. Throws an `ApiError` that names the field. */
export function readField(type: string, item: Field, sent: unknown, zone: string): string | number {
  const value = sent === undefined || sent === null ? item.fallback : sent;
  const path = `data.${item.name}`;
  if (value === undefined) throw missingField(path);
  if (item.form === 'u8' || item.form === 'u16') {
    const max = item.form === 'u8' ? 255 : 0xffff;
    const number = typeof value === 'string' && /^\d{1,6}$/.test(value.trim()) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max) {
      throw invalidField(path, `must be between 0 and ${max}`);
    }
    return number;
  }
  if (item.form === 'decimal') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const low = item.max === undefined ? -100_000 : 0;
    if (typeof number !== 'number' || !(number >= low && number <= (item.max ?? 42_849_672.95))) {
      throw invalidField(path);
    }
    return number;
  }
  if (typeof value !== 'string' && typeof value !== 'number') throw invalidField(path);
  return readTextField(type, item, String(value), zone);
}

function readTextField(type: string, item: Field, value: string, zone: string): string {
  const path = `data.${item.name}`;
  const wrong = (condition: boolean): void => {
    if (condition) throw invalidField(path);
  };
  switch (item.form) {
    case 'hex': {
      const hex = value.replace(/\s+/g, '').toLowerCase();
      wrong(!/^(?:[0-9a-f]{2})+$/.test(hex));
      return hex;
    }
    case 'base64': {
      const text = value.replace(/\s+/g, '');
      wrong(!/^[A-Za-z0-9+/]+={0,2}$/.test(text));
      return text;
    }
    case 'host': {
      const target = targetName(value, zone);
      wrong(target === undefined);
      return target ?? '';
    }
    case 'host-dot': {
      const target = targetName(value, zone);
      wrong(target === undefined);
      return value.trim().endsWith('.') && target !== '.' ? `${target ?? ''}.` : (target ?? '');
    }
    case 'token': {
      const pattern =
        type === 'LOC' ? (item.name === 'lat_direction' ? /^[NS]$/ : /^[EW]$/) : /^[A-Za-z0-9]+$/;
      wrong(!pattern.test(value));
      return value;
    }
    case 'quoted-rest':
      wrong(/[\r\n\0]/.test(value) || (type === 'URI' && value === ''));
      return value;
    default:
      wrong(/[\r\n\0]/.test(value));
      return value;
  }
}

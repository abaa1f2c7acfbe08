/**
 * How the types whose data Cloudflare takes as an object (`data`) are laid out there: our field, the wire's field,
 * and what kind of value it is. Decoding and encoding both follow this table, so they cannot disagree. LOC, whose
 * angles are flat on the wire, has its own functions.
 *
 * Source: cloudflare-api §4.4; SDK `src/resources/dns/records.ts`.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { type DomainName, parseName } from '../../dns/name.ts';
import type { LocAngle, Rdata } from '../../dns/record.ts';

export type StructuredType =
  | 'CAA'
  | 'CERT'
  | 'DNSKEY'
  | 'DS'
  | 'HTTPS'
  | 'NAPTR'
  | 'SMIMEA'
  | 'SRV'
  | 'SSHFP'
  | 'SVCB'
  | 'TLSA'
  | 'URI';

/** `text` is verbatim; `hex` and `base64` lose white space; `host` is a name without trailing dot, `.` the root. */
export type FieldForm = 'number' | 'text' | 'hex' | 'base64' | 'host';

export interface DataField {
  readonly key: string;
  readonly wire: string;
  readonly form: FieldForm;
}

function field(key: string, form: FieldForm, wire = key): DataField {
  return { key, wire, form };
}

const SERVICE = [field('priority', 'number'), field('target', 'host'), field('params', 'text', 'value')];
const ASSOCIATION = [
  field('usage', 'number'),
  field('selector', 'number'),
  field('matchingType', 'number', 'matching_type'),
  field('certificate', 'hex'),
];

export const DATA_FIELDS: Readonly<Record<StructuredType, readonly DataField[]>> = {
  CAA: [field('flags', 'number'), field('tag', 'text'), field('value', 'text')],
  CERT: [
    field('certType', 'number', 'type'),
    field('keyTag', 'number', 'key_tag'),
    field('algorithm', 'number'),
    field('certificate', 'base64'),
  ],
  DNSKEY: [
    field('flags', 'number'),
    field('protocol', 'number'),
    field('algorithm', 'number'),
    field('publicKey', 'base64', 'public_key'),
  ],
  DS: [
    field('keyTag', 'number', 'key_tag'),
    field('algorithm', 'number'),
    field('digestType', 'number', 'digest_type'),
    field('digest', 'hex'),
  ],
  HTTPS: SERVICE,
  NAPTR: [
    field('order', 'number'),
    field('preference', 'number'),
    field('flags', 'text'),
    field('service', 'text'),
    field('regexp', 'text', 'regex'),
    field('replacement', 'host'),
  ],
  SMIMEA: ASSOCIATION,
  SRV: [
    field('priority', 'number'),
    field('weight', 'number'),
    field('port', 'number'),
    field('target', 'host'),
  ],
  SSHFP: [
    field('algorithm', 'number'),
    field('fingerprintType', 'number', 'type'),
    field('fingerprint', 'hex'),
  ],
  SVCB: SERVICE,
  TLSA: ASSOCIATION,
  // Its priority stands beside `data`, at the top of the record.
  URI: [field('weight', 'number'), field('target', 'text')],
};

export function isStructured(type: string): type is StructuredType {
  return Object.hasOwn(DATA_FIELDS, type);
}

/** The wire's names of a type's data; what else stands in a received `data` (SRV's old `service`) is not sent back. */
export function dataKeys(type: StructuredType | 'LOC'): readonly string[] {
  return type === 'LOC' ? LOC_KEYS : DATA_FIELDS[type].map(({ wire }) => wire);
}

/** Reads a value in the form; undefined when it is not one. Numbers may come as text. */
export function readField(form: FieldForm, value: JsonValue | undefined): number | string | undefined {
  if (form === 'number') return readNumber(value);
  if (typeof value !== 'string') return undefined;
  switch (form) {
    case 'text':
      return value;
    case 'hex':
      return value.replace(/\s+/g, '').toLowerCase();
    case 'base64':
      return value.replace(/\s+/g, '');
    case 'host':
      return readHost(value);
    default:
      return form satisfies never;
  }
}

export function readNumber(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  return undefined;
}

export function readHost(value: string): DomainName | undefined {
  const parsed = parseName(value.trim());
  return parsed.ok ? parsed.value : undefined;
}

const LOC_KEYS: readonly string[] = [
  'lat_degrees',
  'lat_minutes',
  'lat_seconds',
  'lat_direction',
  'long_degrees',
  'long_minutes',
  'long_seconds',
  'long_direction',
  'altitude',
  'size',
  'precision_horz',
  'precision_vert',
];

type Loc = Extract<Rdata, { type: 'LOC' }>;

export function readLoc(data: JsonObject): Loc | undefined {
  const number = (key: string): number => readNumber(data[key]) ?? Number.NaN;
  const angle = <D extends string>(prefix: string, directions: readonly D[]): LocAngle<D> | undefined => {
    const direction = directions.find((one) => one === data[`${prefix}_direction`]);
    if (direction === undefined) return undefined;
    const [degrees, minutes, seconds] = ['degrees', 'minutes', 'seconds'].map((part) =>
      // Cloudflare leaves out what is zero.
      data[`${prefix}_${part}`] === undefined ? 0 : number(`${prefix}_${part}`),
    );
    return { degrees: degrees ?? 0, minutes: minutes ?? 0, seconds: seconds ?? 0, direction };
  };
  const latitude = angle('lat', ['N', 'S'] as const);
  const longitude = angle('long', ['E', 'W'] as const);
  if (latitude === undefined || longitude === undefined) return undefined;
  const loc: Loc = {
    type: 'LOC',
    latitude,
    longitude,
    altitude: data['altitude'] === undefined ? 0 : number('altitude'),
    size: data['size'] === undefined ? 0 : number('size'),
    horizontalPrecision: data['precision_horz'] === undefined ? 0 : number('precision_horz'),
    verticalPrecision: data['precision_vert'] === undefined ? 0 : number('precision_vert'),
  };
  const numbers = [loc.altitude, loc.size, loc.horizontalPrecision, loc.verticalPrecision];
  for (const { degrees, minutes, seconds } of [latitude, longitude]) numbers.push(degrees, minutes, seconds);
  return numbers.some(Number.isNaN) ? undefined : loc;
}

export function writeLoc(loc: Loc): JsonObject {
  const { latitude, longitude } = loc;
  return {
    lat_degrees: latitude.degrees,
    lat_minutes: latitude.minutes,
    lat_seconds: latitude.seconds,
    lat_direction: latitude.direction,
    long_degrees: longitude.degrees,
    long_minutes: longitude.minutes,
    long_seconds: longitude.seconds,
    long_direction: longitude.direction,
    altitude: loc.altitude,
    size: loc.size,
    precision_horz: loc.horizontalPrecision,
    precision_vert: loc.verticalPrecision,
  };
}

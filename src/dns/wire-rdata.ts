/**
 * Record data as they come over the wire, for the types whose data DNS libraries leave as octets: HTTPS and SVCB (RFC
 * 9460 §2.2), URI (7553 §4.5), LOC (1876 §2), CERT (4398 §2), SMIMEA (8162 §2), OPENPGPKEY (7929 §2). Names in them are
 * never compressed. Undefined for octets that are not of the type: an answer that cannot be read is no answer.
 */
import { quote } from './char-string.ts';
import { canonicalIpv6 } from './ip-address.ts';
import { angleOfMs, type LocRdata } from './loc.ts';
import { type DomainName, parseName } from './name.ts';
import type { Rdata } from './record.ts';
import { SVC_PARAM_NAMES } from './svc-params.ts';
import { bytesToText } from './text-bytes.ts';

type WireType = 'CERT' | 'HTTPS' | 'LOC' | 'OPENPGPKEY' | 'SMIMEA' | 'SVCB' | 'URI';

const READERS: Readonly<Record<WireType, (octets: Octets) => Rdata>> = {
  HTTPS: (octets) => readService(octets, 'HTTPS'),
  SVCB: (octets) => readService(octets, 'SVCB'),
  URI: (octets) => ({
    type: 'URI',
    priority: octets.number(2),
    weight: octets.number(2),
    target: bytesToText(octets.rest()),
  }),
  LOC: readLoc,
  CERT: (octets) => ({
    type: 'CERT',
    certType: octets.number(2),
    keyTag: octets.number(2),
    algorithm: octets.number(1),
    certificate: base64(octets.rest()),
  }),
  SMIMEA: (octets) => ({
    type: 'SMIMEA',
    usage: octets.number(1),
    selector: octets.number(1),
    matchingType: octets.number(1),
    certificate: [...octets.rest()].map((octet) => octet.toString(16).padStart(2, '0')).join(''),
  }),
  OPENPGPKEY: (octets) => ({ type: 'OPENPGPKEY', publicKey: base64(octets.rest()) }),
};

export function isWireType(type: string): type is WireType {
  return Object.hasOwn(READERS, type);
}

export function decodeWireRdata(type: WireType, bytes: Uint8Array): Rdata | undefined {
  const octets = new Octets(bytes);
  try {
    const rdata = READERS[type](octets);
    return octets.left === 0 ? rdata : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Octets read from the front. Throws `RangeError` past their end, and for what the type does not allow. */
class Octets {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new RangeError('the data end too soon');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  number(octets: 1 | 2 | 4): number {
    return this.take(octets).reduce((sum, octet) => sum * 256 + octet, 0);
  }

  name(): DomainName {
    const labels: string[] = [];
    for (let length = this.number(1); length > 0; length = this.number(1)) {
      if (length > 63) throw new RangeError('a name is compressed');
      labels.push(labelText(this.take(length)));
    }
    const parsed = parseName(`${labels.join('.')}.`);
    if (!parsed.ok) throw new RangeError('no name');
    return parsed.value;
  }
}

function labelText(octets: Uint8Array): string {
  return [...octets]
    .map((octet) => {
      const char = String.fromCharCode(octet);
      return /[\w*-]/.test(char) ? char : `\\${String(octet).padStart(3, '0')}`;
    })
    .join('');
}

function base64(octets: Uint8Array): string {
  return btoa([...octets].map((octet) => String.fromCharCode(octet)).join(''));
}

function readService(octets: Octets, type: 'HTTPS' | 'SVCB'): Rdata {
  const priority = octets.number(2);
  const target = octets.name();
  const params: string[] = [];
  let before = -1;
  while (octets.left > 0) {
    const number = octets.number(2);
    if (number <= before) throw new RangeError('parameters are out of order');
    before = number;
    params.push(paramText(number, new Octets(octets.take(octets.number(2)))));
  }
  return { type, priority, target, params: params.join(' ') };
}

/** `alpn="h2,h3"`: in presentation form, as records are written. */
function paramText(number: number, octets: Octets): string {
  const name = SVC_PARAM_NAMES[number] ?? `key${number}`;
  const list = (read: () => string): string => {
    const items: string[] = [];
    while (octets.left > 0) items.push(read());
    return `${name}=${quote(items.join(','))}`;
  };
  switch (name) {
    case 'no-default-alpn':
    case 'ohttp':
      return name;
    case 'mandatory':
      return list(() => {
        const wanted = octets.number(2);
        return SVC_PARAM_NAMES[wanted] ?? `key${wanted}`;
      });
    case 'alpn':
      return list(() => bytesToText(octets.take(octets.number(1))).replaceAll(/[\\,]/g, '\\$&'));
    case 'port':
      return `${name}=${octets.number(2)}`;
    case 'ipv4hint':
      return list(() => [...octets.take(4)].join('.'));
    case 'ipv6hint':
      return list(() => ipv6Text(octets.take(16)));
    case 'ech':
      return `${name}=${quote(base64(octets.rest()))}`;
    default:
      return octets.left === 0 ? name : `${name}=${quote(bytesToText(octets.rest()))}`;
  }
}

function ipv6Text(octets: Uint8Array): string {
  const parts = Array.from({ length: 8 }, (_, at) =>
    ((octets[at * 2] ?? 0) * 256 + (octets[at * 2 + 1] ?? 0)).toString(16),
  );
  return canonicalIpv6(parts.join(':')) ?? parts.join(':');
}

const LOC_MIDDLE = 2 ** 31;
/** Altitudes are above 100,000 m below the reference, in centimetres. */
const ALTITUDE_BASE_CM = 10_000_000;

function readLoc(octets: Octets): LocRdata {
  if (octets.number(1) !== 0) throw new RangeError('another version of LOC');
  const [size, horizontalPrecision, verticalPrecision] = [0, 0, 0].map(() => precision(octets.number(1)));
  const latitude = octets.number(4) - LOC_MIDDLE;
  const longitude = octets.number(4) - LOC_MIDDLE;
  return {
    type: 'LOC',
    latitude: angleOfMs(latitude, latitude < 0 ? 'S' : 'N'),
    longitude: angleOfMs(longitude, longitude < 0 ? 'W' : 'E'),
    altitude: (octets.number(4) - ALTITUDE_BASE_CM) / 100,
    size: size ?? 0,
    horizontalPrecision: horizontalPrecision ?? 0,
    verticalPrecision: verticalPrecision ?? 0,
  };
}

/** A digit and a power of ten, in centimetres (RFC 1876 §2). @returns metres. */
function precision(octet: number): number {
  const [digit, power] = [octet >> 4, octet & 15];
  if (digit > 9 || power > 9) throw new RangeError('no precision');
  return (digit * 10 ** power) / 100;
}

/** RDATA building blocks: names without compression, numbers, LOC and SvcParams. */
import { ipv4Bytes, ipv6Bytes } from './ip.ts';
import { characterString, decodeEscapes, parseQuoted } from './text.ts';

/** Type numbers of the IANA registry, for every type that is stored or served. */
export const TYPE_NUMBERS = {
  A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, LOC: 29, SRV: 33, NAPTR: 35, CERT: 37, DS: 43,
  SSHFP: 44, RRSIG: 46, NSEC: 47, DNSKEY: 48, NSEC3: 50, NSEC3PARAM: 51, TLSA: 52, SMIMEA: 53, CDS: 59, CDNSKEY: 60,
  OPENPGPKEY: 61, SVCB: 64, HTTPS: 65, URI: 256, CAA: 257,
} as const; // biome-ignore format: a number list

export function u8(value: number): Buffer {
  return Buffer.from([value & 255]);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function wireName(name: string): Buffer {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  if (bare === '') return u8(0);
  return Buffer.concat([...bare.split('.').map((label) => characterString(Buffer.from(label))), u8(0)]);
}

/** RFC 1876: size and precisions as mantissa and exponent of centimetres. */
export function locRdata(data: Readonly<Record<string, string | number>>): Buffer {
  const number = (field: string): number => Number(data[field] ?? 0);
  const angle = (axis: 'lat' | 'long', negative: string): number => {
    const thousandths =
      (number(`${axis}_degrees`) * 3600 + number(`${axis}_minutes`) * 60) * 1000 +
      Math.round(number(`${axis}_seconds`) * 1000);
    return 2 ** 31 + (data[`${axis}_direction`] === negative ? -thousandths : thousandths);
  };
  return Buffer.concat([
    u8(0),
    u8(locSize(number('size'))),
    u8(locSize(number('precision_horz'))),
    u8(locSize(number('precision_vert'))),
    u32(angle('lat', 'S')),
    u32(angle('long', 'W')),
    u32(Math.round((number('altitude') + 100_000) * 100)),
  ]);
}

function locSize(meters: number): number {
  let centimeters = Math.round(meters * 100);
  let exponent = 0;
  while (centimeters > 9 && exponent < 9) {
    centimeters = Math.floor(centimeters / 10);
    exponent += 1;
  }
  return (centimeters << 4) | exponent;
}

const SVC_KEYS: readonly string[] = [
  'mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath', 'ohttp',
]; // biome-ignore format: a word list

/** `alpn="h2,h3" port=443` split at spaces outside quotes; undefined when quotes do not balance. */
export function splitParams(text: string): string[] | undefined {
  const found = text.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return found.join('').length === text.replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').length
    ? [...found]
    : undefined;
}

/** RFC 9460 SvcParams in ascending key order; undefined when a key or value is unknown or malformed. */
export function svcParams(text: string): Buffer | undefined {
  const encoded = new Map<number, Buffer>();
  for (const param of splitParams(text) ?? ['=']) {
    const cut = param.indexOf('=');
    const name = (cut === -1 ? param : param.slice(0, cut)).toLowerCase();
    const raw = cut === -1 ? '' : param.slice(cut + 1);
    const value = raw.startsWith('"') ? (parseQuoted(raw)?.[0]?.toString() ?? '') : raw;
    const key = SVC_KEYS.includes(name)
      ? SVC_KEYS.indexOf(name)
      : Number(/^key(\d{1,5})$/.exec(name)?.[1] ?? -1);
    const bytes = key < 0 || encoded.has(key) ? undefined : svcValue(name, value);
    if (bytes === undefined) return undefined;
    encoded.set(key, bytes);
  }
  const ordered = [...encoded].sort(([a], [b]) => a - b);
  return Buffer.concat(ordered.flatMap(([key, value]) => [u16(key), u16(value.length), value]));
}

function svcValue(name: string, value: string): Buffer | undefined {
  const items = value.split(',').filter((item) => item !== '');
  switch (name) {
    case 'mandatory': {
      const keys = items.map((item) => SVC_KEYS.indexOf(item.toLowerCase()));
      return keys.includes(-1) ? undefined : Buffer.concat(keys.sort((a, b) => a - b).map(u16));
    }
    case 'alpn':
      return items.length === 0
        ? undefined
        : Buffer.concat(items.map((item) => characterString(Buffer.from(item))));
    case 'no-default-alpn':
    case 'ohttp':
      return value === '' ? Buffer.alloc(0) : undefined;
    case 'port':
      return /^\d{1,5}$/.test(value) && Number(value) <= 0xffff ? u16(Number(value)) : undefined;
    case 'ipv4hint':
      return Buffer.concat(items.map(ipv4Bytes));
    case 'ipv6hint':
      return Buffer.concat(items.map(ipv6Bytes));
    case 'ech':
      return Buffer.from(value, 'base64');
    default:
      return decodeEscapes(value);
  }
}

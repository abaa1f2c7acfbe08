/** Canonical form of record sets (RFC 4034 §6): what is signed, whatever way it was written or asked for. */
import { TYPE_NUMBERS, u16, u32, wireName } from '../records/wire.ts';
import type { RRset } from './rrset.ts';

const CLASS_IN = 1;

/** Where the names begin in RDATA of types whose names are folded. Wire lengths are below 65, so bytes can be folded. */
const NAMES_FROM: ReadonlyMap<number, (rdata: Buffer) => readonly [start: number, end: number]> = new Map([
  ...[TYPE_NUMBERS.NS, TYPE_NUMBERS.CNAME, TYPE_NUMBERS.PTR].map(
    (type) => [type, (rdata: Buffer) => [0, rdata.length] as const] as const,
  ),
  [TYPE_NUMBERS.MX, (rdata: Buffer) => [2, rdata.length] as const],
  [TYPE_NUMBERS.SRV, (rdata: Buffer) => [6, rdata.length] as const],
  // Five numbers of four bytes end it.
  [TYPE_NUMBERS.SOA, (rdata: Buffer) => [0, rdata.length - 20] as const],
  [TYPE_NUMBERS.NAPTR, (rdata: Buffer) => [afterStrings(rdata, 4, 3), rdata.length] as const],
]);

function afterStrings(rdata: Buffer, from: number, count: number): number {
  let at = from;
  for (let index = 0; index < count; index += 1) at += 1 + (rdata[at] ?? 0);
  return at;
}

function canonicalRdata(type: number, rdata: Buffer): Buffer {
  const range = NAMES_FROM.get(type)?.(rdata);
  if (range === undefined) return rdata;
  const folded = Buffer.from(rdata);
  for (let at = range[0]; at < range[1]; at += 1) {
    const byte = folded[at] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) folded[at] = byte + 0x20;
  }
  return folded;
}

/** The records of a set in wire form and canonical order, each once. */
export function canonicalRecords(set: RRset): Buffer {
  const owner = wireName(set.name.toLowerCase());
  const head = Buffer.concat([owner, u16(set.type), u16(CLASS_IN), u32(set.ttlSeconds)]);
  const rdatas = set.rdatas.map((rdata) => canonicalRdata(set.type, rdata)).sort(Buffer.compare);
  const distinct = rdatas.filter((rdata, index) => index === 0 || !rdata.equals(rdatas[index - 1] ?? rdata));
  return Buffer.concat(distinct.flatMap((rdata) => [head, u16(rdata.length), rdata]));
}

/** Labels without root and wildcard, as an RRSIG counts them. */
export function labelCount(name: string): number {
  const labels = name.split('.').filter((label) => label !== '');
  return labels[0] === '*' ? labels.length - 1 : labels.length;
}

/** The type bit maps of an NSEC record (RFC 4034 §4.1.2). */
export function typeBitmaps(types: Iterable<number>): Buffer {
  const windows = new Map<number, Buffer>();
  for (const type of types) {
    const window = windows.get(type >> 8) ?? Buffer.alloc(32);
    const low = type & 0xff;
    window[low >> 3] = (window[low >> 3] ?? 0) | (0x80 >> (low & 7));
    windows.set(type >> 8, window);
  }
  const blocks = [...windows]
    .sort(([a], [b]) => a - b)
    .map(([number, bits]) => {
      let length = 32;
      while (length > 0 && bits[length - 1] === 0) length -= 1;
      return Buffer.concat([Buffer.from([number, length]), bits.subarray(0, length)]);
    });
  return Buffer.concat(blocks);
}

/**
 * A judge of signed answers for tests: it reads messages and verifies signatures by itself, from the bytes, and uses
 * nothing of the signer's code. `delv`, where the machine has it, judges once more.
 */
import { execFile } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sandbox } from '../index.ts';
import { query, send } from '../testing.ts';

export const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28, SRV: 33, DS: 43, RRSIG: 46, NSEC: 47, DNSKEY: 48, NSEC3: 50, NSEC3PARAM: 51, CDS: 59, CDNSKEY: 60 } as const; // biome-ignore format: a number list

export interface Rr {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
}

export interface Message {
  readonly rcode: number;
  readonly answers: readonly Rr[];
  readonly authorities: readonly Rr[];
}

/** A name at a place of a message, and where it ends. Pointers are followed. */
export function readName(bytes: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  for (;;) {
    const length = bytes.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = bytes.readUInt16BE(at) & 0x3fff;
      continue;
    }
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
}

function readMessage(bytes: Buffer): Message {
  let at = readName(bytes, 12).end + 4;
  const section = (count: number): Rr[] =>
    Array.from({ length: count }, () => {
      const { name, end } = readName(bytes, at);
      const length = bytes.readUInt16BE(end + 8);
      at = end + 10 + length;
      return {
        owner: name.toLowerCase(),
        type: bytes.readUInt16BE(end),
        ttl: bytes.readUInt32BE(end + 4),
        rdata: bytes.subarray(end + 10, at),
      };
    });
  const answers = section(bytes.readUInt16BE(6));
  const authorities = section(bytes.readUInt16BE(8));
  return { rcode: bytes.readUInt16BE(2) & 15, answers, authorities };
}

export async function ask(sandbox: Sandbox, name: string, type: string, dnssec = true): Promise<Message> {
  const { bytes } = await query(sandbox, { name, type, edns: 4096, dnssec });
  return readMessage(bytes);
}

const wire = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]),
    Buffer.from([0]),
  ]);

/** RFC 4034 §3.1.8.1, for one RRSIG over the other records of its owner and type. */
function isGood(signature: Rr, records: readonly Rr[], keys: readonly Buffer[]): boolean {
  const { rdata } = signature;
  const covered = rdata.readUInt16BE(0);
  const signer = readName(rdata, 18);
  const set = records.filter((rr) => rr.owner === signature.owner && rr.type === covered);
  const ttl = rdata.subarray(4, 8);
  const owner = wire(signature.owner);
  const lines = set
    .map((rr) => foldNames(rr))
    .sort(Buffer.compare)
    .map((data) => {
      const size = Buffer.alloc(2);
      size.writeUInt16BE(data.length);
      return Buffer.concat([owner, rdata.subarray(0, 2), Buffer.from([0, 1]), ttl, size, data]);
    });
  const signed = Buffer.concat([rdata.subarray(0, signer.end), ...lines]);
  const tag = rdata.readUInt16BE(16);
  const key = keys.find((item) => tagOf(item) === tag);
  if (set.length === 0 || key === undefined) return false;
  const [x, y] = [key.subarray(4, 36), key.subarray(36, 68)].map((part) => part.toString('base64url'));
  const publicKey = createPublicKey({
    key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' },
    format: 'jwk',
  });
  return verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, rdata.subarray(signer.end));
}

function foldNames({ type, rdata }: Rr): Buffer {
  const from = { [TYPES.NS]: 0, [TYPES.CNAME]: 0, [TYPES.SOA]: 0, [TYPES.MX]: 2, [TYPES.SRV]: 6 }[type];
  if (from === undefined) return rdata;
  const end = type === TYPES.SOA ? rdata.length - 20 : rdata.length;
  const names = rdata.toString('latin1', from, end).toLowerCase();
  return Buffer.concat([rdata.subarray(0, from), Buffer.from(names, 'latin1'), rdata.subarray(end)]);
}

export function tagOf(key: Buffer): number {
  let sum = 0;
  for (let at = 0; at < key.length; at += 2) sum += key.readUInt16BE(at);
  return (sum + Math.floor(sum / 65_536)) % 65_536;
}

/** Type numbers of a bitmap; an NSEC's comes after the next name. */
export function bitmapOf(rdata: Buffer, start: number = readName(rdata, 0).end): number[] {
  const types: number[] = [];
  let at = start;
  while (at < rdata.length) {
    const [window = 0, length = 0] = rdata.subarray(at, at + 2);
    for (let bit = 0; bit < length * 8; bit += 1) {
      if (((rdata[at + 2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) types.push(window * 256 + bit);
    }
    at += 2 + length;
  }
  return types;
}

/** A signed zone, and its keys as it serves them. */
export async function signedZone(
  sandbox: Sandbox,
  name: string,
  records: readonly Record<string, unknown>[],
): Promise<{ id: string; keys: readonly Buffer[] }> {
  const { id } = sandbox.seedZone(name, records);
  await send(sandbox, `PATCH /zones/${id}/dnssec`, { body: { status: 'active' } });
  sandbox.updateZone(id, { parentDs: 'published' });
  const { answers } = await ask(sandbox, name, 'DNSKEY');
  return { id, keys: answers.filter((rr) => rr.type === TYPES.DNSKEY).map((rr) => rr.rdata) };
}

/** Every record of a section but signatures, with whether a good signature covers its set. */
export function judge(section: readonly Rr[], keys: readonly Buffer[]): Record<string, boolean> {
  const sets: Record<string, boolean> = {};
  for (const rr of section) {
    if (rr.type === TYPES.RRSIG) continue;
    sets[`${rr.owner} ${rr.type}`] = section.some(
      (other) =>
        other.type === TYPES.RRSIG &&
        other.owner === rr.owner &&
        other.rdata.readUInt16BE(0) === rr.type &&
        other.ttl === rr.ttl &&
        isGood(other, section, keys),
    );
  }
  return sets;
}

export const RECORDS: readonly Record<string, unknown>[] = [
  { type: 'A', name: 'www', content: '192.0.2.2', ttl: 300 },
  { type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 },
  { type: 'TXT', name: 'www', content: '"text"', ttl: 300 },
  { type: 'MX', name: '@', content: 'Mail.One.Example', priority: 10 },
  { type: 'CNAME', name: 'alias', content: 'WWW.one.example' },
  { type: 'CNAME', name: 'dead', content: 'nothing.one.example' },
  { type: 'A', name: '*.wild', content: '192.0.2.3' },
  { type: 'A', name: 'proxied', content: '192.0.2.4', proxied: true },
  { type: 'A', name: 'deep.empty', content: '192.0.2.5' },
  { type: 'NS', name: 'child', content: 'ns.other.example' },
  { type: 'NS', name: 'signed', content: 'ns.other.example' },
  {
    type: 'DS',
    name: 'signed',
    data: { key_tag: 1, algorithm: 13, digest_type: 2, digest: 'ab'.repeat(32) },
  },
  { type: 'SRV', name: '_sip._tcp', data: { priority: 1, weight: 2, port: 3, target: 'WWW.one.example' } },
];

/** Asks `delv` of a zone that is its own anchor; gives what it says of each question. */
export async function delv(
  sandbox: Sandbox,
  zone: { readonly name: string; readonly keys: readonly Buffer[] },
  questions: readonly (readonly [name: string, type: string])[],
): Promise<readonly string[]> {
  const ksk = zone.keys.find((key) => key.readUInt16BE(0) === 257) ?? Buffer.alloc(4);
  const anchor = join(mkdtempSync(join(tmpdir(), 'delv-')), 'anchor');
  const text = `"${zone.name}." static-key 257 3 13 "${ksk.subarray(4).toString('base64')}";`;
  writeFileSync(anchor, `trust-anchors { ${text} };\n`);
  const server = [`@${sandbox.dns?.host}`, '-p', String(sandbox.dns?.port)];
  const said: string[] = [];
  for (const [name, type] of questions) {
    const run = promisify(execFile)('delv', [...server, '-a', anchor, `+root=${zone.name}`, name, type]);
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    said.push(`${stdout}${stderr}`);
  }
  return said;
}

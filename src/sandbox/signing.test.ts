/**
 * Signatures are checked here from the bytes of the answers, by a reader and a verifier of their own: nothing of the
 * signer's code is used. `delv`, where the machine has it, judges them once more.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Sandbox } from './index.ts';
import { query, sandboxFor, send } from './testing.ts';

const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28, SRV: 33, DS: 43, RRSIG: 46, NSEC: 47, DNSKEY: 48, CDS: 59, CDNSKEY: 60 } as const; // biome-ignore format: a number list

interface Rr {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
}

interface Message {
  readonly rcode: number;
  readonly answers: readonly Rr[];
  readonly authorities: readonly Rr[];
}

/** A name at a place of a message, and where it ends. Pointers are followed. */
function readName(bytes: Buffer, start: number): { name: string; end: number } {
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

async function ask(sandbox: Sandbox, name: string, type: string, dnssec = true): Promise<Message> {
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

function tagOf(key: Buffer): number {
  let sum = 0;
  for (let at = 0; at < key.length; at += 2) sum += key.readUInt16BE(at);
  return (sum + Math.floor(sum / 65_536)) % 65_536;
}

/** Type numbers of an NSEC's bitmap, after the next name. */
function bitmapOf(rdata: Buffer): number[] {
  const types: number[] = [];
  let at = readName(rdata, 0).end;
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
async function signedZone(
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
function judge(section: readonly Rr[], keys: readonly Buffer[]): Record<string, boolean> {
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

const RECORDS = [
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

test('every set of an answer is signed, whatever its type, case or origin', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { keys } = await signedZone(sandbox, 'one.example', RECORDS);
  assert.equal(keys.length, 2);
  const rows: readonly [name: string, type: string, sets: readonly string[]][] = [
    ['www.one.example', 'A', [`www.one.example ${TYPES.A}`]],
    ['WwW.One.Example', 'TXT', [`www.one.example ${TYPES.TXT}`]],
    ['one.example', 'MX', [`one.example ${TYPES.MX}`]],
    ['one.example', 'SOA', [`one.example ${TYPES.SOA}`]],
    ['one.example', 'NS', [`one.example ${TYPES.NS}`]],
    ['one.example', 'DNSKEY', [`one.example ${TYPES.DNSKEY}`]],
    ['one.example', 'CDS', [`one.example ${TYPES.CDS}`]],
    ['one.example', 'CDNSKEY', [`one.example ${TYPES.CDNSKEY}`]],
    ['alias.one.example', 'A', [`alias.one.example ${TYPES.CNAME}`, `www.one.example ${TYPES.A}`]],
    ['any.wild.one.example', 'A', [`any.wild.one.example ${TYPES.A}`]],
    ['proxied.one.example', 'AAAA', [`proxied.one.example ${TYPES.AAAA}`]],
    ['_sip._tcp.one.example', 'SRV', [`_sip._tcp.one.example ${TYPES.SRV}`]],
    ['signed.one.example', 'DS', [`signed.one.example ${TYPES.DS}`]],
  ];
  for (const [name, type, sets] of rows) {
    const { answers } = await ask(sandbox, name, type);
    assert.deepEqual(
      judge(answers, keys),
      Object.fromEntries(sets.map((set) => [set, true])),
      `${name} ${type}`,
    );
  }
});

test('a signature is over these very records: any change is found', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { keys } = await signedZone(sandbox, 'one.example', RECORDS);
  const { answers } = await ask(sandbox, 'www.one.example', 'A');
  const changed = answers.map((rr, index) => {
    if (index !== 0) return rr;
    const rdata = Buffer.from(rr.rdata);
    rdata[3] = 99;
    return { ...rr, rdata };
  });
  assert.deepEqual(judge(changed, keys), { [`www.one.example ${TYPES.A}`]: false });
  assert.deepEqual(judge(answers.slice(1), keys), { [`www.one.example ${TYPES.A}`]: false });
});

test('keys sign keys with the key that the DS names, all else with the other', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { id, keys } = await signedZone(sandbox, 'one.example', RECORDS);
  const { key_tag: tag } = (await send(sandbox, `GET /zones/${id}/dnssec`)).json.result;
  const signerOf = async (type: string): Promise<number | undefined> => {
    const { answers } = await ask(sandbox, 'one.example', type);
    return answers.find((rr) => rr.type === TYPES.RRSIG)?.rdata.readUInt16BE(16);
  };
  const other = keys.map(tagOf).find((item) => item !== tag);
  assert.deepEqual(
    [await signerOf('DNSKEY'), await signerOf('CDS'), await signerOf('SOA')],
    [tag, tag, other],
  );
});

test('what is not there is denied by one NSEC that says nothing of other names', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { keys } = await signedZone(sandbox, 'one.example', RECORDS);
  const { A, NS, SOA, MX, TXT, DNSKEY, CDS, CDNSKEY, RRSIG, NSEC } = TYPES;
  const rows: readonly [name: string, type: string, denied: string, types: readonly number[]][] = [
    ['none.one.example', 'A', 'none.one.example', [RRSIG, NSEC, 128]],
    ['www.one.example', 'AAAA', 'www.one.example', [A, TXT, RRSIG, NSEC]],
    ['empty.one.example', 'A', 'empty.one.example', [RRSIG, NSEC]],
    ['one.example', 'TXT', 'one.example', [NS, SOA, MX, RRSIG, NSEC, DNSKEY, CDS, CDNSKEY]],
    ['x.wild.one.example', 'TXT', 'x.wild.one.example', [A, RRSIG, NSEC]],
    ['dead.one.example', 'A', 'nothing.one.example', [RRSIG, NSEC, 128]],
    ['child.one.example', 'DS', 'child.one.example', [NS, RRSIG, NSEC]],
  ];
  for (const [name, type, denied, types] of rows) {
    const { rcode, authorities } = await ask(sandbox, name, type);
    assert.equal(rcode, 0, name);
    const judged = judge(authorities, keys);
    assert.deepEqual(judged, { [`one.example ${SOA}`]: true, [`${denied} ${NSEC}`]: true }, name);
    const nsec = authorities.find((rr) => rr.type === NSEC);
    assert.ok(nsec !== undefined);
    assert.equal(readName(nsec.rdata, 0).name, `\0.${denied}`);
    assert.deepEqual(bitmapOf(nsec.rdata), types, `${name} ${type}`);
  }
});

test('delegations: the DS is signed, or its absence is; NS below are not', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { keys } = await signedZone(sandbox, 'one.example', RECORDS);
  const secure = await ask(sandbox, 'www.signed.one.example', 'A');
  assert.deepEqual(judge(secure.authorities, keys), {
    [`signed.one.example ${TYPES.NS}`]: false,
    [`signed.one.example ${TYPES.DS}`]: true,
  });
  const insecure = await ask(sandbox, 'www.child.one.example', 'A');
  assert.deepEqual(judge(insecure.authorities, keys), {
    [`child.one.example ${TYPES.NS}`]: false,
    [`child.one.example ${TYPES.NSEC}`]: true,
  });
  const nsec = insecure.authorities.find((rr) => rr.type === TYPES.NSEC);
  assert.deepEqual(bitmapOf(nsec?.rdata ?? Buffer.alloc(0)), [TYPES.NS, TYPES.RRSIG, TYPES.NSEC]);
});

test('no signatures without DO, or before DNSSEC is on, or after it is off', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const unsigned = sandbox.seedZone('two.example', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
  const { id } = await signedZone(sandbox, 'one.example', RECORDS);
  const signatures = async (name: string, dnssec?: boolean): Promise<number> =>
    (await ask(sandbox, name, 'A', dnssec)).answers.filter((rr) => rr.type === TYPES.RRSIG).length;
  assert.equal(await signatures('www.one.example'), 1);
  assert.equal(await signatures('www.one.example', false), 0);
  assert.equal((await ask(sandbox, 'none.one.example', 'A', false)).rcode, 3);
  assert.equal(await signatures('www.two.example'), 0);
  assert.equal((await ask(sandbox, 'none.two.example', 'A')).rcode, 3);
  assert.equal((await ask(sandbox, 'two.example', 'DNSKEY')).answers.length, 0);
  await send(sandbox, `PATCH /zones/${unsigned.id}/dnssec`, { body: { status: 'active' } });
  assert.equal(await signatures('www.two.example'), 1, 'pending is signed');
  await send(sandbox, `PATCH /zones/${id}/dnssec`, { body: { status: 'disabled' } });
  assert.equal(await signatures('www.one.example'), 1, 'still signed while the DS is there');
  sandbox.updateZone(id, { parentDs: 'none' });
  assert.equal(await signatures('www.one.example'), 0);
});

test('signatures are good now, by the clock of the sandbox', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  await signedZone(sandbox, 'one.example', RECORDS);
  for (const now of ['2026-02-03T04:05:06Z', '2031-01-01T00:00:00Z']) {
    sandbox.setClock({ now, scale: 0 });
    const { answers } = await ask(sandbox, 'www.one.example', 'A');
    const rdata = answers.find((rr) => rr.type === TYPES.RRSIG)?.rdata ?? Buffer.alloc(20);
    const [end, start] = [rdata.readUInt32BE(8), rdata.readUInt32BE(12)];
    const seconds = Date.parse(now) / 1000;
    assert.ok(start < seconds && seconds < end && end - start <= 3 * 86_400);
  }
});

function hasDelv(): boolean {
  try {
    execFileSync('delv', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('delv validates answers and denials', {
  skip: hasDelv() ? false : 'there is no delv here',
}, async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { keys } = await signedZone(sandbox, 'one.example', RECORDS);
  const ksk = keys.find((key) => key.readUInt16BE(0) === 257) ?? Buffer.alloc(4);
  const anchor = join(mkdtempSync(join(tmpdir(), 'delv-')), 'anchor');
  const text = `"one.example." static-key 257 3 13 "${ksk.subarray(4).toString('base64')}";`;
  writeFileSync(anchor, `trust-anchors { ${text} };\n`);
  const server = [`@${sandbox.dns?.host}`, '-p', String(sandbox.dns?.port)];
  const delv = async (name: string, type: string): Promise<string> => {
    const run = promisify(execFile)('delv', [...server, '-a', anchor, '+root=one.example', name, type]);
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    return `${stdout}${stderr}`;
  };
  for (const [name, type] of [
    ['www.one.example', 'A'],
    ['one.example', 'SOA'],
    ['one.example', 'MX'],
    ['one.example', 'DNSKEY'],
    ['alias.one.example', 'A'],
    ['x.wild.one.example', 'A'],
    ['_sip._tcp.one.example', 'SRV'],
    ['proxied.one.example', 'AAAA'],
  ] as const) {
    assert.match(await delv(name, type), /; fully validated/, `${name} ${type}`);
  }
  for (const [name, type] of [
    ['none.one.example', 'A'],
    ['www.one.example', 'AAAA'],
    ['empty.one.example', 'TXT'],
  ] as const) {
    assert.match(await delv(name, type), /; negative response, fully validated/, `${name} ${type}`);
  }
});

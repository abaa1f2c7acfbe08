import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import {
  ask,
  bitmapOf,
  delv,
  judge,
  RECORDS,
  type Rr,
  readName,
  signedZone,
  TYPES,
} from './testing/dnssec.ts';
import { testWith } from './testing/tools.ts';
import { sandboxFor, send } from './testing.ts';

const { A, NS, SOA, MX, TXT, DNSKEY, CDS, CDNSKEY, RRSIG, NSEC, NSEC3, NSEC3PARAM } = TYPES;

/** The hash as a number, and the digits that it is written in as an owner. */
function hashed(name: string): { value: bigint; text: string } {
  const wire = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const hex = createHash('sha1')
    .update(Buffer.concat([...wire, Buffer.from([0])]))
    .digest('hex');
  const value = BigInt(`0x${hex}`);
  return { value, text: value.toString(32).padStart(32, '0') };
}

/** `matches NAME`, or `covers NAME`, of the names that it could be; and its types. */
function read(rr: Rr, names: readonly string[]): string {
  assert.deepEqual(
    [...rr.rdata.subarray(0, 6)],
    [1, 0, 0, 0, 0, 20],
    'SHA-1, no flags, once, no salt, 20 bytes',
  );
  const owner = rr.owner.split('.')[0] ?? '';
  const next = BigInt(`0x${rr.rdata.subarray(6, 26).toString('hex')}`);
  const types = bitmapOf(rr.rdata, 26).join(',');
  for (const name of names) {
    const { value, text } = hashed(name);
    if (next !== value + 1n) continue;
    if (owner === text) return `matches ${name} [${types}]`;
    if (owner === (value - 1n).toString(32).padStart(32, '0')) return `covers ${name} [${types}]`;
  }
  return `something else: ${rr.owner}`;
}

async function hashedZone(sandbox: Sandbox): Promise<readonly Buffer[]> {
  const { id, keys } = await signedZone(sandbox, 'one.example', RECORDS);
  sandbox.updateZone(id, { plan: 'enterprise' });
  const answer = await send(sandbox, `PATCH /zones/${id}/dnssec`, { body: { dnssec_use_nsec3: true } });
  assert.equal(answer.json.result.dnssec_use_nsec3, true);
  return keys;
}

test('with dnssec_use_nsec3 names are denied by their hashes, and as narrowly as can be', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const keys = await hashedZone(sandbox);
  const apex = `matches one.example [${[NS, SOA, MX, RRSIG, DNSKEY, NSEC3PARAM, CDS, CDNSKEY]}]`;
  const rows: readonly [name: string, type: string, rcode: number, records: readonly string[]][] = [
    ['none.one.example', 'A', 3, [apex, 'covers none.one.example []', 'covers *.one.example []']],
    ['a.b.none.one.example', 'A', 3, [apex, 'covers none.one.example []', 'covers *.one.example []']],
    [
      'a.www.one.example',
      'A',
      3,
      [
        `matches www.one.example [${[A, TXT, RRSIG]}]`,
        'covers a.www.one.example []',
        'covers *.www.one.example []',
      ],
    ],
    ['www.one.example', 'AAAA', 0, [`matches www.one.example [${[A, TXT, RRSIG]}]`]],
    ['WWW.one.example', 'AAAA', 0, [`matches www.one.example [${[A, TXT, RRSIG]}]`]],
    ['empty.one.example', 'A', 0, ['matches empty.one.example []']],
    ['one.example', 'TXT', 0, [apex]],
    ['x.wild.one.example', 'TXT', 0, [`matches x.wild.one.example [${[A, RRSIG]}]`]],
    ['dead.one.example', 'A', 3, [apex, 'covers nothing.one.example []', 'covers *.one.example []']],
    ['child.one.example', 'DS', 0, [`matches child.one.example [${[NS]}]`]],
  ];
  for (const [name, type, rcode, records] of rows) {
    const message = await ask(sandbox, name, type);
    assert.equal(message.rcode, rcode, name);
    assert.ok(Object.values(judge(message.authorities, keys)).every(Boolean), `${name}: signatures`);
    const names = records.map((text) => text.split(' ')[1] ?? '');
    const denials = message.authorities.filter((rr) => rr.type === NSEC3);
    assert.deepEqual(
      denials.map((rr) => read(rr, names)),
      records,
      `${name} ${type}`,
    );
    assert.ok(!message.authorities.some((rr) => rr.type === NSEC), name);
  }
});

test('NSEC3PARAM stands at the apex, and a delegation without DS is denied by hash', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const keys = await hashedZone(sandbox);
  const { answers } = await ask(sandbox, 'one.example', 'NSEC3PARAM');
  assert.deepEqual(judge(answers, keys), { [`one.example ${NSEC3PARAM}`]: true });
  assert.deepEqual([...(answers[0]?.rdata ?? [])], [1, 0, 0, 0, 0]);
  const { authorities } = await ask(sandbox, 'www.child.one.example', 'A');
  const denial = authorities.find((rr) => rr.type === NSEC3);
  assert.ok(denial !== undefined);
  assert.equal(read(denial, ['child.one.example']), `matches child.one.example [${NS}]`);
});

test('switched off again, NSEC is back and NSEC3PARAM gone', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  await hashedZone(sandbox);
  const { id } = sandbox.zone('one.example');
  await send(sandbox, `PATCH /zones/${id}/dnssec`, { body: { dnssec_use_nsec3: false } });
  const { rcode, authorities } = await ask(sandbox, 'none.one.example', 'A');
  const nsec = authorities.find((rr) => rr.type === NSEC);
  assert.deepEqual([rcode, readName(nsec?.rdata ?? Buffer.alloc(1), 0).name], [0, '\0.none.one.example']);
  assert.equal((await ask(sandbox, 'one.example', 'NSEC3PARAM')).answers.length, 0);
});

testWith('delv', 'delv validates what is denied by hash', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const keys = await hashedZone(sandbox);
  const said = await delv(sandbox, { name: 'one.example', keys }, [
    ['none.one.example', 'A'],
    ['a.b.none.one.example', 'MX'],
    ['a.www.one.example', 'A'],
    ['www.one.example', 'AAAA'],
    ['empty.one.example', 'TXT'],
    ['x.wild.one.example', 'TXT'],
  ]);
  for (const text of said) assert.match(text, /; negative response, fully validated/);
  const [positive] = await delv(sandbox, { name: 'one.example', keys }, [['x.wild.one.example', 'A']]);
  assert.match(positive ?? '', /; fully validated/);
});

/**
 * Signatures are checked from the bytes of the answers, by a reader and a verifier of their own (`testing/dnssec.ts`);
 * `delv` judges them once more.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, bitmapOf, delv, judge, RECORDS, readName, signedZone, TYPES, tagOf } from './testing/dnssec.ts';
import { testWith } from './testing/tools.ts';
import { sandboxFor, send } from './testing.ts';

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

testWith('delv', 'delv validates answers and denials', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { keys } = await signedZone(sandbox, 'one.example', RECORDS);
  const positive = [
    ['www.one.example', 'A'],
    ['one.example', 'SOA'],
    ['one.example', 'MX'],
    ['one.example', 'DNSKEY'],
    ['alias.one.example', 'A'],
    ['x.wild.one.example', 'A'],
    ['_sip._tcp.one.example', 'SRV'],
    ['proxied.one.example', 'AAAA'],
  ] as const;
  const negative = [
    ['none.one.example', 'A'],
    ['www.one.example', 'AAAA'],
    ['empty.one.example', 'TXT'],
  ] as const;
  const said = await delv(sandbox, { name: 'one.example', keys }, [...positive, ...negative]);
  for (const [index, text] of said.entries()) {
    const wanted = index < positive.length ? /; fully validated/ : /; negative response, fully validated/;
    assert.match(text, wanted, [...positive, ...negative][index]?.join(' '));
  }
});

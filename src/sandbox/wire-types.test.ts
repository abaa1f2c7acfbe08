/**
 * Bodies of answers against the official SDK's types, at compile time: each `satisfies` line below stops compiling
 * when a body loses or changes a field that the SDK promises. Where recordings show `null` and the SDK's types say
 * otherwise, the recordings win; those fields are named and left out.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordResponse } from 'cloudflare/resources/dns/records';
import type { Zone } from 'cloudflare/resources/zones/zones';
import type { DnsRecord } from './records/record.ts';
import type { ZoneWire } from './state/zone.ts';
import { sandboxFor, send } from './testing.ts';

/** The same type with every `readonly` taken away, as the SDK's are. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** `null` in recordings, not in the SDK's types. */
type NullInZone = 'owner' | 'tenant' | 'tenant_unit';
type NullInRecord = 'comment';

function asSdkZone(zone: Omit<Plain<ZoneWire>, NullInZone>): Omit<Zone, NullInZone> {
  return zone;
}

type Received<Type extends DnsRecord['type']> = Omit<Plain<DnsRecord>, NullInRecord | 'data'> & {
  type: Type;
};

/** The rows that fail to compile name the type that drifted. */
function asSdkRecord(records: {
  a: Received<'A'>;
  aaaa: Received<'AAAA'>;
  cname: Received<'CNAME'>;
  mx: Received<'MX'>;
  txt: Received<'TXT'>;
  caa: Received<'CAA'>;
  srv: Received<'SRV'>;
}): readonly unknown[] {
  return [
    records.a satisfies Omit<RecordResponse.ARecord, NullInRecord>,
    records.aaaa satisfies Omit<RecordResponse.AAAARecord, NullInRecord>,
    records.cname satisfies Omit<RecordResponse.CNAMERecord, NullInRecord>,
    records.mx satisfies Omit<RecordResponse.MXRecord, NullInRecord>,
    records.txt satisfies Omit<RecordResponse.TXTRecord, NullInRecord>,
    records.caa satisfies Omit<RecordResponse.CAARecord, NullInRecord | 'data'>,
    records.srv satisfies Omit<RecordResponse.SRVRecord, NullInRecord | 'data'>,
  ];
}

test('bodies have the fields that the types promise', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('wire.example', [{ type: 'A', name: 'a', content: '192.0.2.1' }]);
  const { result } = (await send(sandbox, `GET /zones/${zone.id}`)).json;
  const sdkZone = asSdkZone(result as Plain<ZoneWire>);
  for (const key of [
    'id',
    'account',
    'activated_on',
    'created_on',
    'development_mode',
    'meta',
    'modified_on',
    'name',
    'name_servers',
    'original_dnshost',
    'original_name_servers',
    'original_registrar',
    'plan',
  ] as const) {
    assert.ok(key in sdkZone, key);
  }
  const [record] = sandbox.records(zone.id);
  const received = record as unknown as Received<never>;
  const all = asSdkRecord({
    a: received,
    aaaa: received,
    cname: received,
    mx: received,
    txt: received,
    caa: received,
    srv: received,
  });
  for (const key of ['id', 'created_on', 'meta', 'modified_on', 'proxiable', 'name', 'ttl', 'type']) {
    assert.ok(key in (all[0] as object), key);
  }
});

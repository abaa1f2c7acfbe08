import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChangeSetId, RecordId, ZoneId } from '../../base/ids.ts';
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { IgnoreRule } from '../../dns/zone-document.ts';
import { adoptDrift, draftRevert, listDrift, type ZoneDrift } from './drift.ts';
import { FakeCloudflare, makeRecord } from './fake-cloudflare.ts';
import { connectionId, FakeClock, FakeMirror, tenantId } from './fakes.ts';
import type { MirrorDelta, RevisionOrigin } from './model.ts';

const OUTSIDE: RevisionOrigin = {
  kind: 'outside',
  actor: 'ann@example.com',
  interface: 'dash',
  changedAt: 5,
};
const OURS: RevisionOrigin = { kind: 'change-set', changeSetId: 'chg_1' as ChangeSetId };

interface World {
  readonly mirror: FakeMirror;
  readonly zoneId: ZoneId;
  by(origin: RevisionOrigin, delta: Partial<MirrorDelta>): Promise<void>;
  drift(ignore?: readonly IgnoreRule[]): Promise<ZoneDrift | null>;
  /** `name: what`, where what is the fields, or that it appeared or disappeared. */
  told(ignore?: readonly IgnoreRule[]): Promise<string[]>;
  live(): Promise<LiveRecord[]>;
}

/** A zone with www, mail and api, first read and accepted. */
async function world(): Promise<World> {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  const zoneId = cloudflare.addZone('shop.example');
  await mirror.putZones(tenantId, connectionId, [cloudflare.zones.get(zoneId)?.facts ?? assert.fail()], 0);
  const made: World = {
    mirror,
    zoneId,
    async by(origin, delta) {
      const zone = (await mirror.getZone(tenantId, zoneId)) ?? assert.fail();
      clock.at += 60_000;
      await mirror.advance(tenantId, zoneId, {
        baseRevision: zone.revision,
        delta: { put: [], gone: [], ...delta },
        origin,
        freshness: { verifiedAt: clock.now(), signal: 'full-read', staleSince: null },
        at: clock.now(),
      });
    },
    async drift(ignore = []) {
      const found: ZoneDrift[] = [];
      const input = { tenantId, zoneId, ignore: () => ignore };
      for await (const zone of listDrift({ mirror, marks: mirror }, input)) found.push(zone);
      assert.ok(found.length <= 1);
      return found[0] ?? null;
    },
    async told(ignore) {
      const drift = await made.drift(ignore);
      return (drift?.entries ?? []).map(({ expected, now, fields, standing }) => {
        const what = expected === null ? 'appeared' : now === null ? 'disappeared' : fields.join(' ');
        const name = (now ?? expected)?.fields.name.split('.')[0];
        return `${name}: ${what}${standing === 'drift' ? '' : ` (${standing})`}`;
      });
    },
    async live() {
      const records: LiveRecord[] = [];
      for await (const chunk of mirror.records(tenantId, zoneId))
        records.push(...chunk.map(({ record }) => record));
      return records;
    },
  };
  await made.by({ kind: 'first-read' }, { put: [www(), mail(), put('3', 'api', '192.0.2.3')] });
  return made;
}

function put(
  id: string,
  label: string,
  address: string,
  change: Partial<LiveRecord['fields']> & { readOnly?: string } = {},
): MirrorDelta['put'][number] {
  const { readOnly, ...fields } = change;
  const record = makeRecord(id, `${label}.shop.example`, address);
  const changed = { ...record.fields, ...fields };
  const received = { ...record.received, ttl: changed.ttl, comment: changed.comment };
  return { record: { ...record, fields: changed, received, readOnly: readOnly ?? null } };
}
const www = (address = '192.0.2.1', change = {}): MirrorDelta['put'][number] =>
  put('1', 'www', address, change);
const mail = (address = '192.0.2.2', change = {}): MirrorDelta['put'][number] =>
  put('2', 'mail', address, change);
const gone = (...ids: string[]): Pick<MirrorDelta, 'gone'> => ({ gone: ids as RecordId[] });

test('nothing from outside, no drift; the first read and our own changes are none', async () => {
  const { by, drift } = await world();
  await by(OURS, { put: [www('198.51.100.1'), put('4', 'new', '192.0.2.4')], ...gone('3') });
  assert.equal(await drift(), null);
});

test('a change, an appearance and a disappearance from outside, with who and how', async () => {
  const { by, drift, told } = await world();
  await by(OUTSIDE, { put: [www('198.51.100.1', { ttl: 60 }), put('4', 'new', '192.0.2.4')], ...gone('3') });
  assert.deepEqual(await told(), ['api: disappeared', 'new: appeared', 'www: rdata ttl']);
  const entry = (await drift())?.entries[2] ?? assert.fail();
  assert.deepEqual(entry.by, { actor: 'ann@example.com', interface: 'dash', changedAt: 5 });
  assert.deepEqual(
    [entry.revision, entry.expected?.received, entry.now?.received['content']],
    [2, www().record.received, '198.51.100.1'],
  );
});

const walks: readonly {
  readonly name: string;
  readonly steps: readonly (readonly [RevisionOrigin, Partial<MirrorDelta>])[];
  readonly drift: readonly string[];
}[] = [
  {
    name: 'taken back outside',
    steps: [
      [OUTSIDE, { put: [www('198.51.100.1')] }],
      [OUTSIDE, { put: [www()] }],
    ],
    drift: [],
  },
  {
    name: 'taken back by us',
    steps: [
      [OUTSIDE, { put: [www('198.51.100.1')] }],
      [OURS, { put: [www()] }],
    ],
    drift: [],
  },
  {
    name: 'our edit of another field does not make the drifted one ours',
    steps: [
      [OUTSIDE, { put: [www('192.0.2.1', { ttl: 60 })] }],
      [OURS, { put: [www('192.0.2.1', { ttl: 60, comment: 'ours' })] }],
    ],
    drift: ['www: ttl'],
  },
  {
    name: 'our edit of the drifted field does',
    steps: [
      [OUTSIDE, { put: [www('192.0.2.1', { ttl: 60 })] }],
      [OURS, { put: [www('192.0.2.1', { ttl: 120 })] }],
    ],
    drift: [],
  },
  {
    name: 'ours, then outside: only what came after ours',
    steps: [
      [OURS, { put: [www('198.51.100.1')] }],
      [OUTSIDE, { put: [www('198.51.100.1', { comment: 'hello' })] }],
    ],
    drift: ['www: comment'],
  },
  {
    name: 'appeared outside and deleted by us',
    steps: [
      [OUTSIDE, { put: [put('4', 'new', '192.0.2.4')] }],
      [OURS, gone('4')],
    ],
    drift: [],
  },
  {
    name: 'deleted outside and restored by us under a new id',
    steps: [
      [OUTSIDE, gone('1')],
      [OURS, { put: [{ ...put('9', 'www', '192.0.2.1'), continues: '1' as RecordId }] }],
    ],
    drift: [],
  },
  {
    name: 'deleted and made again just so, outside',
    steps: [
      [OUTSIDE, gone('1')],
      [OUTSIDE, { put: [put('9', 'www', '192.0.2.1')] }],
    ],
    drift: [],
  },
  {
    name: 'deleted and made again otherwise, outside',
    steps: [[OUTSIDE, { put: [put('9', 'www', '198.51.100.9')], ...gone('1') }]],
    drift: ['www: disappeared', 'www: appeared'],
  },
  {
    name: 'a change that nobody can write',
    steps: [
      [
        OUTSIDE,
        { put: [{ record: { ...www().record, received: { ...www().record.received, meta: 'x' } } }] },
      ],
    ],
    drift: [],
  },
];

for (const { name, steps, drift } of walks) {
  test(`drift: ${name}`, async () => {
    const { by, told } = await world();
    for (const [origin, delta] of steps) await by(origin, delta);
    assert.deepEqual((await told()).sort(), [...drift].sort());
  });
}

test('ignored names and read-only records are shown as such', async () => {
  const { by, drift, told } = await world();
  await by(OUTSIDE, {
    put: [www('198.51.100.1'), mail('198.51.100.2', { readOnly: 'made by Email Routing' })],
    ...gone('3'),
  });
  const ignore: IgnoreRule[] = [
    { name: 'www', type: 'a', reason: 'external-dns owns it' },
    { name: 'ap*', type: 'MX' },
  ];
  assert.deepEqual(await told(ignore), [
    'api: disappeared',
    'mail: rdata (read-only)',
    'www: rdata (ignored)',
  ]);
  assert.deepEqual(
    (await drift(ignore))?.entries.map(({ why }) => why),
    [null, 'made by Email Routing', 'external-dns owns it'],
  );
});

test('adopting accepts what was shown, and no more', async () => {
  const { mirror, by, drift, told } = await world();
  await by(OUTSIDE, { put: [www('198.51.100.1')] });
  const shown = (await drift()) ?? assert.fail();
  await by(OUTSIDE, { put: [mail('198.51.100.2')] });
  await adoptDrift({ marks: mirror }, shown, { principal: 'cli:ann@host', at: 7 });
  assert.deepEqual(await told(), ['mail: rdata']);
  const event = mirror.events.at(-1) ?? assert.fail();
  assert.deepEqual(
    [event.kind, event.principal, event.summary],
    ['drift.adopted', 'cli:ann@host', 'changes from outside to 1 record of shop.example were adopted'],
  );
  await by(OUTSIDE, { put: [www()] });
  assert.deepEqual(
    (await told()).sort(),
    ['mail: rdata', 'www: rdata'],
    'the adopted state is the expected one',
  );
});

test('reverting drafts what brings the expected state back, in its received form', async () => {
  const { by, drift, live } = await world();
  await by(OUTSIDE, {
    put: [
      www('198.51.100.1', { ttl: 60 }),
      put('4', 'new', '192.0.2.4'),
      mail('198.51.100.2', { readOnly: 'x' }),
    ],
    ...gone('3'),
  });
  const { entries } = (await drift()) ?? assert.fail();
  const { drafts, moved } = draftRevert(entries, await live());
  assert.deepEqual(moved, []);
  assert.deepEqual(
    drafts.map((draft) => [draft.action, draft.action === 'delete' ? draft.before.id : draft.after.received]),
    [
      ['create', put('3', 'api', '192.0.2.3').record.received],
      ['delete', '4'],
      ['update', www().record.received],
    ],
  );
  assert.equal(drafts[0]?.action === 'create' ? drafts[0].continues : null, '3');
});

test('a record that moved since the drift was shown is left alone and named', async () => {
  const { by, drift, live } = await world();
  await by(OUTSIDE, { put: [www('198.51.100.1'), mail('198.51.100.2')] });
  const { entries } = (await drift()) ?? assert.fail();
  await by(OUTSIDE, { put: [www('203.0.113.1')], ...gone('2') });
  const { drafts, moved } = draftRevert(entries, await live());
  assert.deepEqual([drafts.length, moved.length], [0, 2]);
});

test('drift of a zone that is not known is an error; of no zone, all zones are looked at', async () => {
  const { mirror, by, zoneId } = await world();
  await by(OUTSIDE, { put: [www('198.51.100.1')] });
  const ports = { mirror, marks: mirror };
  const unknown = listDrift(ports, { tenantId, zoneId: 'x' as ZoneId })[Symbol.asyncIterator]();
  await assert.rejects(unknown.next(), { code: 'zone-unknown' });
  const all: ZoneDrift[] = [];
  for await (const zone of listDrift(ports, { tenantId, connectionId })) all.push(zone);
  assert.deepEqual(
    all.map(({ zone }) => zone.facts.id),
    [zoneId],
  );
});

test('property: what is expected is what ours made of each field, whatever outside did in between', async () => {
  const value = fc.integer({ min: 1, max: 3 });
  const edit = fc.record({
    ours: fc.boolean(),
    id: fc.constantFrom('1', '2', '3'),
    field: fc.constantFrom('address', 'ttl', 'comment'),
    value,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 12 }), async (edits) => {
      const { by, drift, live } = await world();
      type Row = { address: number; ttl: number; comment: number };
      const start = (address: number): Row => ({ address, ttl: 0, comment: 0 });
      const is = new Map([
        ['1', start(1)],
        ['2', start(2)],
        ['3', start(3)],
      ]);
      const meant = new Map([...is].map(([id, row]) => [id, { ...row }]));
      const labels = new Map([
        ['1', 'www'],
        ['2', 'mail'],
        ['3', 'api'],
      ]);
      const show = (id: string, row: Row): MirrorDelta['put'][number] =>
        put(id, labels.get(id) ?? '', `192.0.2.${row.address}`, {
          ttl: row.ttl === 0 ? 'auto' : row.ttl * 60,
          comment: row.comment === 0 ? '' : `c${row.comment}`,
        });
      for (const each of edits) {
        const row = is.get(each.id) ?? assert.fail();
        const isMoved = row[each.field as keyof Row] !== each.value;
        row[each.field as keyof Row] = each.value;
        // Ours only speaks for a field that it changes.
        if (each.ours && isMoved) (meant.get(each.id) ?? assert.fail())[each.field as keyof Row] = each.value;
        if (isMoved) await by(each.ours ? OURS : OUTSIDE, { put: [show(each.id, row)] });
      }
      const found = await drift();
      const byId = new Map(found?.entries.map((entry) => [entry.now?.id as string, entry]));
      for (const [id, row] of is) {
        const wanted = show(id, meant.get(id) ?? assert.fail()).record;
        const actual = show(id, row).record;
        const fields = changedFields(wanted.fields, actual.fields);
        assert.deepEqual(byId.get(id)?.fields ?? [], fields);
        if (fields.length > 0) assert.deepEqual(byId.get(id)?.expected?.fields, wanted.fields);
      }
      const { drafts } = draftRevert(found?.entries ?? [], await live());
      assert.equal(drafts.length, byId.size);
    }),
    { numRuns: 200 },
  );
});

test('many zones are walked in the order of ids, from a place on, and no further than asked', async () => {
  const cloudflare = new FakeCloudflare(new FakeClock());
  const mirror = new FakeMirror();
  for (let i = 0; i < 120; i += 1) {
    const zoneId = cloudflare.addZone(`shop-${i}.example`);
    const facts = cloudflare.zones.get(zoneId)?.facts ?? assert.fail();
    await mirror.putZones(tenantId, connectionId, [facts], 0);
    for (const origin of [{ kind: 'first-read' } as const, OUTSIDE]) {
      const { revision } = (await mirror.getZone(tenantId, zoneId)) ?? assert.fail();
      await mirror.advance(tenantId, zoneId, {
        baseRevision: revision,
        delta: { put: [put(String(revision), 'www', '192.0.2.1')], gone: [] },
        origin,
        freshness: { verifiedAt: 1, signal: 'full-read', staleSince: null },
        at: revision,
      });
    }
  }
  let looked = 0;
  const ports = {
    mirror: {
      getZone: (...of: Parameters<FakeMirror['getZone']>) => {
        looked += 1;
        return mirror.getZone(...of);
      },
      revisionsIn: mirror.revisionsIn.bind(mirror),
      versionsIn: mirror.versionsIn.bind(mirror),
    },
    marks: mirror,
  };
  const walk = async (after: ZoneId | undefined, most: number): Promise<ZoneId[]> => {
    const found: ZoneId[] = [];
    const place = after === undefined ? {} : { after };
    for await (const { zone } of listDrift(ports, { tenantId, ...place })) {
      found.push(zone.facts.id);
      if (found.length === most) break;
    }
    return found;
  };
  const all = await walk(undefined, 1_000);
  assert.deepEqual([all.length, all], [120, [...cloudflare.zones.keys()].sort()]);
  looked = 0;
  assert.deepEqual(await walk(all[54], 3), all.slice(55, 58));
  assert.equal(looked, 3);
});

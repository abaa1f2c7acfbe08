/**
 * Taking back: random histories of random zones, and every step of them undone. Two halves: the pure use case on a
 * model of Cloudflare, thousands of histories; and the whole engine on the sandbox, where equal means equal in the
 * form in which Cloudflare sends it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Planned } from '../src/app/re-exports.ts';
import type { ChangeSetId, RecordId } from '../src/base/ids.ts';
import type { LiveRecord } from '../src/dns/live-record.ts';
import type { RecordFields } from '../src/dns/record.ts';
import { outcomesOfAnswer } from '../src/domains/changes/answer.ts';
import type { OperationOutcome } from '../src/domains/changes/model.ts';
import { draftUndo, type UndoSelection } from '../src/domains/changes/undo.ts';
import { stateOf, zoneDesired, zoneLive } from '../src/plan/arbitraries.ts';
import { bodyOf, changesOf } from '../src/plan/batch.ts';
import { FakeZone } from '../src/plan/fake-zone.ts';
import { contextOf, ZONE } from '../src/plan/fixtures.ts';
import { planDrafts, planZone } from '../src/plan/make-plan.ts';
import type { ZonePlan } from '../src/plan/plan.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { seededRandom } from './kit/random.ts';

interface Done {
  readonly plan: ZonePlan;
  readonly outcomes: readonly OperationOutcome[];
}

/** A zone with the history of its ids, as the mirror's lineage keeps it. */
class Story {
  readonly zone: FakeZone;
  /** From every id to the id under which the record lives, or lived last. */
  readonly #now = new Map<RecordId, RecordId>();

  constructor(records: readonly LiveRecord[]) {
    this.zone = new FakeZone(records);
  }

  currentIdOf = (id: RecordId): RecordId => {
    let current = id;
    for (let next = this.#now.get(current); next !== undefined; next = this.#now.get(current)) current = next;
    return current;
  };

  run(plan: ZonePlan): Done {
    assert.deepEqual(
      plan.problems.filter((problem) => problem.severity === 'error'),
      [],
    );
    const outcomes: OperationOutcome[] = [];
    for (const batch of plan.batches) {
      const changes = changesOf(plan.groups, batch);
      const answer = this.zone.batch(bodyOf(changes));
      const made = outcomesOfAnswer(changes, { ...answer, ray: null, auditLogId: null });
      made.forEach((outcome, index) => {
        const change = changes[index]?.change;
        if (change?.action === 'create' && change.continues !== undefined && outcome.recordId !== undefined)
          this.#now.set(this.currentIdOf(change.continues), outcome.recordId);
      });
      outcomes.push(...made);
    }
    return { plan, outcomes };
  }

  become(records: Parameters<typeof planZone>[1]['desired']['records']): Done {
    const wish = {
      desired: { zone: ZONE, records, omitted: [] },
      scope: { kind: 'zone' as const },
      ignore: [],
      problems: [],
    };
    return this.run(planZone(contextOf(this.zone.records), wish));
  }

  undo(done: Done, only?: readonly UndoSelection[]): Done {
    const live = this.zone.records;
    const { drafts, conflicts } = draftUndo(done.plan, done.outcomes, live, {
      currentIdOf: this.currentIdOf,
      ...(only === undefined ? {} : { only }),
    });
    assert.deepEqual(conflicts, []);
    return this.run(planDrafts(contextOf(live), { drafts, problems: [] }));
  }

  get state(): string[] {
    return stateOf(this.zone.records);
  }
}

describe('undo on a model of Cloudflare', () => {
  it('takes back random histories step by step, and takes that back', () => {
    fc.assert(
      fc.property(zoneLive, fc.array(zoneDesired, { minLength: 1, maxLength: 4 }), (start, wishes) => {
        const story = new Story(start);
        const states = [story.state];
        const history = wishes.map((records) => {
          const done = story.become(records);
          states.push(story.state);
          return done;
        });
        for (const [index, done] of [...history.entries()].reverse()) {
          const undone = story.undo(done);
          assert.deepEqual(story.state, states[index], 'as before the step');
          story.undo(undone);
          assert.deepEqual(story.state, states[index + 1], 'the undo taken back');
          story.undo(done);
          assert.deepEqual(story.state, states[index], 'as before once more: restored records are followed');
        }
      }),
      { numRuns: 800 },
    );
  });

  it('takes back one group after another, in any order that a name does not forbid', () => {
    fc.assert(
      fc.property(zoneLive, zoneDesired, (start, records) => {
        const story = new Story(start);
        const before = story.state;
        const done = story.become(records);
        for (const group of done.plan.groups) story.undo(done, [{ groupId: group.id }]);
        assert.deepEqual(story.state, before);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves alone, and shows in three versions, what someone changed since', () => {
    let conflicting = 0;
    fc.assert(
      fc.property(zoneLive, zoneDesired, fc.nat(), (start, records, pick) => {
        const story = new Story(start);
        const done = story.become(records);
        const updates = done.plan.groups
          .flatMap((group) => group.changes)
          .filter((change) => change.action === 'update' && change.fields.includes('comment'));
        const change = updates[pick % Math.max(1, updates.length)];
        if (change?.action !== 'update') return;
        story.zone.batch({
          deletes: [],
          puts: [],
          posts: [],
          patches: [{ id: change.before.id, comment: 'theirs' }],
        });
        const { conflicts, drafts } = draftUndo(done.plan, done.outcomes, story.zone.records);
        const [conflict] = conflicts;
        assert.equal(conflicts.length, 1);
        assert.equal(conflict?.before?.fields.comment, change.before.fields.comment);
        assert.equal(conflict?.after?.comment, change.after.fields.comment);
        assert.equal(conflict?.now?.fields.comment, 'theirs');
        assert.ok(!drafts.some((draft) => draft.action === 'update' && draft.before.id === change.before.id));
        conflicting += 1;
      }),
      { numRuns: 500 },
    );
    assert.ok(conflicting > 30, `${conflicting} conflicts`);
  });

  it('gives back only the fields that it changed; what someone did to others is theirs', () => {
    fc.assert(
      fc.property(zoneLive, zoneDesired, (start, records) => {
        const story = new Story(start);
        const done = story.become(records);
        const change = done.plan.groups
          .flatMap((group) => group.changes)
          .find((one) => one.action === 'update' && !one.fields.includes('comment'));
        if (change?.action !== 'update') return;
        story.zone.batch({
          deletes: [],
          puts: [],
          posts: [],
          patches: [{ id: change.before.id, comment: 'theirs' }],
        });
        story.undo(done);
        const now = story.zone.records.find((record) => record.id === change.before.id);
        const wanted: RecordFields = { ...change.before.fields, comment: 'theirs' };
        assert.deepEqual(now === undefined ? null : stateOf([now]), stateOf([{ fields: wanted }]));
      }),
      { numRuns: 500 },
    );
  });
});

/** Forms as clients of every kind leave them at Cloudflare. */
const SEED = [
  {
    type: 'A',
    name: 'www',
    content: '192.0.2.10',
    proxied: true,
    comment: 'web',
    tags: ['team:web', 'live'],
    ttl: 1,
  },
  { type: 'A', name: 'api', content: '192.0.2.20', ttl: 300 },
  { type: 'AAAA', name: 'api', content: '2001:db8::1', ttl: 1, proxied: true },
  { type: 'MX', name: '@', content: 'mail.example.com', priority: 10, ttl: 3600 },
  { type: 'TXT', name: '@', content: 'v=spf1 unquoted -all', ttl: 1 },
  { type: 'TXT', name: 'quoted', content: '"quoted" "twice"', ttl: 600, comment: 'keep the quotes' },
  { type: 'CNAME', name: 'flat', content: 'www.example.com', ttl: 1, settings: { flatten_cname: true } },
  { type: 'CAA', name: '@', data: { flags: 0, tag: 'issue', value: 'ca.example' }, ttl: 1 },
  {
    type: 'SRV',
    name: '_sip._tcp',
    data: { priority: 5, weight: 0, port: 5060, target: 'sip.example.com' },
    ttl: 1,
  },
  { type: 'HTTPS', name: 'www', data: { priority: 1, target: '.', value: 'alpn="h2"' }, ttl: 1 },
  {
    type: 'NAPTR',
    name: 'sip',
    data: {
      order: 10,
      preference: 20,
      flags: 'S',
      service: 'SIP+D2T',
      regex: '',
      replacement: '_sip._tcp.example.com',
    },
    ttl: 1,
  },
  { type: 'NS', name: 'sub', content: 'ns1.other.example', ttl: 3600 },
];

const ALL_WORDS = ['deletions', 'updates', 'critical', 'delegation', 'exposure', 'wildcard'];

/** Everything that can be written of a record, as it was received; ids and times aside. */
function received(engine: Engine, zone: string): string[] {
  return engine.sandbox
    .records(zone)
    .map((record) => {
      const { id, created_on, modified_on, comment_modified_on, tags_modified_on, meta, proxiable, ...rest } =
        record as unknown as Record<string, unknown>;
      return JSON.stringify(Object.entries(rest).sort());
    })
    .sort();
}

/** A zone document in which each of the seed's records stands, is changed, or is missing. */
function randomDocument(zone: string, next: () => number): string {
  const pick = (...choices: (string | number)[]): string | number =>
    choices[Math.floor(next() * choices.length)] ?? '';
  const lines: string[] = [];
  const maybe = (line: () => string): void => {
    if (next() < 0.75) lines.push(`  - ${line()}`);
  };
  maybe(
    () =>
      `{name: www, type: A, content: 192.0.2.${pick(10, 11)}, proxied: ${pick('true', 'false')}, comment: ${pick('web', 'other')}, tags: [${pick('a', '"team:web", live', '')}]}`,
  );
  maybe(() =>
    next() < 0.5
      ? `{name: api, type: A, content: 192.0.2.20, ttl: ${pick(300, 900)}}`
      : `{name: api, type: CNAME, content: www.${zone}.}`,
  );
  maybe(() => `{name: "@", type: MX, priority: ${pick(10, 20)}, content: mail.${zone}.}`);
  maybe(() => `{name: "@", type: TXT, content: "v=spf1 ${pick('unquoted', 'mx')} -all"}`);
  maybe(
    () => `{name: quoted, type: TXT, content: ${pick('quotedtwice', 'other')}, ttl: ${pick(600, 'auto')}}`,
  );
  maybe(() =>
    next() < 0.7
      ? `{name: flat, type: CNAME, content: www.${zone}.}`
      : '{name: flat, type: A, content: 192.0.2.77}',
  );
  maybe(
    () => `{name: sub, type: NS, content: ${pick('ns1', 'ns2')}.other.example., ttl: ${pick(3600, 'auto')}}`,
  );
  maybe(() => `{name: "${pick('new', '*.wild', 'deep.er')}", type: A, content: 192.0.2.${pick(50, 51)}}`);
  if (lines.length === 0) lines.push('  - {name: only, type: A, content: 192.0.2.99}');
  return `zone: ${zone}\nrecords:\n${lines.join('\n')}\n`;
}

describe('undo on the sandbox', () => {
  it('restores the received form of every field, of a change set, of an undo, and of any revision', async () => {
    await using engine = await startEngine({ plan: 'business', rateLimit: false });
    const { sandbox, tenant } = engine;
    const seed = 4_711;
    const random = seededRandom(seed);
    let steps = 0;
    for (let round = 0; round < 25; round += 1) {
      const zone = `undo-${round}.example`;
      sandbox.seedZone(
        zone,
        SEED.map((record) => JSON.parse(JSON.stringify(record).replaceAll('example.com', zone))),
      );
      const states: string[][] = [];
      const revisions: number[] = [];
      const ids = [];
      const note = async (): Promise<void> => {
        states.push(received(engine, zone));
        revisions.push((await tenant.zones.records(zone)).revision);
      };
      for (let step = 0; step < 4; step += 1) {
        const planned = await tenant.changes.plan(zone, {
          file: 'z.yaml',
          text: randomDocument(zone, () => random.next()),
        });
        if (states.length === 0) await note();
        const applied = await tenant.changes.apply(planned, { allow: ALL_WORDS });
        if (applied === null) continue;
        assert.equal(applied.status, 'applied', `seed ${seed}, round ${round}`);
        ids.push(applied.changeSet.id);
        await note();
        steps += 1;
      }
      for (const [index, id] of [...ids.entries()].reverse()) {
        const undo = await tenant.changes.planUndo(id);
        assert.deepEqual(undo.conflicts, []);
        const undone = await tenant.changes.apply(undo, { allow: ALL_WORDS });
        assert.equal(undone?.status, 'applied', `seed ${seed}, round ${round}, step ${index}`);
        assert.deepEqual(
          received(engine, zone),
          states[index],
          `seed ${seed}, round ${round}, step ${index}`,
        );
      }
      for (const [index, revision] of revisions.entries()) {
        const back = await tenant.changes.planRestore(zone, { revision });
        await tenant.changes.apply(back, { allow: ALL_WORDS });
        assert.deepEqual(
          received(engine, zone),
          states[index],
          `seed ${seed}, round ${round}, revision ${revision}`,
        );
      }
    }
    assert.ok(steps > 80, `${steps} change sets`);
    assert.ok((await tenant.audit.verify()).ok);
  });

  it('an address replaced everywhere is one plan and one undo; deleted records come back with their history', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    const zones = ['one.example', 'two.example', 'three.example'];
    for (const zone of zones)
      sandbox.seedZone(zone, [
        { type: 'A', name: 'www', content: '192.0.2.1', ttl: 1, comment: zone },
        { type: 'A', name: 'api', content: '192.0.2.1', ttl: 300 },
        { type: 'A', name: 'other', content: '192.0.2.2', ttl: 300 },
      ]);
    const before = zones.map((zone) => received(engine, zone));
    const planned = await tenant.changes.planEdit(zones, { content: '192.0.2.1' }, { content: '192.0.2.9' });
    const applied = await tenant.changes.apply(planned, { allow: ALL_WORDS });
    assert.equal(applied?.zones.length, 3);
    const undo = await tenant.changes.planUndo(applied.changeSet.id);
    assert.equal((await tenant.changes.apply(undo, { allow: ALL_WORDS }))?.status, 'applied');
    assert.deepEqual(
      zones.map((zone) => received(engine, zone)),
      before,
    );

    const [zone = ''] = zones;
    const oldId = sandbox.records(zone).find((record) => record.name === `api.${zone}`)?.id as RecordId;
    const changed = await tenant.changes.apply(
      await tenant.changes.planEdit([zone], { id: oldId }, { comment: 'noted' }),
      { allow: ALL_WORDS },
    );
    const removal = await tenant.changes.planEdit([zone], { id: oldId }, 'remove');
    const removed = await tenant.changes.apply(removal, { allow: ALL_WORDS });
    assert.ok(removed !== null && changed !== null);
    await tenant.changes.apply(await tenant.changes.planUndo(removed.changeSet.id), { allow: ALL_WORDS });
    const newId = sandbox.records(zone).find((record) => record.name === `api.${zone}`)?.id as RecordId;
    assert.notEqual(newId, oldId, 'Cloudflare chooses the id');
    // The older change set knows the record by its old id, and finds it under the new one.
    const older = await tenant.changes.planUndo(changed.changeSet.id);
    assert.deepEqual(older.conflicts, []);
    await tenant.changes.apply(older, { allow: ALL_WORDS });
    assert.deepEqual(received(engine, zone), before[0]);
  });

  it('in part is told as such, and the rest can be taken back', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    const zone = 'part.example';
    sandbox.seedZone(zone, [
      { type: 'A', name: 'a', content: '192.0.2.1', ttl: 300 },
      { type: 'A', name: 'b', content: '192.0.2.2', ttl: 300 },
      { type: 'A', name: 'c', content: '192.0.2.3', ttl: 300 },
    ]);
    const before = received(engine, zone);
    const applied = await tenant.changes.apply(
      await tenant.changes.planEdit([zone], { type: 'A' }, { ttl: '60' }),
      { allow: ALL_WORDS },
    );
    const id = applied?.changeSet.id ?? assert.fail();
    const undo = async (options: Parameters<typeof tenant.changes.planUndo>[1]) => {
      const planned = await tenant.changes.planUndo(id, options);
      const result = await tenant.changes.apply(planned, { allow: ALL_WORDS });
      const { changeSet } = await tenant.changes.get(id);
      return { planned, by: result?.changeSet.id, marks: [changeSet.undoneBy, changeSet.undoneInPart] };
    };

    for (const only of [{ groupId: 'g9' }, { groupId: 'g1', change: 1 }])
      await assert.rejects(tenant.changes.planUndo(id, { only: [only] }), { code: 'change-unknown' });
    const restore = tenant.changes.planRestore(zone, { revision: 99 });
    await assert.rejects(restore, { code: 'revision-unknown', message: /part\.example has no revision 99/ });

    const first = await undo({ only: [{ groupId: 'g1' }] });
    assert.deepEqual(first.marks, [first.by, true]);
    const [told] = await tenant.audit.list({ kind: 'change-set.undone' }, 1);
    assert.match(told?.summary ?? '', /taken back in part/);

    // Someone changes what is left: a conflict, left alone.
    const theirs = sandbox.records(zone).find(({ name }) => name === `b.${zone}`) ?? assert.fail();
    sandbox.foreignEdit(zone, { patches: [{ id: theirs.id, ttl: 120 }] });
    const second = await undo({});
    assert.deepEqual(
      second.planned.conflicts.map(({ before: was, after, now }) => [
        was?.fields.ttl,
        after?.ttl,
        now?.fields.ttl,
      ]),
      [[300, 60, 120]],
      'what is taken back already is no conflict',
    );
    assert.deepEqual(second.marks, [second.by, true]);

    const third = await undo({ force: true });
    assert.deepEqual(third.marks, [third.by, false]);
    assert.deepEqual(received(engine, zone), before);
    assert.equal(await tenant.changes.apply(await tenant.changes.planUndo(id)), null, 'nothing is left');

    // All of it, group by group: the last one makes it whole.
    const again = await tenant.changes.apply(
      await tenant.changes.planEdit([zone], { type: 'A' }, { ttl: '60' }),
      { allow: ALL_WORDS },
    );
    for (const [index, inPart] of [true, true, false].entries()) {
      const planned = await tenant.changes.planUndo(again?.changeSet.id ?? assert.fail(), {
        only: [{ groupId: `g${index + 1}` }],
      });
      await tenant.changes.apply(planned, { allow: ALL_WORDS });
      const { changeSet } = await tenant.changes.get(again?.changeSet.id ?? assert.fail());
      assert.equal(changeSet.undoneInPart, inPart);
    }
    assert.deepEqual(received(engine, zone), before);
  });

  it('of settings one by one is whole with the last, and not once one of them came again', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    const zone = 'settings.example';
    sandbox.seedZone(zone, []);
    const source = {
      text: `zone: ${zone}\nsettings:\n  ssl: strict\n  min_tls_version: "1.2"\n`,
      file: 'z.yaml',
    };
    const apply = async (planned: Planned) =>
      (await tenant.changes.apply(planned, { allow: ALL_WORDS }))?.changeSet.id ?? assert.fail();
    const id = await apply(await tenant.changes.plan(zone, source));
    const undo = async (of: ChangeSetId, groupId: string) => {
      const by = await apply(await tenant.changes.planUndo(of, { only: [{ groupId }] }));
      const { changeSet } = await tenant.changes.get(of);
      assert.equal(changeSet.undoneBy, by);
      return { by, inPart: changeSet.undoneInPart };
    };
    const first = await undo(id, 's1');
    assert.equal(first.inPart, true);
    await apply(await tenant.changes.planUndo(first.by));
    assert.equal((await undo(id, 's2')).inPart, true, 's1 stands again');
    assert.equal((await undo(id, 's1')).inPart, false);
  });

  it('that Cloudflare refuses in part leaves the rest to be taken back', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    const zone = 'refused.example';
    sandbox.seedZone(zone, [{ type: 'A', name: 'a', content: '192.0.2.1', ttl: 300 }]);
    sandbox.seedZone('other.example', [{ type: 'A', name: 'a', content: '192.0.2.1', ttl: 300 }]);
    const applied = await tenant.changes.apply(
      await tenant.changes.planEdit([zone, 'other.example'], { type: 'A' }, { ttl: '60' }),
      { allow: ALL_WORDS },
    );
    const id = applied?.changeSet.id ?? assert.fail();
    sandbox.setFault({
      kind: 'error',
      status: 400,
      body: 'json',
      code: 9000,
      message: 'no',
      skip: 1,
      route: 'POST /zones/{zone_id}/dns_records/batch',
    });
    const undone = await tenant.changes.apply(await tenant.changes.planUndo(id), { allow: ALL_WORDS });
    assert.equal(undone?.status, 'partly-applied');
    assert.equal((await tenant.changes.get(id)).changeSet.undoneInPart, true);
    const rest = await tenant.changes.apply(await tenant.changes.planUndo(id), { allow: ALL_WORDS });
    const { changeSet } = await tenant.changes.get(id);
    assert.deepEqual([changeSet.undoneBy, changeSet.undoneInPart], [rest?.changeSet.id, false]);
  });

  it('says beforehand what Cloudflare would refuse', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    sandbox.seedZone('full.example', [{ type: 'CNAME', name: 'a', content: 'target.example', ttl: 1 }]);
    const removed = await tenant.changes.apply(
      await tenant.changes.planEdit(['full.example'], { name: 'a.full.example' }, 'remove'),
      { allow: ALL_WORDS },
    );
    assert.ok(removed !== null);
    sandbox.foreignEdit('full.example', { posts: [{ type: 'A', name: 'a', content: '192.0.2.1', ttl: 1 }] });
    const undo = await tenant.changes.planUndo(removed.changeSet.id);
    const problems = undo.zones
      .flatMap(({ plan }) => plan.problems)
      .filter(({ severity }) => severity === 'error');
    assert.equal(problems.length, 1, 'a CNAME beside an address');
    const writes = sandbox.counts().writes;
    await assert.rejects(tenant.changes.apply(undo, { allow: ALL_WORDS }));
    assert.equal(sandbox.counts().writes, writes, 'nothing was sent');
  });
});

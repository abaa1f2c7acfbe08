/** The audit trail as a tamperer meets it: edits, deletions, reordering, a cut end, pruning, erasure. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { verifyExport } from '../src/app/verify-export.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { startReceiver } from './kit/receiver.ts';

/** A trail of several change sets. */
async function busyEngine(): Promise<Engine> {
  const engine = await startEngine();
  engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
  for (const last of [2, 3, 4]) {
    const text = `zone: example.com\nrecords:\n  - {name: www, type: A, content: 192.0.2.${last}}\n`;
    const planned = await engine.tenant.changes.plan('example.com', { file: 'a.yaml', text });
    await engine.tenant.changes.apply(planned, { allow: ['critical'] });
  }
  return engine;
}

function tamper(engine: Engine, sql: string): void {
  const database = new DatabaseSync(path.join(engine.home, 'zoneward.db'));
  database.exec(sql);
  database.close();
}

const TAMPERINGS: readonly (readonly [name: string, sql: string, code: string])[] = [
  ['an edited summary', `update audit_events set summary = 'nothing' where sequence = 3`, 'edited'],
  ['an edited payload', `update audit_events set payload = '{"a":1}' where sequence = 3`, 'payload-edited'],
  ['a deleted event', 'delete from audit_events where sequence = 4', 'missing'],
  ['a deleted beginning', 'delete from audit_events where sequence = 1', 'missing'],
  [
    'two events exchanged',
    'update audit_events set sequence = 1000 where sequence = 3; update audit_events set sequence = 3 where sequence = 4; update audit_events set sequence = 4 where sequence = 1000',
    'edited',
  ],
  [
    'a cut end, head row and all',
    `delete from audit_events where sequence > 6;
     update audit_heads set sequence = 6, hash = (select hash from audit_events where sequence = 6)`,
    'truncated',
  ],
];

describe('audit trail', () => {
  it('verifies as it is', async () => {
    await using engine = await busyEngine();
    const checkpoint = await engine.tenant.audit.checkpoint();
    assert.ok(checkpoint !== null);
    assert.equal(await engine.tenant.audit.checkpoint(), null, 'nothing new, no checkpoint');
    const verdict = await engine.tenant.audit.verify();
    assert.deepEqual([verdict.ok, verdict.ok && verdict.checkpoints], [true, 1]);
    const exported = readFileSync(path.join(engine.home, 'audit-checkpoints.jsonl'), 'utf8');
    assert.deepEqual(JSON.parse(exported), checkpoint);
  });

  it('sends its checkpoints to a webhook, and again what was not delivered', async () => {
    await using receiver = await startReceiver();
    await using engine = await startEngine({}, { checkpointWebhook: receiver.url });
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    const change = async (address: string): Promise<void> => {
      const planned = await engine.tenant.changes.planEdit(
        ['example.com'],
        { type: 'A' },
        { content: address },
      );
      await engine.tenant.changes.apply(planned, { allow: ['critical'] });
    };
    await change('192.0.2.2');
    receiver.answers.push(500);
    await assert.rejects(engine.tenant.audit.checkpoint(), { code: 'checkpoint-not-delivered' });
    await change('192.0.2.3');
    const checkpoint = await engine.tenant.audit.checkpoint();
    assert.ok(checkpoint !== null, 'the next one covers the one that was lost');
    assert.deepEqual(receiver.received.at(-1)?.json, JSON.parse(JSON.stringify(checkpoint)));
    assert.ok((await engine.tenant.audit.verify()).ok);
  });

  for (const [name, sql, code] of TAMPERINGS) {
    it(`notices ${name}`, async () => {
      await using engine = await busyEngine();
      const checkpoint = await engine.tenant.audit.checkpoint();
      assert.ok(checkpoint !== null);
      tamper(engine, sql);
      const verdict = await engine.tenant.audit.verify({ checkpoints: [checkpoint] });
      assert.equal(verdict.ok ? 'ok' : verdict.fault.code, code);
    });
  }

  it('refuses a checkpoint that someone else signed', async () => {
    await using engine = await busyEngine();
    const checkpoint = await engine.tenant.audit.checkpoint();
    assert.ok(checkpoint !== null);
    const forged = { ...checkpoint, hash: '0'.repeat(64) };
    const verdict = await engine.tenant.audit.verify({ checkpoints: [forged] });
    assert.equal(verdict.ok, false);
  });

  it('prunes a prefix and still verifies; a further cut shows', async () => {
    await using engine = await busyEngine();
    const events = await engine.tenant.audit.list();
    const middle = events[Math.floor(events.length / 2)];
    assert.ok(middle !== undefined);
    const pruned = await engine.tenant.audit.prune(middle.at);
    assert.ok(pruned !== null && pruned.events > 0);
    assert.equal((await engine.tenant.audit.verify()).ok, true);
    tamper(engine, `delete from audit_events where sequence = ${pruned.base.sequence + 1}`);
    assert.equal((await engine.tenant.audit.verify()).ok, false);
  });

  it('erases what an event told and keeps its place', async () => {
    await using engine = await busyEngine();
    await engine.tenant.audit.erasePayload(2, 'asked by law');
    const [newest] = await engine.tenant.audit.list();
    assert.equal(newest?.kind, 'audit.payload-erased');
    assert.equal((await engine.tenant.audit.verify()).ok, true);
    await assert.rejects(engine.tenant.audit.erasePayload(9999, 'none'), { code: 'event-unknown' });
  });
});

describe('an exported trail', () => {
  it('verifies without the store, and shows a cut end and a stranger’s key', async () => {
    await using engine = await busyEngine();
    const { audit } = engine.tenant;
    await audit.checkpoint();
    const lines: string[] = [];
    for await (const events of audit.read()) lines.push(...events.map((event) => JSON.stringify(event)));
    const file = (name: string, text: string): string => {
      const target = path.join(engine.home, name);
      writeFileSync(target, text);
      return target;
    };
    const checkpoints = path.join(engine.home, 'audit-checkpoints.jsonl');
    const publicKey = file('audit.pem', await audit.publicKey());
    const whole = file('whole.jsonl', `${lines.join('\n')}\n`);
    const cut = file('cut.jsonl', lines.slice(0, -2).join('\n'));
    assert.equal((await verifyExport({ events: whole, checkpoints, publicKey })).ok, true);
    const short = await verifyExport({ events: cut, checkpoints, publicKey });
    assert.equal(short.ok ? 'ok' : short.fault.code, 'truncated');
    assert.equal((await verifyExport({ events: whole, checkpoints })).ok, false, 'no key, no trust');
    await assert.rejects(verifyExport({ events: publicKey }), { code: 'export-unreadable' });
    const empty = file('empty.jsonl', '');
    await assert.rejects(verifyExport({ events: empty, checkpoints, publicKey }), /holds no event/);
  });
});

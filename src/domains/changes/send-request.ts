/**
 * One request: written down, sent, written down again. What gets no answer is settled before anything else is done.
 *
 * Invariant: an entry says `not-landed` or `refused` only when Cloudflare's answer, the adapter's promise
 * (`CloudflareErrorCode`) or a judgement says so. Anything else that goes wrong after the entry was made leaves it
 * `sent`, and the next holder of the zone's lock settles it.
 */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { toUnicode } from '../../dns/name.ts';
import { operationCount, type PlacedChange } from '../../plan/batch.ts';
import type { PlannedBatch } from '../../plan/plan.ts';
import { outcomesOfAnswer } from './answer.ts';
import type { ApplyPorts } from './apply.ts';
import { renewAll } from './hold.ts';
import type { BatchEntry } from './model.ts';
import { recordIntent, recordLanded, recordNotLanded } from './record-request.ts';
import { type Run, stopIfAsked } from './run.ts';
import { answerTo, NOTHING_WRITTEN, refuseLost, SEND_WITHIN_MS, undecided } from './send-rules.ts';
import { type Settled, settleBatch } from './settle.ts';

/** What became of a request; what cannot be gone on with is thrown. */
export type Sent =
  | { readonly kind: 'landed' }
  | { readonly kind: 'refused'; readonly error: ZonewardError }
  /** No budget to send it in time; nothing was written. */
  | { readonly kind: 'held-back'; readonly error: ZonewardError }
  /** Settled: nothing was written. With the zone as it was read. */
  | { readonly kind: 'not-landed'; readonly error: ZonewardError; readonly records: readonly LiveRecord[] };

export async function sendRequest(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  changes: readonly PlacedChange[],
): Promise<Sent> {
  stopIfAsked(run.changeSet, run.options.signal);
  await refuseLost(run);
  const entry = await recordIntent(ports, run, batch, changes);
  const { zoneId } = run.plan;
  const operations = operationCount(entry.body);
  ports.onProgress?.({ kind: 'sending', zoneId, operations, done: run.done, total: run.total });
  const answer = await answerTo(() =>
    ports.writer.batch(zoneId, entry.body, { lane: 'apply', sendWithinMs: SEND_WITHIN_MS }),
  );
  if (!isZonewardError(answer)) {
    const outcomes = outcomesOfAnswer(changes, answer);
    await recordLanded(ports, run, entry, { changes, outcomes, answer });
    takeOver(ports, run, { changes, created: answer.posts.map((record) => record.id), ray: answer.ray });
    return { kind: 'landed' };
  }
  if (!NOTHING_WRITTEN.has(answer.code)) return settleUnanswered(ports, run, entry, changes);
  await recordNotLanded(ports, run, entry, answer);
  if (answer.code === 'cloudflare-rate-limited') return { kind: 'held-back', error: answer };
  ports.onProgress?.({ kind: 'refused', zoneId, message: answer.message });
  if (answer.code === 'cloudflare-refused') return { kind: 'refused', error: answer };
  throw answer;
}

/** What landed moves the zone as this run knows it. */
function takeOver(
  ports: ApplyPorts,
  run: Run,
  landed: {
    readonly changes: readonly PlacedChange[];
    readonly created: readonly LiveRecord['id'][];
    readonly ray: string | null;
  },
): void {
  for (const id of landed.created) run.ids.add(id);
  for (const { change } of landed.changes) if (change.action === 'delete') run.ids.delete(change.before.id);
  run.done += landed.changes.length;
  const { done, total } = run;
  ports.onProgress?.({ kind: 'landed', zoneId: run.plan.zoneId, done, total, ray: landed.ray });
}

async function settleUnanswered(
  ports: ApplyPorts,
  run: Run,
  entry: BatchEntry,
  changes: readonly PlacedChange[],
): Promise<Sent> {
  const settled = await settleBatch(
    {
      ...ports,
      onWait: (waitMs) => {
        ports.onProgress?.({ kind: 'settling', zoneId: entry.zoneId, waitMs });
      },
      keepLease: () => renewAll(run.leases),
    },
    entry,
    changes,
    run.options.principal,
  );
  switch (settled.state) {
    case 'landed': {
      const created = settled.outcomes.flatMap(({ recordId }) => recordId ?? []);
      takeOver(ports, run, { changes, created, ray: null });
      return { kind: 'landed' };
    }
    case 'not-landed':
      run.ids = new Set(settled.records.map((record) => record.id));
      return { kind: 'not-landed', error: notLanded(run, entry), records: settled.records };
    case 'mixed':
      throw mixed(run, entry, settled);
    default:
      throw undecided(entry);
  }
}

function notLanded(run: Run, entry: BatchEntry): ZonewardError {
  return new ZonewardError(`Request ${entry.sequence} to ${toUnicode(run.plan.zoneName)} did not land`, {
    code: 'batch-not-landed',
    kind: 'temporary',
    next: [`zoneward changes resume ${run.changeSet.id}`],
  });
}

/** Someone else wrote to the same records meanwhile. What is left is planned anew, never sent again blindly. */
function mixed(run: Run, entry: BatchEntry, { outcomes }: Settled): ZonewardError {
  const unknown = outcomes.filter((outcome) => outcome.state === 'unknown').length;
  const applied = outcomes.filter((outcome) => outcome.state === 'applied').length;
  return new ZonewardError(
    `Request ${entry.sequence} to ${toUnicode(run.plan.zoneName)} got no answer, and someone else changed the same records meanwhile: ${applied} of its ${outcomes.length} changes show, ${unknown} cannot be told`,
    {
      code: 'batch-mixed',
      kind: 'conflict',
      next: [`zoneward changes show ${run.changeSet.id}`, 'Then plan again what is missing.'],
      details: { changeSetId: run.changeSet.id, sequence: entry.sequence },
    },
  );
}

/**
 * From a zone as it is and a wish, to a plan. Three kinds of wish share all that follows the diff: a desired
 * zone (`planZone`), single edits (`planEdits` in edits.ts), an earlier state (`planDrafts`, used by undo).
 *
 * Deterministic and without I/O: the same input gives the same plan, byte for byte, whatever the order of the
 * zone's records and of the source's.
 */
import type { AccountId, ZoneId } from '../base/ids.ts';
import { hasErrors, InvalidInputError, type Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import type { PlanLimits } from '../dns/plan-limits.ts';
import type { DesiredRecord, DesiredZone, OmittedRecord } from '../dns/record.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import { answerChanges } from './answer-balance.ts';
import { cutBatches, splitOversized } from './batch.ts';
import type { Change, RecordEncoder } from './change.ts';
import {
  conflictsAfter,
  invalidRecords,
  oversizedGroups,
  quotaProblems,
  readOnlyProblems,
} from './checks.ts';
import { compareText } from './compare-text.ts';
import { type Draft, diffRecords } from './diff.ts';
import { groupChanges } from './group.ts';
import { type GuardPolicy, guardFindings } from './guard.ts';
import { hashOf } from './hash.ts';
import { orderDrafts } from './order-drafts.ts';
import type { GuardFinding, PlanInventory, Risk, ZonePlan } from './plan.ts';
import { priceOf } from './price.ts';
import { applyScope, compareMentions, mention, type Scope } from './scope.ts';

/** The zone as it is, and what is known of it. */
export interface LiveZone {
  readonly zoneId: ZoneId;
  readonly zoneName: DomainName;
  readonly accountId: AccountId;
  readonly limits: PlanLimits;
  /** Records that Cloudflare allows in the zone, where it told; else the plan's ordinary quota is only a warning. */
  readonly recordQuota: number | null;
  readonly records: readonly LiveRecord[];
  /** Milliseconds. */
  readonly readAt: number;
}

export interface PlanContext {
  readonly live: LiveZone;
  /** Where the wish came from, for people. */
  readonly source: string;
  readonly policy: GuardPolicy;
  readonly encoder: RecordEncoder;
}

/**
 * A plan that makes the zone hold what `desired` says, within `scope`. A source without a record for what the plan
 * manages deletes nothing.
 */
export function planZone(
  context: PlanContext,
  wish: {
    readonly desired: DesiredZone;
    readonly scope: Scope;
    readonly ignore: readonly IgnoreRule[];
    /** Problems found while reading the source; they become the plan's. */
    readonly problems: readonly Problem[];
  },
): ZonePlan {
  const { live } = context;
  const { scope, ignore, desired } = wish;
  const heaps = applyScope({
    zone: live.zoneName,
    live: live.records,
    desired: desired.records,
    scope,
    ignore,
  });
  const drafts = heaps.empty ? [] : diffRecords(heaps.managed, heaps.desired);
  const told = wish.problems.some((problem) => problem.code === EMPTY_SOURCE);
  return makePlan(context, {
    drafts,
    wanted: desired.records,
    inventory: {
      live: live.records.length,
      managed: heaps.managed.length,
      ignored: heaps.ignored,
      readOnly: heaps.readOnly,
    },
    omitted: desired.omitted,
    problems: [
      ...wish.problems,
      ...heaps.problems,
      ...(heaps.empty && !told ? [emptySource(context, heaps.managed.length)] : []),
    ],
  });
}

/** A plan from drafts that someone else made: single edits, an undo. Everything live counts as managed. */
export function planDrafts(
  context: PlanContext,
  wish: { readonly drafts: readonly Draft[]; readonly problems: readonly Problem[] },
): ZonePlan {
  const { records } = context.live;
  const readOnly = records.flatMap((record) =>
    record.readOnly === null ? [] : [mention(record, record.readOnly)],
  );
  return makePlan(context, {
    drafts: wish.drafts,
    inventory: {
      live: records.length,
      managed: records.length - readOnly.length,
      ignored: [],
      readOnly: readOnly.sort(compareMentions),
    },
    omitted: [],
    problems: [...wish.problems, ...readOnlyProblems(wish.drafts)],
  });
}

const EMPTY_SOURCE = 'empty-source';

function emptySource({ source }: PlanContext, managed: number): Problem {
  return {
    code: EMPTY_SOURCE,
    severity: 'warning',
    message: `${source} holds no record for what this plan manages; nothing is deleted for that (${managed} records stay)`,
    next: 'To delete records, remove them one by one, or leave at least one in the source.',
  };
}

function makePlan(
  context: PlanContext,
  parts: {
    readonly drafts: readonly Draft[];
    /** The source's records, for their positions. */
    readonly wanted?: readonly DesiredRecord[];
    readonly inventory: PlanInventory;
    readonly omitted: readonly OmittedRecord[];
    readonly problems: readonly Problem[];
  },
): ZonePlan {
  const { live, policy } = context;
  const { batchOperationsMax } = live.limits;
  const drafts = orderDrafts(parts.drafts, live.records);
  const invalid = invalidRecords(drafts, live);
  // A record that is not valid may have no body; then the plan shows its problems and no changes.
  const encoded = hasErrors([...parts.problems, ...invalid]) ? NOTHING : encodeAll(drafts, context.encoder);
  const { changes } = encoded;
  const whole = groupChanges(changes);
  const groups = splitOversized(whole, batchOperationsMax);
  const guards = guardFindings({
    zone: live.zoneName,
    groups,
    live: live.records,
    managedCount: parts.inventory.managed,
    policy,
  });
  const batches = cutBatches(groups, batchOperationsMax);
  const content = {
    version: 1 as const,
    zoneId: live.zoneId,
    zoneName: live.zoneName,
    accountId: live.accountId,
    source: context.source,
    groups,
    batches,
    problems: [
      ...parts.problems,
      ...sortProblems([
        ...invalid,
        ...encoded.problems,
        ...conflictsAfter(drafts, live, parts.wanted),
        ...quotaProblems(drafts, live),
        ...oversizedGroups(whole, batchOperationsMax),
      ]),
    ],
    guards,
    inventory: parts.inventory,
    omitted: parts.omitted,
    risk: riskOf(changes, guards),
    price: priceOf({ liveRecords: live.records.length, batches: batches.length }),
  };
  return { ...content, readAt: live.readAt, hash: hashOf(content) };
}

interface Encoded {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

const NOTHING: Encoded = { changes: [], problems: [] };

/** All changes, or none when a record has no form that can be sent: then why. */
function encodeAll(drafts: readonly Draft[], encoder: RecordEncoder): Encoded {
  const changes: Change[] = [];
  const problems: Problem[] = [];
  for (const draft of drafts) {
    try {
      changes.push(encode(draft, encoder));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      const position = draft.position === undefined ? {} : { position: draft.position };
      problems.push(...error.problems.map((problem) => ({ ...position, ...problem })));
    }
  }
  return problems.length === 0 ? { changes, problems } : { changes: [], problems };
}

function encode(draft: Draft, encoder: RecordEncoder): Change {
  switch (draft.action) {
    case 'create':
      return { resource: 'record', ...draft, before: null, body: encoder.create(draft.after) };
    case 'update':
      return { resource: 'record', ...draft, body: encoder.patch(draft.after, draft.fields) };
    case 'delete':
      return { resource: 'record', ...draft, after: null };
    default:
      return draft satisfies never;
  }
}

/** In the order of the source's lines, then of what they speak of. */
function sortProblems(problems: readonly Problem[]): Problem[] {
  const lineOf = (problem: Problem): number => problem.position?.line ?? Number.POSITIVE_INFINITY;
  const textOf = (problem: Problem): string => `${problem.subject ?? ''} ${problem.message}`;
  return problems.toSorted((a, b) =>
    lineOf(a) === lineOf(b) ? compareText(textOf(a), textOf(b)) : lineOf(a) - lineOf(b),
  );
}

function riskOf(changes: readonly Change[], guards: readonly GuardFinding[]): Risk {
  if (changes.length === 0) return 'none';
  if (guards.length > 0) return 'high';
  // Someone may have relied on the old answer.
  return changes.some((change) => change.before !== null && answerChanges(change)) ? 'medium' : 'low';
}

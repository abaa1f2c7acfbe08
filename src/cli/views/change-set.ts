/** Change sets and what became of them, for people and for programs. */
import {
  type Applied,
  type Change,
  type ChangeDetails,
  type ChangeSet,
  type ChangeSetStatus,
  changeCount,
  formatRdata,
  type OperationOutcome,
  planToJson,
  renderText,
  totalChanges,
  toUnicode,
  typeOf,
  type ZonePlan,
} from '../../app/re-exports.ts';
import { errorFacts } from '../output/error.ts';
import type { Output } from '../output/output.ts';
import type { Paint } from '../output/paint.ts';
import { isoTime, relativeTime, timeWithAge } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { counted } from '../output/words.ts';
import { nextSteps } from './connection.ts';
import { planPaint } from './plan.ts';

/** The same on the store and through a server, which does not tell whose it is. */
export function changeSetJson(changeSet: ChangeSet): Record<string, unknown> {
  const { plans, createdAt, finishedAt, tenantId: _, ...rest } = changeSet;
  return {
    ...rest,
    createdAt: isoTime(createdAt),
    finishedAt: isoTime(finishedAt),
    zones: plans.map((plan) => ({
      id: plan.zoneId,
      name: plan.zoneName,
      hash: plan.hash,
      changes: changeCount(plan),
    })),
  };
}

export const STATUS_STYLES: Readonly<Record<ChangeSetStatus, keyof Paint>> = {
  planned: 'cyan',
  approved: 'cyan',
  applying: 'yellow',
  applied: 'green',
  'partly-applied': 'yellow',
  failed: 'red',
  interrupted: 'yellow',
  cancelled: 'dim',
  unknown: 'red',
};

export function formatChangeSets(out: Output, changeSets: readonly ChangeSet[]): string {
  if (changeSets.length === 0) return 'No changes yet.\n';
  return out.table<ChangeSet>(
    [
      { title: 'change set', cell: ({ id }) => id },
      {
        title: 'status',
        cell: ({ status, undoneBy, undoneInPart }) =>
          undoneBy === null ? status : `${status}, ${undoneInPart ? 'partly undone' : 'undone'}`,
        paint: (text, { status }) => out.paint[STATUS_STYLES[status]](text),
      },
      { title: 'when', cell: ({ createdAt }) => relativeTime(createdAt, out.now()) },
      {
        title: 'changes',
        cell: ({ plans }) => String(totalChanges(plans)),
        align: 'right',
        hiddenBelow: 100,
      },
      { title: 'what', cell: ({ summary }) => summary, shrinksTo: 16 },
    ],
    changeSets,
  );
}

/** `steps`: what may be done with it; absent, all that its status allows. */
export function formatChangeSet(
  out: Output,
  { changeSet, outcomes }: ChangeDetails,
  steps: readonly string[] = stepsFor(changeSet, out.now()),
): string {
  const { paint } = out;
  const { status, plans, finishedAt, allowed, undoes, undoneBy } = changeSet;
  const inPart = (id: string | null, isPart: boolean): string | null =>
    id !== null && isPart ? `${id} (in part)` : id;
  const facts = out.facts(
    [
      ['status', paint[STATUS_STYLES[status]](status)],
      ['applied', appliedText(changeSet, outcomes)],
      ['approval', approvalText(changeSet, out.now())],
      ['what', visible(changeSet.summary)],
      ['by', visible(changeSet.author)],
      ['planned', timeWithAge(changeSet.createdAt, out.now())],
      ['finished', finishedAt === null ? null : timeWithAge(finishedAt, out.now())],
      ['lifted', allowed.length === 0 ? null : allowed.join(', ')],
      ['takes back', inPart(undoes, changeSet.undoesInPart)],
      ['taken back by', inPart(undoneBy, changeSet.undoneInPart)],
    ],
    '  ',
  );
  const diff = renderText(plans, { paint: planPaint(paint), ids: true });
  const rest = plans.map((plan) => formatUndone(out, plan, outcomes.get(plan.zoneId) ?? [])).join('');
  return `${paint.bold(changeSet.id)}\n${facts}\n${diff}\n${rest}${nextSteps(out, steps)}`;
}

/** `50 of 450 changes`, once it has begun; null before, and where it is said by the status. */
function appliedText({ status, plans }: ChangeSet, outcomes: ChangeDetails['outcomes']): string | null {
  if (status === 'planned' || status === 'approved' || status === 'applied') return null;
  const done = [...outcomes.values()].flat().filter(({ state }) => state === 'applied').length;
  return `${done} of ${counted(totalChanges(plans), 'change')}`;
}

function approvalText({ approval, status }: ChangeSet, now: number): string | null {
  const { required, grant } = approval;
  if (grant === null) return required ? 'needed, of someone who is not the author' : null;
  if (status !== 'approved') return `by ${visible(grant.by)}`;
  const ended = grant.expiresAt <= now ? ', run out' : '';
  return `by ${visible(grant.by)} until ${timeWithAge(grant.expiresAt, now)}${ended}`;
}

/** What a person may want to do with it now. */
export function stepsFor(
  {
    id,
    status,
    undoneBy,
    undoneInPart,
    approval,
  }: Pick<ChangeSet, 'id' | 'status' | 'undoneBy' | 'undoneInPart' | 'approval'>,
  now: number,
): string[] {
  if (status === 'interrupted' || status === 'applying' || status === 'unknown')
    return [`zoneward changes resume ${id}`];
  if (status === 'planned' || status === 'approved') {
    const waits = approval.required && (approval.grant === null || approval.grant.expiresAt <= now);
    const first = waits
      ? `By someone who is not its author: zoneward changes approve ${id}`
      : `zoneward apply ${id}`;
    return [first, `zoneward changes cancel ${id}`];
  }
  return (status === 'applied' || status === 'partly-applied') && (undoneBy === null || undoneInPart)
    ? [`zoneward undo ${id}`]
    : [];
}

const STATE_WORDS: Readonly<Record<OperationOutcome['state'], string>> = {
  applied: 'applied',
  refused: 'refused by Cloudflare',
  'not-applied': 'not applied',
  conflict: 'moved since the plan',
  unknown: 'outcome unknown',
};

/** Of changes that share one reason, more than these are counted. */
const SAME_REASON_SHOWN_MAX = 10;

/** The operations that were not applied with their reasons; those of one reason under it, of many the first few. */
export function formatUndone(out: Output, plan: ZonePlan, outcomes: readonly OperationOutcome[]): string {
  const undone = outcomes.filter(({ state }) => state !== 'applied');
  const alike = Map.groupBy(undone, ({ state, message }) => `${state} ${message ?? ''}`);
  return [...alike.values()].map((same) => formatAlike(out, plan, same)).join('');
}

function formatAlike(out: Output, plan: ZonePlan, same: readonly OperationOutcome[]): string {
  const [first] = same;
  if (first === undefined) return '';
  const cross = out.paint.red('✖');
  const why = reasonOf(first);
  if (same.length === 1) return `  ${cross} ${describeOutcome(plan, first)}: ${why}\n`;
  // One more is not worth the line that says so.
  const shown = same.length > SAME_REASON_SHOWN_MAX + 1 ? same.slice(0, SAME_REASON_SHOWN_MAX) : same;
  const lines = shown.map((outcome) => `      ${describeOutcome(plan, outcome)}\n`).join('');
  const more = same.length - shown.length;
  const rest = more === 0 ? '' : `      … and ${more} more\n`;
  return `  ${cross} ${counted(same.length, 'change')}: ${why}\n${lines}${rest}`;
}

/** What Cloudflare refused says so itself. */
function reasonOf({ state, message }: OperationOutcome): string {
  if (message === undefined) return STATE_WORDS[state];
  return state === 'refused' ? visible(message) : `${STATE_WORDS[state]}: ${visible(message)}`;
}

function describeOutcome(plan: ZonePlan, { groupId, change: index }: OperationOutcome): string {
  const change = plan.groups.find(({ id }) => id === groupId)?.changes[index];
  if (change !== undefined) return describe(change);
  return visible(plan.settings?.find(({ id }) => id === groupId)?.setting ?? groupId);
}

function describe(change: Change): string {
  const { name, rdata } = (change.after ?? change.before).fields;
  return visible(`${change.action} ${toUnicode(name)} ${typeOf(rdata)} ${formatRdata(rdata)}`);
}

export function appliedJson(applied: Applied): Record<string, unknown> {
  return {
    changeSet: changeSetJson(applied.changeSet),
    status: applied.status,
    zones: applied.zones.map(({ zoneId, outcomes, stopped, verified }) => ({
      zoneId,
      outcomes: outcomes.map(({ received: _, ...outcome }) => outcome),
      stopped: stopped === null ? null : errorFacts(stopped),
      verified,
    })),
  };
}

export function detailsJson({ changeSet, outcomes }: ChangeDetails): Record<string, unknown> {
  return {
    ...changeSetJson(changeSet),
    plans: changeSet.plans.map((plan) => ({
      ...planToJson(plan),
      outcomes: (outcomes.get(plan.zoneId) ?? []).map(({ received: _, ...outcome }) => outcome),
    })),
  };
}

/** Zones, their revisions and the differences between them, for people and for programs. */
import {
  type Coverage,
  type Freshness,
  formatFreshness,
  formatRdata,
  type RecordDifference,
  type Revision,
  type RevisionOrigin,
  toUnicode,
  typeOf,
  type Zone,
  type ZoneAdvice,
  type ZoneStatus,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import type { Paint } from '../output/paint.ts';
import { isoTime, relativeTime, timeWithAge, utcTime } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { counted } from '../output/words.ts';
import { nextSteps } from './connection.ts';
import { fieldsJson, recordJson } from './record.ts';

export function zoneJson(zone: Zone): Record<string, unknown> {
  const { facts, freshness, revision, recordCount, connectionId } = zone;
  return { ...facts, connectionId, revision, recordCount, freshness: freshnessJson(freshness) };
}

export function freshnessJson(freshness: Freshness): Record<string, unknown> {
  return {
    ...freshness,
    verifiedAt: isoTime(freshness.verifiedAt),
    staleSince: isoTime(freshness.staleSince),
    unreadable:
      freshness.unreadable === null
        ? null
        : { ...freshness.unreadable, since: isoTime(freshness.unreadable.since) },
  };
}

/** A server does not tell it to a key that reaches some names only. */
function recordsText({ recordCount }: { readonly recordCount: number | null }): string {
  return recordCount === null ? '?' : String(recordCount);
}

const STATUS_STYLES: Readonly<Record<ZoneStatus, keyof Paint>> = {
  initializing: 'yellow',
  pending: 'yellow',
  active: 'green',
  moved: 'red',
  deleted: 'dim',
};

export function formatZones(out: Output, zones: readonly Zone[]): string {
  if (zones.length === 0) return `No zones.\n${nextSteps(out, ['zoneward zones sync'])}`;
  return out.table<Zone>(
    [
      { title: 'zone', cell: ({ facts }) => toUnicode(facts.name), shrinksTo: 20, paint: out.paint.bold },
      {
        title: 'status',
        cell: statusText,
        paint: (text, zone) => out.paint[isOutOfReach(zone) ? 'red' : STATUS_STYLES[zone.facts.status]](text),
      },
      { title: 'plan', cell: ({ facts }) => facts.planTier ?? '' },
      {
        title: 'records',
        cell: (zone) => (zone.revision === 0 ? '' : recordsText(zone)),
        align: 'right',
      },
      { title: 'rev', cell: ({ revision }) => (revision === 0 ? '' : String(revision)), align: 'right' },
      {
        title: 'verified',
        cell: ({ freshness }) => freshnessText({ ...freshness, unreadable: null }, out.now()),
      },
      { title: 'account', cell: ({ facts }) => facts.accountName, shrinksTo: 8, paint: out.paint.dim },
    ],
    zones,
  );
}

/** `active`, `active, paused`, `active, out of reach`. */
function statusText(zone: Zone): string {
  const { status, paused } = zone.facts;
  return [status, ...(paused ? ['paused'] : []), ...(isOutOfReach(zone) ? ['out of reach'] : [])].join(', ');
}

function isOutOfReach({ facts, freshness }: Zone): boolean {
  return freshness.unreadable !== null && facts.status !== 'deleted';
}

/** `3 min ago`, `never`, `2 h ago, stale`, `3 d ago, out of reach`. */
export function freshnessText({ verifiedAt, staleSince, unreadable }: Freshness, now: number): string {
  const seen = verifiedAt === null ? 'never' : relativeTime(verifiedAt, now);
  const stale = staleSince === null ? seen : `${seen}, stale`;
  return unreadable === null ? stale : `${stale}, out of reach`;
}

/** How fresh what was told of many zones is, as a note; what it cannot speak for is a warning. */
export function tellAge(
  out: Output,
  { zones, neverRead, stale, unreadable, oldestVerifiedAt }: Coverage,
  around = { before: '', after: '' },
): void {
  const age =
    oldestVerifiedAt === null ? '' : `, each verified ${relativeTime(oldestVerifiedAt, out.now())} or later`;
  out.note(out.notePaint.dim(`${around.before}${counted(zones, 'zone')}${age}${around.after}`));
  if (neverRead > 0) out.warn(`${neverRead} of ${zones} zones were never read: zoneward zones sync`);
  if (stale > 0)
    out.warn(`${stale} of ${zones} zones have changed since they were read: zoneward zones sync`);
  if (unreadable > 0)
    out.warn(`${unreadable} of ${zones} zones are out of reach and shown as they were: zoneward zones list`);
}

export function coverageJson(coverage: Coverage): Record<string, unknown> {
  return { ...coverage, oldestVerifiedAt: isoTime(coverage.oldestVerifiedAt) };
}

/** How fresh what was told of a zone is, as a note. */
export function tellFreshness(out: Output, { facts, freshness }: Zone): void {
  const { staleSince, unreadable } = freshness;
  out.note(out.notePaint.dim(`${visible(facts.name)}: ${formatFreshness(freshness, out.now())}`));
  if (staleSince !== null)
    out.warn(
      `${visible(facts.name)} has changed since it was read: zoneward zones sync ${visible(facts.name)}`,
    );
  if (unreadable !== null)
    out.warn(
      `${visible(facts.name)} is out of reach and shown as it was: zoneward zones show ${visible(facts.name)}`,
    );
}

export function formatZone(out: Output, zone: Zone, advice: ZoneAdvice): string {
  const { facts, freshness } = zone;
  const { paint } = out;
  const unicode = toUnicode(facts.name);
  const list = (names: readonly string[]): string | null => (names.length === 0 ? null : names.join('\n'));
  const verified = freshness.verifiedAt === null ? 'never' : timeWithAge(freshness.verifiedAt, out.now());
  const heard = freshness.signal === null ? '' : `, by ${freshness.signal}`;
  const body = out.facts(
    [
      ['id', facts.id],
      ['A-labels', unicode === facts.name ? null : facts.name],
      [
        'status',
        `${paint[isOutOfReach(zone) ? 'red' : STATUS_STYLES[facts.status]](statusText(zone))}  ${advice.message}`,
      ],
      ['account', `${visible(facts.accountName)}  ${facts.accountId}`],
      ['type, plan', `${facts.type}, ${facts.planTier ?? 'plan not known'}`],
      ['nameservers', list(facts.nameServers)],
      ['before', list(facts.originalNameServers)],
      ['records', zone.revision === 0 ? 'not read yet' : `${recordsText(zone)}, revision ${zone.revision}`],
      ['verified', `${verified}${heard}`],
      ['read through', zone.connectionId],
      ['stale since', freshness.staleSince === null ? null : timeWithAge(freshness.staleSince, out.now())],
    ],
    '  ',
  );
  return `${paint.bold(visible(unicode))}\n${body}${nextSteps(out, advice.next)}`;
}

export function originText(origin: RevisionOrigin): string {
  switch (origin.kind) {
    case 'change-set':
      return origin.changeSetId;
    case 'first-read':
      return 'first read';
    case 'outside': {
      const who = origin.actor ?? 'someone';
      return origin.interface === undefined ? `outside: ${who}` : `outside: ${who} (${origin.interface})`;
    }
    default:
      return origin satisfies never;
  }
}

export function revisionJson(revision: Revision): Record<string, unknown> {
  return { ...revision, at: isoTime(revision.at) };
}

export function formatRevisions(out: Output, revisions: readonly Revision[]): string {
  return out.table<Revision>(
    [
      { title: 'rev', cell: ({ revision }) => String(revision), align: 'right', paint: out.paint.bold },
      { title: 'when', cell: ({ at }) => utcTime(at) },
      { title: '', cell: ({ at }) => relativeTime(at, out.now()), paint: out.paint.dim, hiddenBelow: 100 },
      { title: 'added', cell: ({ created }) => count(created, '+'), align: 'right', paint: out.paint.green },
      {
        title: 'changed',
        cell: ({ updated }) => count(updated, '~'),
        align: 'right',
        paint: out.paint.yellow,
      },
      { title: 'removed', cell: ({ deleted }) => count(deleted, '-'), align: 'right', paint: out.paint.red },
      { title: 'by', cell: ({ origin }) => originText(origin), shrinksTo: 12 },
    ],
    revisions,
  );
}

function count(number: number, sign: string): string {
  return number === 0 ? '' : `${sign}${number}`;
}

export function differenceJson(difference: RecordDifference): Record<string, unknown> {
  const { kind, before, after } = difference;
  return {
    kind,
    fields: difference.kind === 'updated' ? difference.fields : [],
    before: before === null ? null : recordJson({ record: before }),
    after: after === null ? null : recordJson({ record: after }),
  };
}

const SIGNS = { created: '+', updated: '~', deleted: '-' } as const;
const SIGN_STYLES = { created: 'green', updated: 'yellow', deleted: 'red' } as const;

export function formatDifferences(out: Output, differences: readonly RecordDifference[]): string {
  return differences
    .map((difference) => {
      const record = difference.after ?? difference.before;
      const { name, rdata } = record.fields;
      const head = `${SIGNS[difference.kind]} ${visible(`${toUnicode(name)}  ${typeOf(rdata)}  ${formatRdata(rdata)}`)}`;
      const details = difference.kind === 'updated' ? fieldChanges(difference) : [];
      const lines = [head, ...details.map((detail) => `    ${detail}`)];
      return lines.map((line) => `${out.paint[SIGN_STYLES[difference.kind]](line)}\n`).join('');
    })
    .join('');
}

function fieldChanges({ before, after, fields }: Extract<RecordDifference, { kind: 'updated' }>): string[] {
  if (fields.length === 0)
    return [before.id === after.id ? 'nothing that can be written' : `new id ${after.id}`];
  const [was, is] = [fieldsJson(before.fields), fieldsJson(after.fields)];
  return fields.map((field) => {
    const key = field === 'rdata' ? 'content' : field;
    return visible(`${key}: ${shown(was[key])} → ${shown(is[key])}`);
  });
}

function shown(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** Drift, for people and for programs. */
import {
  type DriftEntry,
  formatFreshness,
  formatRdata,
  type RecordFields,
  toUnicode,
  typeOf,
  type ZoneDrift,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime, timeWithAge } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { fieldsJson, recordJson } from './record.ts';
import { freshnessJson } from './zone.ts';

/** Changes that nobody accepted and no rule leaves out: what a script is to stop at. */
export function findingsOf(drifts: readonly ZoneDrift[]): number {
  return drifts.flatMap(({ entries }) => entries).filter(({ standing }) => standing === 'drift').length;
}

export function driftJson({ zone, acknowledged, revision, entries }: ZoneDrift): Record<string, unknown> {
  return {
    zone: zone.facts.name,
    zoneId: zone.facts.id,
    acceptedRevision: acknowledged,
    revision,
    freshness: freshnessJson(zone.freshness),
    entries: entries.map(entryJson),
  };
}

function entryJson(entry: DriftEntry): Record<string, unknown> {
  const { standing, why, fields, expected, now, revision, seenAt, by } = entry;
  return {
    kind: kindOf(entry),
    standing,
    why,
    fields,
    expected: expected === null ? null : fieldsJson(expected.fields),
    now: now === null ? null : recordJson({ record: now }),
    revision,
    seenAt: isoTime(seenAt),
    actor: by.actor,
    interface: by.interface ?? null,
    changedAt: isoTime(by.changedAt ?? null),
  };
}

type DriftKind = 'appeared' | 'disappeared' | 'changed';

function kindOf({ expected, now }: DriftEntry): DriftKind {
  if (expected === null) return 'appeared';
  return now === null ? 'disappeared' : 'changed';
}

const SIGNS: Readonly<Record<DriftKind, string>> = { appeared: '+', disappeared: '-', changed: '~' };
const STYLES = { appeared: 'green', disappeared: 'red', changed: 'yellow' } as const;

export function formatDrift(out: Output, drifts: readonly ZoneDrift[]): string {
  if (drifts.length === 0) return 'No drift: nothing was changed from outside that was not accepted.\n';
  return drifts.map((drift) => formatZoneDrift(out, drift)).join('\n');
}

function formatZoneDrift(out: Output, { zone, entries }: ZoneDrift): string {
  const fresh = out.paint.dim(`(${formatFreshness(zone.freshness, out.now())})`);
  const head = `${out.paint.bold(visible(toUnicode(zone.facts.name)))}  ${fresh}\n`;
  return `${head}${entries.map((entry) => formatEntry(out, entry)).join('')}`;
}

function formatEntry(out: Output, entry: DriftEntry): string {
  const { paint } = out;
  const kind = kindOf(entry);
  const shown = entry.now?.fields ?? entry.expected?.fields;
  const text = shown === undefined ? '' : describe(shown);
  const left = entry.standing === 'drift' ? '' : `  ${entry.standing}: ${visible(entry.why ?? '')}`;
  const style = entry.standing === 'drift' ? STYLES[kind] : 'dim';
  const lines = [
    paint[style](`  ${SIGNS[kind]} ${text}${left}`),
    ...(kind === 'changed' ? changesOf(entry).map((line) => `      ${line}`) : []),
    `      ${paint.dim(whoAndWhen(out, entry))}`,
  ];
  return `${lines.join('\n')}\n`;
}

function describe(fields: RecordFields): string {
  const { name, rdata } = fields;
  return visible(`${toUnicode(name)}  ${typeOf(rdata)}  ${formatRdata(rdata)}`);
}

/** `content: 203.0.113.7 → 203.0.113.99`, a line for each field. */
function changesOf({ fields, expected, now }: DriftEntry): string[] {
  if (expected === null || now === null) return [];
  const [was, is] = [fieldsJson(expected.fields), fieldsJson(now.fields)];
  return fields.map((field) => {
    const key = field === 'rdata' ? 'content' : field;
    return visible(`${key}: ${valueText(was[key])} → ${valueText(is[key])}`);
  });
}

function valueText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** Who, how, and when as Cloudflare's audit log tells; else when it was seen. */
function whoAndWhen(out: Output, { by, seenAt, revision }: DriftEntry): string {
  const how = by.interface === undefined ? '' : ` (${by.interface})`;
  const who = by.actor === null ? 'by somebody unknown' : `by ${visible(by.actor)}${how}`;
  const when =
    by.changedAt === undefined
      ? `seen ${timeWithAge(seenAt, out.now())}`
      : timeWithAge(by.changedAt, out.now());
  return `${who}, ${when}, revision ${revision}`;
}

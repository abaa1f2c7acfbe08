/** SSL/TLS, settings, DNSSEC and certificates on the terminal, in JSON, and as a calendar. */
import {
  type DnssecProgress,
  type DnssecView,
  settingText,
  type TlsCalendar,
  type TlsFinding,
  type TlsView,
  toUnicode,
  type ZoneSetting,
} from '../../app/re-exports.ts';
import { errorFacts } from '../output/error.ts';
import type { Output } from '../output/output.ts';
import type { Paint } from '../output/paint.ts';
import { isoTime, relativeTime } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { hostsText } from './certificates.ts';
import { nextSteps } from './connection.ts';

const SIGNS: Readonly<Record<TlsFinding['verdict'], readonly [sign: string, paint: keyof Paint]>> = {
  good: ['✓', 'green'],
  'could-be-better': ['~', 'yellow'],
  bad: ['✖', 'red'],
  unknown: ['?', 'dim'],
};

/** One screen: a line for each finding, why below, and the command that puts it right. */
export function formatTls(out: Output, { zone, findings }: TlsView): string {
  const { paint } = out;
  const lines = findings.map(({ title, value, verdict, why, fix }) => {
    const [sign, brush] = SIGNS[verdict];
    const head = `${paint[brush](sign)} ${paint.bold(visible(title))}: ${visible(value)}`;
    const tail = `\n    ${verdict === 'good' ? paint.dim(visible(why)) : visible(why)}`;
    return `${head}${tail}${fix === null ? '' : `\n    ${paint.dim('→')} ${visible(fix)}`}\n`;
  });
  return `${paint.bold(visible(toUnicode(zone.facts.name)))}\n${lines.join('')}`;
}

export function formatSettings(out: Output, settings: readonly ZoneSetting[]): string {
  return out.table<ZoneSetting>(
    [
      { title: 'setting', cell: ({ name }) => name },
      { title: 'value', cell: ({ state }) => (state === null ? 'not readable' : settingText(state.value)) },
      {
        title: 'note',
        cell: ({ state, error }) =>
          error?.message ?? (state?.editable === false ? 'cannot be changed here' : ''),
        shrinksTo: 20,
        paint: out.paint.dim,
      },
    ],
    settings,
  );
}

export function settingsJson(settings: readonly ZoneSetting[]): Record<string, unknown> {
  return {
    settings: settings.map(({ name, setting, state, error }) => ({
      name,
      setting,
      value: state?.value ?? null,
      editable: state?.editable ?? null,
      modifiedOn: state?.modifiedOn ?? null,
      ...(error === null ? {} : { error: errorFacts(error) }),
    })),
  };
}

export function formatDnssec(out: Output, view: DnssecProgress): string {
  const facts = out.facts(
    [
      ['status', `${view.status}  ${view.says}`],
      ['DS record', view.ds === null ? null : `${view.zone}. 3600 IN DS ${view.ds.text}`],
      ['key tag', view.ds === null ? null : String(view.ds.keyTag)],
      ['algorithm', view.ds === null ? null : view.ds.algorithm],
      ['digest type', view.ds === null ? null : view.ds.digestType],
      ['digest', view.ds === null ? null : visible(view.ds.digest)],
      ['public key', view.ds === null || view.ds.publicKey === '' ? null : visible(view.ds.publicKey)],
      ['at the parent', parentText(view)],
      ['DS last seen', seenText(view)],
      ['DS gone since', isoTime(view.parent.dsGoneAt)],
      ['stage', `${view.stage}, since ${isoTime(view.since)}`],
      ['waits for', waitText(view)],
    ],
    '  ',
  );
  return `${out.paint.bold(visible(view.zone))}\n${facts}${nextSteps(out, [...view.next])}`;
}

function seenText({ parent: { dsSeenAt, dsTtlSeconds } }: DnssecProgress): string | null {
  if (dsSeenAt === null) return null;
  return `${isoTime(dsSeenAt)}${dsTtlSeconds === null ? '' : `, with a TTL of ${dsTtlSeconds} s`}`;
}

function waitText({ waitsFor, until }: DnssecProgress): string | null {
  if (waitsFor === null) return null;
  return `the ${waitsFor}${until === null ? '' : `, until ${isoTime(until)}`}`;
}

function parentText({ atParent, parentDs }: DnssecView): string {
  switch (atParent) {
    case 'matches':
      return 'the DS of this zone is published';
    case 'other':
      return `another DS is published: ${(parentDs ?? []).map(visible).join('; ')}`;
    case 'none':
      return 'no DS';
    case 'unknown':
      return 'could not be asked';
    default:
      return atParent satisfies never;
  }
}

export function formatCalendar(out: Output, { entries, unreadable, neverRead }: TlsCalendar): string {
  if (entries.length + unreadable.length + neverRead.length === 0) return 'No certificates.\n';
  const table = out.table<TlsCalendar['entries'][number]>(
    [
      { title: 'expires', cell: ({ pack }) => isoTime(pack.expiresAt)?.slice(0, 10) ?? '' },
      { title: 'zone', cell: ({ zone }) => toUnicode(zone.facts.name) },
      { title: 'kind', cell: ({ pack }) => pack.type },
      { title: 'status', cell: ({ pack }) => pack.status },
      { title: 'authority', cell: ({ pack }) => pack.authority ?? '' },
      { title: 'hosts', cell: ({ pack }) => hostsText(pack.hosts), shrinksTo: 16 },
      { title: 'seen', cell: ({ readAt }) => relativeTime(readAt, out.now()) },
    ],
    entries,
  );
  const rest = [
    ...unreadable.map(({ zone, error }) => `? ${toUnicode(zone.facts.name)}: ${visible(error.message)}\n`),
    ...neverRead.map(({ facts }) => `? ${toUnicode(facts.name)}: nobody has looked yet\n`),
  ];
  return `${entries.length === 0 ? '' : table}${rest.join('')}`;
}

export function calendarJson({ entries, unreadable, neverRead }: TlsCalendar): Record<string, unknown> {
  return {
    certificates: entries.map(({ zone, pack, readAt }) => ({
      zone: zone.facts.name,
      ...pack,
      expiresAt: isoTime(pack.expiresAt),
      readAt: isoTime(readAt),
    })),
    unreadable: unreadable.map(({ zone, error }) => ({ zone: zone.facts.name, error: errorFacts(error) })),
    neverRead: neverRead.map(({ facts }) => facts.name),
  };
}

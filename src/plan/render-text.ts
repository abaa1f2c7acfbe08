/**
 * A plan for a terminal. Colours come from a `Paint`, so that plain text is the same text: nothing is told by
 * colour alone.
 */
import { formatPosition, formatProblem } from '../base/problem.ts';
import type { Change, ChangeGroup } from './change.ts';
import { type ChangeText, describeChange, describePrice, plural, printable } from './change-text.ts';
import { describeObject } from './object-change.ts';
import type { RecordMention, ZonePlan } from './plan.ts';
import { describeSetting } from './setting-text.ts';
import { changesAnything, countChanges, summarizePlans } from './summarize-plans.ts';

type Brush = (text: string) => string;

export interface Paint {
  readonly add: Brush;
  readonly change: Brush;
  readonly remove: Brush;
  readonly dim: Brush;
  readonly bold: Brush;
  readonly warn: Brush;
  readonly error: Brush;
}

const asIs: Brush = (text) => text;

/** No colours: for files, and for `NO_COLOR`. */
export const PLAIN: Paint = {
  add: asIs,
  change: asIs,
  remove: asIs,
  dim: asIs,
  bold: asIs,
  warn: asIs,
  error: asIs,
};

export interface TextOptions {
  readonly paint?: Paint;
  /** Changes that are shown of each zone; the rest is counted. */
  readonly changesShownMax?: number;
  /** Puts before each change the id by which one names it to take it back alone: `g3`, `g3:0`, `s1`. */
  readonly ids?: boolean;
}

const CHANGES_SHOWN_MAX = 1_000;
const NAME_WIDTH_MAX = 32;
const MENTIONS_SHOWN_MAX = 20;
/** Old and new data share a line up to this many characters. */
const PAIR_CHARS_MAX = 64;

/** All plans, one after the other, with a closing line when there are several. Ends without a line break. */
export function renderText(plans: readonly ZonePlan[], options: TextOptions = {}): string {
  const paint = options.paint ?? PLAIN;
  const shownMax = options.changesShownMax ?? CHANGES_SHOWN_MAX;
  const ids = options.ids ?? false;
  const parts = plans.map((plan) => renderZone(plan, { paint, shownMax, ids }).join('\n'));
  if (plans.length > 1) parts.push(renderSummary(plans, paint));
  return parts.join('\n\n');
}

interface Look {
  readonly paint: Paint;
  readonly shownMax: number;
  readonly ids: boolean;
}

function renderZone(plan: ZonePlan, look: Look): string[] {
  const { paint } = look;
  const header = `${paint.bold(printable(plan.zoneName))} ${paint.dim(`from ${printable(plan.source)}`)}`;
  const errors = plan.problems.filter((problem) => problem.severity === 'error').length;
  const records = renderGroups(plan, look);
  const settings = renderSettings(plan, look);
  const body =
    records.length > 0 && settings.length > 0 ? [...records, '', ...settings] : [...records, ...settings];
  const nothing = errors > 0 ? [] : [paint.dim('  No changes.')];
  return [
    header,
    ...(body.length > 0 ? ['', ...body, ''] : nothing),
    ...renderProblems(plan, paint),
    ...renderGuards(plan, paint),
    ...renderLeftAlone(plan, paint),
    ...(changesAnything(plan) ? [countsLine(plan, paint), paint.dim(`  ${describePrice(plan.price)}`)] : []),
    ...(errors > 0 ? [paint.error(`  Cannot be applied: ${plural(errors, 'error')}.`)] : []),
  ];
}

function renderGroups(plan: ZonePlan, { paint, shownMax, ids }: Look): string[] {
  const total = plan.groups.reduce((sum, group) => sum + group.changes.length, 0);
  const lines: string[] = [];
  let left = shownMax;
  const shown: { readonly group: ChangeGroup; readonly texts: ChangeText[] }[] = [];
  for (const group of plan.groups) {
    if (left <= 0) break;
    const changes: readonly Change[] = group.changes.slice(0, left);
    left -= changes.length;
    shown.push({ group, texts: changes.map((change) => describeChange(change, plan.zoneName)) });
  }
  const texts = shown.flatMap((one) => one.texts);
  const widths: Widths = {
    name: Math.min(NAME_WIDTH_MAX, widest(texts.map((text) => text.name))),
    type: widest(texts.map((text) => text.type)),
  };
  const idWidth = widest(shown.map(({ group, texts: own }) => idOf(group, own.length - 1)));
  for (const { group, texts: own } of shown) {
    // A group of one name speaks for itself; that several names hang together must be said.
    const several = new Set(own.map((text) => text.name)).size > 1;
    if (several) lines.push('', paint.dim(`  ${printable(group.reason)}:`));
    own.forEach((text, index) => {
      const id = ids ? idOf(group, index).padEnd(idWidth) : null;
      lines.push(...withId(id, renderChange(text, widths, paint), paint));
    });
    if (several) lines.push('');
  }
  if (total > shownMax) lines.push(paint.dim(`  … and ${plural(total - shownMax, 'more change')}`));
  // Blank lines around groups, but never two, and none at the ends.
  return lines.filter(
    (line, index) => line !== '' || (index > 0 && index < lines.length - 1 && lines[index - 1] !== ''),
  );
}

function idOf(group: ChangeGroup, index: number): string {
  return group.changes.length > 1 ? `${group.id}:${index}` : group.id;
}

function renderSettings({ settings = [], objects = [] }: ZonePlan, { paint, ids }: Look): string[] {
  const singles = [...settings, ...objects];
  const texts = [...settings.map(describeSetting), ...objects.map(describeObject)];
  const widths = {
    name: widest(texts.map((text) => text.name)),
    type: widest(texts.map((text) => text.type)),
  };
  return texts.flatMap((text, index) =>
    withId(ids ? (singles[index]?.id ?? '') : null, renderChange(text, widths, paint), paint),
  );
}

/** The lines of one change behind its id; as they are where none is to be shown. */
function withId(id: string | null, lines: readonly string[], paint: Paint): string[] {
  if (id === null) return [...lines];
  const empty = ' '.repeat(id.length);
  return lines.map((line, index) => `  ${index === 0 ? paint.dim(id) : empty}${line}`);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}

interface Widths {
  readonly name: number;
  readonly type: number;
}

const BRUSHES = { '+': 'add', '~': 'change', '-': 'remove' } as const;

function renderChange(text: ChangeText, widths: Widths, paint: Paint): string[] {
  const brush = paint[BRUSHES[text.sign]];
  const name = text.name.padEnd(widths.name);
  const place = `${text.sign} ${name}  ${text.type.padEnd(widths.type)}  `;
  const indent = ' '.repeat(2 + place.length);
  // What a new record has besides its data fits on its line; what changes gets a line each.
  if (text.sign !== '~') {
    const extras = text.details.length === 0 ? '' : paint.dim(`  ${text.details.join(', ')}`);
    return [`  ${brush(place + text.content)}${extras}`];
  }
  const becomes = text.becomes === null ? '' : `→ ${text.becomes}`;
  const wide = text.content.length + becomes.length > PAIR_CHARS_MAX;
  const first = becomes === '' || wide ? text.content : `${text.content} ${becomes}`;
  const rest = wide && becomes !== '' ? [becomes, ...text.details] : text.details;
  return [`  ${brush(place + first)}`, ...rest.map((line) => indent + brush(line))];
}

function renderProblems({ problems }: ZonePlan, paint: Paint): string[] {
  return problems.map((problem) => {
    const brush = problem.severity === 'error' ? paint.error : paint.warn;
    return `  ${brush(`${problem.severity}:`)} ${printable(formatProblem(problem))}`;
  });
}

function renderGuards({ guards }: ZonePlan, paint: Paint): string[] {
  return guards.map(({ message, override, irreversible }) => {
    const forever = irreversible ? ' This cannot be undone.' : '';
    return `  ${paint.warn('guard rail:')} ${printable(message)}.${forever} ${paint.dim(`Lift it with --allow ${override}`)}`;
  });
}

function renderLeftAlone({ inventory, omitted }: ZonePlan, paint: Paint): string[] {
  const lines: string[] = [];
  for (const [what, mentions] of [
    ['ignored', inventory.ignored],
    ['read-only', inventory.readOnly],
  ] as const) {
    for (const [why, same] of Map.groupBy(mentions, (mention) => mention.why)) {
      lines.push(paint.dim(`  ${plural(same.length, `${what} record`)}: ${printable(why)}${namesOf(same)}`));
    }
  }
  for (const { name, type, reason, position } of omitted.slice(0, MENTIONS_SHOWN_MAX)) {
    const where = position === undefined ? '' : ` (${formatPosition(position)})`;
    lines.push(`  ${paint.warn('left out:')} ${printable(`${name} ${type}: ${reason}${where}`)}`);
  }
  const more = omitted.length - MENTIONS_SHOWN_MAX;
  if (more > 0) lines.push(paint.warn(`  … and ${plural(more, 'more record')} that Cloudflare cannot carry`));
  return lines;
}

/** Few are named; of many the count must do. */
function namesOf(mentions: readonly RecordMention[]): string {
  if (mentions.length > 3) return '';
  return ` (${mentions.map(({ name, type }) => printable(`${name} ${type}`)).join(', ')})`;
}

function countsLine(plan: ZonePlan, paint: Paint): string {
  const counts = countChanges(plan);
  const words = [
    ...(counts.create > 0 ? [paint.add(`${counts.create} to add`)] : []),
    ...(counts.update > 0 ? [paint.change(`${counts.update} to change`)] : []),
    ...(counts.delete > 0 ? [paint.remove(`${counts.delete} to remove`)] : []),
  ];
  const risk = plan.risk === 'high' ? paint.warn(plan.risk) : plan.risk;
  return `  ${words.join(', ')}; risk ${risk}`;
}

function renderSummary(plans: readonly ZonePlan[], paint: Paint): string {
  const { changedZones, zones, changes, price, overrides } = summarizePlans(plans);
  const lines = [
    `${paint.bold(`${changedZones} of ${plural(zones, 'zone')} would change`)}: ${changes.create} to add, ${changes.update} to change, ${changes.delete} to remove`,
    paint.dim(`  ${describePrice(price)}`),
  ];
  if (overrides.length > 0) {
    lines.push(
      paint.warn(
        `  guard rails hold; all are lifted by ${overrides.map((word) => `--allow ${word}`).join(' ')}`,
      ),
    );
  }
  return lines.join('\n');
}

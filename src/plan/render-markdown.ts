/**
 * A plan as Markdown, for pull requests. Whatever came from a zone or a file stands in `<code>` with every character
 * escaped that Markdown, HTML or GitHub would take for their own: no table is broken, no one is mentioned, nothing
 * is linked.
 */
import { formatProblem } from '../base/problem.ts';
import { type ChangeText, describeChange, describePrice, plural, printable } from './change-text.ts';
import { describeObject } from './object-change.ts';
import type { ZonePlan } from './plan.ts';
import { describeSetting } from './setting-text.ts';
import { changesAnything, countChanges, summarizePlans } from './summarize-plans.ts';

export interface MarkdownOptions {
  /** Characters of the whole text; what does not fit is counted. GitHub takes 65,536 in a comment. */
  readonly charsMax?: number;
}

const CHARS_MAX = 60_000;
/** Kept free for the notes that say what was cut. */
const NOTE_CHARS = 400;

const SIGN_WORDS = { '+': 'add', '~': 'change', '-': 'remove' } as const;

/** All plans, a section each. Ends with a line break. */
export function renderMarkdown(plans: readonly ZonePlan[], options: MarkdownOptions = {}): string {
  const page = new Page((options.charsMax ?? CHARS_MAX) - NOTE_CHARS);
  if (plans.length > 1) page.add(summaryLine(plans), '');
  for (const [index, plan] of plans.entries()) {
    if (!page.add(...headOf(plan))) {
      page.note(`_${plural(plans.length - index, 'more zone')} not shown: the text would be too long._`);
      break;
    }
    addChanges(page, plan);
    addNotices(page, plan);
  }
  return page.text();
}

/** Lines up to a number of characters. */
class Page {
  readonly #lines: string[] = [];
  #left: number;

  constructor(chars: number) {
    this.#left = chars;
  }

  /** All of the lines, or none when they do not fit. */
  add(...lines: readonly string[]): boolean {
    const chars = lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (chars > this.#left) return false;
    this.#left -= chars;
    this.#lines.push(...lines);
    return true;
  }

  /** A short line that is always added. */
  note(line: string): void {
    this.#lines.push(line, '');
  }

  text(): string {
    return `${this.#lines.join('\n').trimEnd()}\n`;
  }
}

function headOf(plan: ZonePlan): string[] {
  const counts = countChanges(plan);
  const what = !changesAnything(plan)
    ? 'No changes.'
    : `**${counts.create} to add, ${counts.update} to change, ${counts.delete} to remove** · risk ${plan.risk} · ${describePrice(plan.price)}`;
  return [`### ${code(plan.zoneName)}`, '', `From ${code(plan.source)}. ${what}`, ''];
}

function addChanges(page: Page, plan: ZonePlan): void {
  const changes = [
    ...plan.groups.flatMap((group) => group.changes.map((change) => describeChange(change, plan.zoneName))),
    ...(plan.settings ?? []).map(describeSetting),
    ...(plan.objects ?? []).map(describeObject),
  ];
  if (changes.length === 0) return;
  let shown = 0;
  if (page.add('| | Name | Type | Data | |', '|---|---|---|---|---|')) {
    for (const change of changes) {
      if (!page.add(rowOf(change))) break;
      shown += 1;
    }
  }
  page.add('');
  if (shown < changes.length) {
    page.note(`_${plural(changes.length - shown, 'more change')} not shown: the text would be too long._`);
  }
}

function rowOf({ sign, name, type, content, becomes, details }: ChangeText): string {
  const data = becomes === null ? code(content) : `${code(content)} → ${code(becomes)}`;
  const cells = [SIGN_WORDS[sign], code(name), code(type), data, details.map(code).join('<br>')];
  return `| ${cells.join(' | ')} |`;
}

function addNotices(page: Page, plan: ZonePlan): void {
  const notices = [
    ...plan.problems.map((problem) => `- **${problem.severity}:** ${code(formatProblem(problem))}`),
    ...plan.guards.map(
      (guard) =>
        `- **guard rail:** ${code(guard.message)}${guard.irreversible ? ' **This cannot be undone.**' : ''}; lifted by ${code(`--allow ${guard.override}`)}`,
    ),
    ...plan.omitted.map(({ name, type, reason }) => `- **left out:** ${code(`${name} ${type}: ${reason}`)}`),
    ...leftAlone(plan),
  ];
  let shown = 0;
  while (shown < notices.length && page.add(notices[shown] ?? '')) shown += 1;
  if (shown < notices.length) page.note(`- _${plural(notices.length - shown, 'more notice')} not shown._`);
  else if (shown > 0) page.add('');
}

function leftAlone({ inventory }: ZonePlan): string[] {
  const lines = [];
  if (inventory.ignored.length > 0) lines.push(`- ${plural(inventory.ignored.length, 'record')} ignored`);
  if (inventory.readOnly.length > 0) lines.push(`- ${plural(inventory.readOnly.length, 'record')} read-only`);
  return lines;
}

function summaryLine(plans: readonly ZonePlan[]): string {
  const { zones, changedZones, changes, price } = summarizePlans(plans);
  return `**${changedZones} of ${plural(zones, 'zone')} would change**: ${changes.create} to add, ${changes.update} to change, ${changes.delete} to remove · ${describePrice(price)}`;
}

/**
 * Text as it is, in code letters. A code span of backticks would not do: a table is cut at `|` even inside of one.
 * Entities are read after Markdown has looked for its marks; GitHub looks for mentions afterwards, but not in code.
 */
function code(text: string): string {
  const escaped = printable(text)
    .replace(/[^\p{L}\p{N} .,;/+"'=()…→-]/gu, (char) => `&#${char.codePointAt(0)};`)
    .replace(/www\./gi, (match) => `${match.slice(0, 3)}&#46;`);
  return `<code>${escaped}</code>`;
}

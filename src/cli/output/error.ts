/** An error as people and as programs see it: what happened, where, what to do, and Cloudflare's ray id. */
import { inspect } from 'node:util';
import { formatPosition, InvalidInputError, isZonewardError, type Problem } from '../../app/re-exports.ts';
import { CancelledError, UsageError } from '../errors.ts';
import type { Paint } from './paint.ts';
import { visible, wrap } from './width.ts';

export interface ErrorFacts {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly next: readonly string[];
  readonly ray: string | null;
  /** Cloudflare's own codes and texts, where it answered. */
  readonly faults: readonly unknown[];
}

/** What can be told of an error. Of one that we do not know, its message, and how to see more. */
export function errorFacts(error: unknown): ErrorFacts {
  const none = { problems: [], ray: null, faults: [] };
  if (error instanceof InvalidInputError) {
    const [summary = error.message] = error.message.split('\n');
    const { problems, code, kind, next } = error;
    return { ...none, code, kind, message: summary, problems, next };
  }
  if (isZonewardError(error)) {
    const { code, kind, message, next, details } = error;
    const ray = typeof details['ray'] === 'string' ? details['ray'] : null;
    const faults = Array.isArray(details['faults']) ? details['faults'] : [];
    return { code, kind, message, problems: [], next, ray, faults };
  }
  if (error instanceof UsageError || error instanceof CancelledError) {
    const kind = error instanceof UsageError ? 'input' : 'cancelled';
    return { ...none, code: error.code, kind, message: error.message, next: error.next };
  }
  if (error instanceof Error && error.name === 'SandboxInputError') {
    const code = 'code' in error ? String(error.code) : 'sandbox-input';
    const occupied = error.message.includes('EADDRINUSE');
    const next = occupied
      ? ['Another program listens there: choose another port, or leave it out for a free one.']
      : [];
    return {
      ...none,
      code,
      kind: 'input',
      message: error.message,
      next: [...next, 'zoneward sandbox --help'],
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const next = ['Run it again with ZONEWARD_DEBUG=1 to see where it happened, and tell us.'];
  return { ...none, code: 'internal', kind: 'internal', message: `Unexpected: ${message}`, next };
}

/** For people. The last line ends with a line feed. */
export function formatError(
  error: unknown,
  options: { readonly paint: Paint; readonly debug: boolean },
): string {
  const { paint, debug } = options;
  const facts = errorFacts(error);
  const [first = '', ...more] = facts.message.split('\n').map(visible);
  const lines = [`${paint.red('✖')} ${paint.bold(first)}`, ...more];
  lines.push(...formatProblems(facts.problems, paint));
  const told = new Set(facts.problems.map((problem) => problem.next));
  const steps = facts.next.filter((step) => !told.has(step));
  lines.push(...steps.map((step) => `  ${paint.cyan('→')} ${visible(step)}`));
  if (facts.ray !== null) lines.push(`  ${paint.dim(`Cloudflare ray: ${facts.ray}`)}`);
  if (debug) lines.push(inspect(error, { depth: 6 }));
  return `${lines.join('\n')}\n`;
}

const PROBLEMS_SHOWN_MAX = 50;

/** Each problem with its place and what to do about it. On a terminal of that many columns long ones are wrapped. */
export function formatProblems(
  problems: readonly Problem[],
  paint: Paint,
  columns: number | null = null,
): string[] {
  const fold = (text: string): string =>
    columns === null ? text : wrap(text, Math.max(20, columns - 4), '    ');
  const lines = problems.slice(0, PROBLEMS_SHOWN_MAX).flatMap((problem, index) => {
    const place = formatPosition(problem.position);
    const sign = problem.severity === 'error' ? paint.red('✖') : paint.yellow('!');
    const where = place === '' ? '' : `${paint.bold(visible(place))}  `;
    // One step for several problems in a row is said once, after the last.
    const repeated = problem.next === problems[index + 1]?.next;
    const next =
      problem.next === undefined || repeated ? [] : [`      ${paint.cyan('→')} ${visible(problem.next)}`];
    return [
      `  ${sign} ${where}${place === '' ? fold(visible(problem.message)) : visible(problem.message)}`,
      ...next,
    ];
  });
  const rest = problems.length - PROBLEMS_SHOWN_MAX;
  return rest > 0 ? [...lines, paint.dim(`  … and ${rest} more (all of them with --json)`)] : lines;
}

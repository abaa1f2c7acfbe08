/** The results as one table, and what they hold or break. */
import type { Measured, RowResult, Verdict } from './frame.ts';

export function formatTable(results: readonly RowResult[]): string {
  const head = ['job', 'latency', 'calls', 'fewest', 'SDK', 'tuned', 'time', '× SDK', '× tuned', 'memory'];
  const rows = results.map(cells);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${[line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')}\n`;
}

function cells({ name, latencyMs, by, callsMin }: RowResult): string[] {
  const { zoneward, sdk, tuned } = by;
  return [
    name,
    latencyMs === null ? 'simulated' : `${latencyMs} ms`,
    count(zoneward?.calls),
    count(callsMin ?? undefined),
    count(sdk?.calls),
    count(tuned?.calls),
    zoneward === undefined ? '' : `${(zoneward.ms / 1_000).toFixed(2)} s`,
    ratio(zoneward, sdk),
    ratio(zoneward, tuned),
    zoneward === undefined || zoneward.rssMb === 0 ? '' : `${zoneward.rssMb} MB`,
  ];
}

function count(number: number | undefined): string {
  return number === undefined ? '' : number.toLocaleString('en');
}

/** Zoneward's time as a share of the rival's; `~` where the rival's is computed. */
function ratio(zoneward: Measured | undefined, rival: Measured | undefined): string {
  if (zoneward === undefined || rival === undefined || rival.ms === 0) return '';
  return `${rival.isComputed === true ? '~' : ''}${(zoneward.ms / rival.ms).toFixed(2)}`;
}

export function formatVerdicts(results: readonly RowResult[]): string {
  const lines = verdictsOf(results).map(({ name, verdict }) => {
    const { held, target, measured, decides } = verdict;
    return `${held ? '✔ held  ' : '✖ broken'}  ${name}: ${target}, measured ${measured}${decides ? '' : ' (shown only)'}`;
  });
  return `${lines.join('\n')}\n`;
}

export function verdictsOf(results: readonly RowResult[]): { name: string; verdict: Verdict }[] {
  return results.flatMap(({ name, latencyMs, verdicts }) =>
    verdicts.map((verdict) => ({ name: latencyMs === null ? name : `${name}, ${latencyMs} ms`, verdict })),
  );
}

/** The results as a picture: for each job the calls that each way takes, on a scale of powers of ten. */
import type { Doer, RowResult } from './frame.ts';

const WIDTH = 860;
const LABEL_WIDTH = 330;
const BAR_HEIGHT = 12;
const GAP = 14;
const HEAD = 56;
const FOOT = 34;

const DOERS: readonly (readonly [key: Doer | 'fewest', title: string, colour: string])[] = [
  ['zoneward', 'Zoneward', '#2563eb'],
  ['tuned', 'tuned SDK script', '#64748b'],
  ['sdk', 'SDK as its guide has it', '#cbd5e1'],
  ['fewest', 'fewest possible', '#10b981'],
];

/** Only jobs with a rival; without latency, which calls do not depend on. */
export function formatChart(all: readonly RowResult[]): string {
  const rows = all.filter(({ latencyMs, by }) => latencyMs === 0 && (by.sdk ?? by.tuned) !== undefined);
  const most = Math.max(10, ...rows.flatMap((row) => DOERS.map(([key]) => callsOf(row, key) ?? 0)));
  const decades = Math.ceil(Math.log10(most));
  const scale = (calls: number): number =>
    ((WIDTH - LABEL_WIDTH - 70) * Math.log10(Math.max(calls, 1))) / decades;
  let y = HEAD;
  const parts: string[] = [];
  for (const row of rows) {
    const bars = DOERS.flatMap(([key, , colour]) => {
      const calls = callsOf(row, key);
      return calls === undefined ? [] : [{ calls, colour }];
    });
    parts.push(text(LABEL_WIDTH - 12, y + (bars.length * BAR_HEIGHT) / 2 + 4, row.name, 'end'));
    for (const { calls, colour } of bars) {
      const width = Math.max(2, scale(calls));
      parts.push(
        `<rect x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 2}" rx="2" fill="${colour}"/>`,
        text(LABEL_WIDTH + width + 6, y + BAR_HEIGHT - 3, calls.toLocaleString('en'), 'start', 'n'),
      );
      y += BAR_HEIGHT;
    }
    y += GAP;
  }
  const legend = DOERS.map(([, title, colour], index) => {
    const x = LABEL_WIDTH + index * 132 - (index > 2 ? -24 : 0);
    return `<rect x="${x}" y="30" width="10" height="10" rx="2" fill="${colour}"/>${text(x + 15, 39, title, 'start', 'n')}`;
  });
  const grid = Array.from({ length: decades + 1 }, (_, power) => {
    const x = LABEL_WIDTH + scale(10 ** power);
    return `<line x1="${x}" x2="${x}" y1="${HEAD - 6}" y2="${y}" stroke="#94a3b8" stroke-opacity=".35"/>${text(x, y + 16, (10 ** power).toLocaleString('en'), 'middle', 'n')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + FOOT}" width="${WIDTH}" height="${y + FOOT}" role="img" aria-label="Calls to Cloudflare, by job">
<style>text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#334155}.n{font-size:11px;fill:#64748b}.h{font-size:14px;font-weight:600}@media (prefers-color-scheme:dark){text{fill:#cbd5e1}.n{fill:#94a3b8}}</style>
${text(LABEL_WIDTH, 18, 'Calls to Cloudflare (a logarithmic scale; shorter is better)', 'start', 'h')}
${legend.join('\n')}
${grid.join('\n')}
${parts.join('\n')}
</svg>
`;
}

function callsOf({ by, callsMin }: RowResult, key: Doer | 'fewest'): number | undefined {
  return key === 'fewest' ? (callsMin ?? undefined) : by[key]?.calls;
}

function text(x: number, y: number, words: string, anchor: string, style = ''): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"${style === '' ? '' : ` class="${style}"`}>${escaped}</text>`;
}

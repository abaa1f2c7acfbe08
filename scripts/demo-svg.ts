/**
 * `npm run demo:svg`: runs the demo as a terminal would see it and writes docs/images/demo.svg, an animated recording of
 * what it said, at the pace at which it said it. Only the folder and the name of who ran it are put into general words.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fakeIo } from '../src/cli/fake-io.ts';
import { run } from '../src/cli/run.ts';

const OUT = path.join(import.meta.dirname, '..', 'docs', 'images', 'demo.svg');
const COLUMNS = 100;
const ROWS = 30;
const CHAR_WIDTH = 7.8;
const LINE_HEIGHT = 18;
const PADDING = 16;
const BAR_HEIGHT = 30;
/** How long the end stays before it begins again. */
const HOLD_SECONDS = 5;
/** A line that came in a burst still gets so much, so that eyes can follow. */
const LINE_SECONDS_MIN = 0.09;

/** One Dark's colours, on its ground. */
const COLOURS: Readonly<Record<number, string>> = {
  31: '#e06c75',
  32: '#98c379',
  33: '#e5c07b',
  34: '#61afef',
  35: '#c678dd',
  36: '#56b6c2',
};

interface Line {
  readonly text: string;
  readonly atSeconds: number;
}

async function record(): Promise<readonly Line[]> {
  const lines: Line[] = [];
  let rest = '';
  const startedAt = performance.now();
  const io = fakeIo({ env: { FORCE_COLOR: '1', COLUMNS: String(COLUMNS) }, columns: COLUMNS });
  const take = (text: string): void => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    const atSeconds = (performance.now() - startedAt) / 1_000;
    for (const part of parts) lines.push({ text: inGeneralWords(part), atSeconds });
  };
  const listening = { ...io, stdout: { ...io.stdout, write: take }, stderr: { ...io.stderr, write: take } };
  const code = await run(['demo'], listening);
  if (code !== 0) throw new Error(`the demo ended with ${code}`);
  return lines;
}

function inGeneralWords(text: string): string {
  return text
    .replaceAll(/\/\S*\/(zoneward-demo-\w+)/g, '~/$1')
    .replaceAll(`${os.userInfo().username}@${os.hostname()}`, 'you@here');
}

/** When each line is to be seen: as it came, but not two at once. */
function paced(lines: readonly Line[]): readonly Line[] {
  let at = 0;
  return lines.map(({ text, atSeconds }) => {
    at = Math.max(at + LINE_SECONDS_MIN, atSeconds);
    return { text, atSeconds: at };
  });
}

const ESCAPE = '\u001b[';

/** A line with its colours as `<tspan>`s. */
function drawn(text: string): string {
  let open = '';
  let column = 0;
  const style = { colour: '', bold: false, dim: false };
  const spans: string[] = [];
  for (const [index, part] of text.split(ESCAPE).entries()) {
    const [, code, plain = ''] =
      index === 0 ? [part, '', part] : (/^(\d+)m(.*)$/.exec(part) ?? [part, '', part]);
    const number = Number(code);
    if (number === 1) style.bold = true;
    else if (number === 2) style.dim = true;
    else if (number === 22) Object.assign(style, { bold: false, dim: false });
    else if (number > 0) style.colour = COLOURS[number] ?? '';
    open = `${style.colour === '' ? '' : ` fill="${style.colour}"`}${style.bold ? ' font-weight="700"' : ''}${style.dim ? ' opacity=".55"' : ''}`;
    const shown = plain.slice(0, Math.max(0, COLUMNS - column));
    column += plain.length;
    if (shown !== '') spans.push(open === '' ? escaped(shown) : `<tspan${open}>${escaped(shown)}</tspan>`);
  }
  return spans.join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function draw(lines: readonly Line[]): string {
  const width = Math.ceil(COLUMNS * CHAR_WIDTH + 2 * PADDING);
  const height = ROWS * LINE_HEIGHT + BAR_HEIGHT + PADDING;
  const seconds = (lines.at(-1)?.atSeconds ?? 0) + HOLD_SECONDS;
  const frames = lines.map(
    ({ atSeconds }, index) =>
      `${((100 * atSeconds) / seconds).toFixed(2)}%{transform:translateY(${(ROWS - index - 1) * LINE_HEIGHT}px)}`,
  );
  const end = `translateY(${(ROWS - lines.length) * LINE_HEIGHT}px)`;
  const texts = lines.map(({ text }, index) =>
    text === ''
      ? ''
      : `<text y="${(index + 1) * LINE_HEIGHT - 5}" xml:space="preserve">${drawn(text)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A recording of zoneward demo in a terminal">
<title>zoneward demo</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#abb2bf;white-space:pre}
.s{animation:s ${seconds.toFixed(1)}s step-end infinite}
@keyframes s{0%{transform:translateY(${ROWS * LINE_HEIGHT}px)}${frames.join('')}100%{transform:${end}}}
@media (prefers-reduced-motion:reduce){.s{animation:none;transform:${end}}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#21252b"/>
<g fill="#3e4451"><circle cx="20" cy="15" r="5"/><circle cx="38" cy="15" r="5"/><circle cx="56" cy="15" r="5"/></g>
<clipPath id="c"><rect x="0" y="0" width="${width}" height="${ROWS * LINE_HEIGHT}"/></clipPath>
<g transform="translate(0 ${BAR_HEIGHT})" clip-path="url(#c)"><g class="s"><g transform="translate(${PADDING} 0)">
${texts.filter((text) => text !== '').join('\n')}
</g></g></g>
</svg>
`;
}

const lines = paced(await record());
await mkdir(path.dirname(OUT), { recursive: true });
await writeFile(OUT, draw(lines));
console.log(`${lines.length} lines, ${Math.round(lines.at(-1)?.atSeconds ?? 0)} s`);

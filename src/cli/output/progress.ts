/**
 * Progress on standard error. On a terminal one line is drawn again and again; elsewhere a plain line now and then,
 * so that a log shows that something moves and does not drown in it. Standard output is never touched.
 */
import type { Io } from '../io.ts';
import type { Paint } from './paint.ts';
import { cut, padEnd } from './width.ts';

const REDRAW_MS = 80;
const PLAIN_LINE_MS = 5_000;
/** A line that says what the last one said comes this seldom. */
const SAME_LINE_MS = 60_000;
const BAR_COLUMNS = 24;

export interface Progress {
  /** How far it is; `text` stands beside the bar. */
  update(state: { readonly done: number; readonly total: number; readonly text?: string }): void;
  /** What goes on, where there is no number to it. */
  status(text: string): void;
  /** A line that stays, above the moving one. */
  say(text: string): void;
  /** Takes the moving line away. Safe to call twice. */
  end(): void;
}

export function openProgress(io: Io, paint: Paint, quiet: boolean): Progress {
  if (quiet) return { update: () => {}, status: () => {}, say: () => {}, end: () => {} };
  return io.stderr.isTty ? terminalProgress(io, paint) : plainProgress(io);
}

function terminalProgress(io: Io, paint: Paint): Progress {
  const { stderr } = io;
  let drawn = '';
  let drawnAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let latest = '';
  const clear = (): void => {
    if (drawn !== '') stderr.write('\r\u001b[2K');
    drawn = '';
  };
  const draw = (): void => {
    timer = null;
    if (latest === drawn) return;
    stderr.write(`\r\u001b[2K${latest}`);
    drawn = latest;
    drawnAt = io.now();
  };
  const show = (line: string): void => {
    latest = line;
    if (timer !== null) return;
    const wait = drawnAt + REDRAW_MS - io.now();
    if (wait <= 0) draw();
    else timer = setTimeout(draw, Math.min(wait, REDRAW_MS)).unref();
  };
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    update: ({ done, total, text = '' }) => {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const full = Math.round(share * BAR_COLUMNS);
      const bar = `${paint.cyan('━'.repeat(full))}${paint.dim('━'.repeat(BAR_COLUMNS - full))}`;
      const count = `${String(done).padStart(String(total).length)}/${total}`;
      const room = Math.max(0, stderr.columns - BAR_COLUMNS - count.length - 8);
      show(`  ${bar}  ${count}  ${paint.dim(cut(text, room))}`);
    },
    status: (text) => show(`  ${paint.dim(cut(text, Math.max(10, stderr.columns - 3)))}`),
    say: (text) => {
      stop();
      clear();
      stderr.write(`${text}\n`);
    },
    end: () => {
      stop();
      clear();
      latest = '';
    },
  };
}

function plainProgress(io: Io): Progress {
  let writtenAt = io.now();
  let written = '';
  let timer: NodeJS.Timeout | undefined;
  const write = (text: string): void => {
    writtenAt = io.now();
    written = text;
    io.stderr.write(`${text}\n`);
  };
  // What comes too soon is written later, unless something newer comes: a long wait is told by one line.
  const throttled = (text: string): void => {
    clearTimeout(timer);
    const waitMs = writtenAt + (text === written ? SAME_LINE_MS : PLAIN_LINE_MS) - io.now();
    if (waitMs <= 0) write(text);
    else if (text !== written) timer = setTimeout(write, waitMs, text).unref();
  };
  return {
    update: ({ done, total, text = '' }) => throttled(padEnd(`${done}/${total}`, 10) + text),
    status: throttled,
    say: (text) => io.stderr.write(`${text}\n`),
    end: () => clearTimeout(timer),
  };
}

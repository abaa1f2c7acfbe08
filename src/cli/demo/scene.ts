/**
 * The narrator of the demo. Its commands are the real ones, run in this process with the demo's own environment;
 * what they print is shown indented under the line that one would have typed. Its checks are counted, and one that
 * fails makes the demo fail.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Io, OutStream } from '../io.ts';
import { paintFor } from '../output/paint.ts';
import { formatDuration } from '../output/time.ts';
import { run } from '../run.ts';

export interface SceneOptions {
  readonly io: Io;
  /** For the commands: nothing else of the user's environment reaches them. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the commands run. */
  readonly cwd: string;
  /** Leave a moment for reading. */
  readonly paced: boolean;
  /** Say nothing; only count. */
  readonly silent: boolean;
}

export interface SceneCheck {
  readonly step: string;
  readonly what: string;
  readonly ok: boolean;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The exit code that it must end with. Default 0. */
  readonly expect?: number;
}

/** A command of the demo that did not end as it should: what comes after it would make no sense. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

const PAUSE_MS = 900;
const INDENT = '  ';

export class Scene {
  readonly checks: SceneCheck[] = [];
  readonly #options: SceneOptions;
  readonly #startedAt: number;
  #step = '';
  #stepNumber = 0;
  #blank = true;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#startedAt = options.io.now();
  }

  get elapsedMs(): number {
    return this.#options.io.now() - this.#startedAt;
  }

  get failed(): readonly SceneCheck[] {
    return this.checks.filter((check) => !check.ok);
  }

  get #paint() {
    return paintFor(this.#options.io, this.#options.io.stdout);
  }

  line(text = ''): void {
    if (!this.#options.silent) this.#options.io.stdout.write(`${text}\n`);
    this.#blank = text === '';
  }

  /** An empty line, unless there is one. */
  gap(): void {
    if (!this.#blank) this.line();
  }

  /** A heading with the time so far. */
  async step(title: string): Promise<void> {
    if (this.#stepNumber > 0) await this.pause();
    this.#stepNumber += 1;
    this.#step = title;
    const { bold, cyan, dim } = this.#paint;
    const head = `${this.#stepNumber}. ${title}`;
    const time = formatDuration(this.elapsedMs);
    const rule = '─'.repeat(Math.max(3, 76 - head.length - time.length));
    this.gap();
    this.line(`${cyan(bold(head))} ${dim(`${rule} ${time}`)}`);
    this.line();
  }

  say(text: string): void {
    this.line(`${INDENT}${text}`);
  }

  /** Runs a command and shows it; counts whether it ended as it should. */
  async command(argv: readonly string[], options: CommandOptions = {}): Promise<void> {
    const { io, silent } = this.#options;
    const { bold, dim } = this.#paint;
    const { expect = 0 } = options;
    this.gap();
    this.line(`${INDENT}${dim('$')} ${bold(`zoneward ${argv.map(shellWord).join(' ')}`)}`);
    const streams = silent ? sinkStreams(io) : indentedStreams(io);
    const code = await run(argv, {
      ...io,
      ...streams,
      cwd: this.#options.cwd,
      env: { ...this.#env, ...options.env },
    });
    this.#blank = false;
    if (expect !== 0 || code !== expect) this.check(`exit code ${code}`, code === expect);
    if (code !== expect) throw new StepFailed(argv.join(' '));
  }

  /** Runs a command with `--json` and gives what it says; shows nothing. */
  async ask<T>(argv: readonly string[]): Promise<T> {
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    const stdout = { isTty: false, columns: 80, write };
    const code = await run([...argv, '--json'], {
      ...this.#options.io,
      ...sinkStreams(this.#options.io),
      stdout,
      cwd: this.#options.cwd,
      env: this.#env,
    });
    if (code !== 0) {
      this.check(`zoneward ${argv.join(' ')} --json: exit code ${code}`, false);
      throw new StepFailed(text);
    }
    return JSON.parse(text) as T;
  }

  check(what: string, ok: boolean): void {
    this.checks.push({ step: this.#step, what, ok });
    const { green, red } = this.#paint;
    this.say(`${ok ? green('✓') : red('✖')} ${what}`);
  }

  async pause(): Promise<void> {
    if (this.#options.paced && !this.#options.silent) await sleep(PAUSE_MS);
  }

  get #env(): Record<string, string> {
    const { io, env } = this.#options;
    const passed = ['NO_COLOR', 'FORCE_COLOR', 'TERM', 'ZONEWARD_DEBUG'].flatMap((name) => {
      const value = io.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { ...Object.fromEntries(passed), ...env };
  }
}

/** As one would have to type it. */
function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(word) ? word : `"${word}"`;
}

function indentedStreams(io: Io): Pick<Io, 'stdout' | 'stderr'> {
  return { stdout: indented(io.stdout), stderr: indented(io.stderr) };
}

/** Every line a little to the right; a line that is drawn over stays as it is. */
function indented(stream: OutStream): OutStream {
  let atStart = true;
  return {
    isTty: stream.isTty,
    get columns() {
      return stream.columns - INDENT.length;
    },
    write: (text) => {
      if (text.startsWith('\r')) {
        stream.write(text);
        return;
      }
      const ends = text.endsWith('\n');
      const body = ends ? text.slice(0, -1) : text;
      const lines = body
        .split('\n')
        .map((line, index) => ((index > 0 || atStart) && line !== '' ? INDENT + line : line));
      stream.write(lines.join('\n') + (ends ? '\n' : ''));
      atStart = ends;
    },
  };
}

function sinkStreams(io: Io): Pick<Io, 'stdout' | 'stderr'> {
  const sink = { isTty: false, columns: io.stdout.columns, write: () => {} };
  return { stdout: sink, stderr: sink };
}

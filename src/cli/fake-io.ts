/** An `Io` for tests: everything that a command says is kept, and a person's answers are written down beforehand. */
import type { Io } from './io.ts';
import { run } from './run.ts';

export interface FakeIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input, when it is no terminal. */
  readonly stdin?: string;
  /** A terminal on all three streams; the keys are pressed in turn, one text at each question. */
  readonly keys?: readonly string[];
  readonly columns?: number;
}

export interface FakeIo extends Io {
  readonly said: { stdout: string; stderr: string; exits: number[] };
  /** Presses Ctrl-C. */
  interrupt(): void;
}

export function fakeIo(options: FakeIoOptions = {}): FakeIo {
  const said = { stdout: '', stderr: '', exits: [] as number[] };
  const isTty = options.keys !== undefined;
  const columns = options.columns ?? 80;
  const keys = [...(options.keys ?? [])];
  const listeners = new Set<() => void>();
  return {
    said,
    stdout: {
      isTty,
      columns,
      write: (text) => {
        said.stdout += text;
      },
    },
    stderr: {
      isTty,
      columns,
      write: (text) => {
        said.stderr += text;
      },
    },
    stdin: {
      isTty,
      readAll: async () => options.stdin ?? '',
      readKeys: (listener) => {
        const timer = setImmediate(() => listener(keys.shift() ?? '\u0003'));
        return () => clearImmediate(timer);
      },
    },
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    now: () => Date.now(),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => {
      said.exits.push(code);
    },
    interrupt: () => {
      for (const listener of listeners) listener();
    },
  };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `zoneward ARGV` in this process. */
export async function runCli(argv: readonly string[], options: FakeIoOptions = {}): Promise<Ran> {
  const io = fakeIo(options);
  const code = await run(argv, io);
  return { code, stdout: io.said.stdout, stderr: io.said.stderr };
}

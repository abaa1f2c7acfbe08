/**
 * What a command has of the outside: three streams, the environment, interrupts. Everything in this room goes
 * through an `Io`, so that a test runs a command in its own process and reads what it said.
 */

export interface OutStream {
  write(text: string): void;
  readonly isTty: boolean;
  /** Width in columns; 80 where it is not known. */
  readonly columns: number;
}

/** One key press or paste, as the terminal sends it. */
export type KeyListener = (keys: string) => void;

export interface InStream {
  readonly isTty: boolean;
  /** All of it, as UTF-8. */
  readAll(): Promise<string>;
  /** Key by key, without echo, until the returned function is called. Terminals only. */
  readKeys(listener: KeyListener): () => void;
}

export interface Io {
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  readonly stdin: InStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths of files start at. */
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls back at each Ctrl-C (or polite request to end) until the returned function is called. While nobody listens,
   * it ends the process.
   */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. Only for a second Ctrl-C. */
  exit(code: number): void;
}

/** The real streams of this process. */
export function processIo(): Io {
  return {
    stdout: outStream(process.stdout),
    stderr: outStream(process.stderr),
    stdin: {
      isTty: process.stdin.isTTY === true,
      readAll: readStandardInput,
      readKeys: readStandardKeys,
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    onInterrupt: (listener) => {
      for (const signal of END_SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of END_SIGNALS) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

const COLUMNS_DEFAULT = 80;
const END_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

function outStream(stream: NodeJS.WriteStream): OutStream {
  // A reader that has gone away (`| head`) is no failure of a command that may be writing to Cloudflare.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    isTty: stream.isTTY === true,
    get columns() {
      return stream.columns ?? COLUMNS_DEFAULT;
    },
  };
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function readStandardKeys(listener: KeyListener): () => void {
  const { stdin } = process;
  const onData = (data: Buffer): void => listener(data.toString('utf8'));
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', onData);
  return () => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

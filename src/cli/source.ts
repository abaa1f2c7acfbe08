/** A file that a command was given, or standard input, as text. */
import path from 'node:path';
import { UsageError } from './errors.ts';
import type { Io } from './io.ts';

export interface Source {
  readonly text: string;
  /** As the user named it. */
  readonly file: string;
}

/** Throws `file-unreadable` with what the system said. */
export async function readSource(io: Io, file: string): Promise<Source> {
  if (file === '-') {
    if (io.stdin.isTty) throw new UsageError('-f - reads standard input, and nothing is piped into it.');
    return { file, text: await io.stdin.readAll() };
  }
  const { readSourceFile } = await import('../app/read-source.ts');
  return { file, text: await readSourceFile(path.resolve(io.cwd, file), file) };
}

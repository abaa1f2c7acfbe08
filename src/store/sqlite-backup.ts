/** A copy of a SQLite store while it is in use: whole, of one moment, checked, and readable by its owner alone. */
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { ZonewardError } from '../base/errors.ts';

export interface Backup {
  readonly path: string;
  readonly bytes: number;
}

/** All in one step: in several, a store that is written to all the time would start over and over. */
const PAGES_PER_STEP = 0x7fffffff;

/**
 * Writes the file beside its place and moves it there when it is whole. Never over a file that is there. Throws
 * `backup-exists`, `backup-not-writable`, `backup-damaged`.
 */
export async function backUpSqlite(database: DatabaseSync, path: string): Promise<Backup> {
  const part = `${path}.part`;
  makeFile(path, 'backup-exists');
  try {
    makeFile(part, 'backup-exists');
    await backup(database, part, { rate: PAGES_PER_STEP });
    examine(part);
    renameSync(part, path);
  } catch (error) {
    for (const each of [part, path]) rmSync(each, { force: true });
    throw error;
  }
  return { path, bytes: statSync(path).size };
}

/** Holds the name, so that of two backups to one place only one begins. */
function makeFile(path: string, taken: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (exists) {
      throw new ZonewardError(`There is a file already: ${path}`, {
        code: taken,
        kind: 'conflict',
        next: ['Name another file; a backup never replaces one.'],
      });
    }
    throw new ZonewardError(`The backup cannot be written: ${path}`, {
      code: 'backup-not-writable',
      kind: 'input',
      next: ['Check that the folder is there, and that you may write to it.'],
      cause,
    });
  }
}

/** One file without a log beside it, sound by SQLite's own examination. */
function examine(path: string): void {
  const copy = new DatabaseSync(path);
  try {
    copy.exec('pragma journal_mode = delete');
    const rows = copy.prepare('pragma integrity_check(1)').all() as { integrity_check: string }[];
    if (rows[0]?.integrity_check === 'ok') return;
  } finally {
    copy.close();
  }
  throw new ZonewardError('The copy of the store is damaged, so the store itself is.', {
    code: 'backup-damaged',
    kind: 'internal',
    next: ['Run `zoneward store check`.'],
  });
}

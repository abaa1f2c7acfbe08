/**
 * The state on disk: one JSON file, replaced as a whole (written beside, synced, renamed), so that a crash leaves the
 * old state or the new one. Changes are gathered for a moment; `flush` and `close` write at once.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SandboxInputError } from '../input-error.ts';
import type { World, WorldSnapshot } from './world.ts';

const GATHER_MS_MIN = 50;
/** A slow (large) state is written at most so much of the time. */
const WRITE_SHARE = 10;

export interface StateFile {
  /** True when the file was there. */
  readonly restored: boolean;
  flush(): void;
  close(): Promise<void>;
}

/** Restores the world from the file, when it is there, and keeps the file current from then on. */
export function openStateFile(world: World, path: string, warn: (line: string) => void): StateFile {
  const restored = existsSync(path);
  assertFolder(path);
  if (restored) world.restore(readSnapshot(path));
  let timer: NodeJS.Timeout | undefined;
  let dirty = !restored;
  let lastWriteMs = 0;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!dirty) return;
    dirty = false;
    const started = performance.now();
    writeSnapshot(path, world.snapshot());
    lastWriteMs = performance.now() - started;
  };
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      // Nobody waits for this write: say it, and try again with the next change or at the end.
      dirty = true;
      warn(`sandbox: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  world.onChange(() => {
    dirty = true;
    timer ??= setTimeout(flushLater, Math.max(GATHER_MS_MIN, lastWriteMs * WRITE_SHARE));
  });
  return {
    restored,
    flush,
    close: async () => flush(),
  };
}

/** Said at the start, not with the first change: a state that cannot be kept is no state. */
function assertFolder(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SandboxInputError('bad-state', `Cannot write beside the state file ${path}: ${reason}`, error);
  }
}

function readSnapshot(path: string): WorldSnapshot {
  try {
    const snapshot = JSON.parse(readFileSync(path, 'utf8')) as WorldSnapshot;
    if (snapshot.version !== 1 || !Array.isArray(snapshot.zones))
      throw new Error('it is no state of a sandbox');
    return snapshot;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SandboxInputError('bad-state', `Cannot read the state file ${path}: ${reason}`, error);
  }
}

function writeSnapshot(path: string, snapshot: WorldSnapshot): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(beside, 'w', 0o600);
    try {
      writeFileSync(file, JSON.stringify(snapshot));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SandboxInputError('bad-state', `Cannot write the state file ${path}: ${reason}`, error);
  }
}

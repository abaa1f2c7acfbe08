/**
 * Writes that wait at the same moment share one transaction, where the engine lets one transaction write at a
 * time: the wait for the disk at its commit is most of what a small write costs.
 *
 * Invariants: none returns before that commit, so what is acknowledged is durable; they run one after another,
 * each sees what those before it wrote; one that fails takes back itself alone, by its savepoint. What ends the
 * transaction as a whole (a full disk, a failed commit) fails them all, and nothing of any is kept.
 */
import { type Kysely, sql } from 'kysely';
import type { Trx } from './engine.ts';
import type { Schema } from './schema.ts';

export type Work<Result> = (trx: Trx) => Promise<Result>;

export interface CommitGroup {
  run<Result>(work: Work<Result>): Promise<Result>;
  /** When all that was asked for until now has ended. */
  idle(): Promise<void>;
}

/** Bounds how long the first of a group waits for the last. */
const GROUP_MAX = 64;

interface Waiting {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export function openCommitGroup(writer: Kysely<Schema>): CommitGroup {
  const queue: Waiting[] = [];
  let draining: Promise<void> | null = null;
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      // A turn of the event loop: answers that are there already bring their writes into this group.
      await new Promise((resolve) => setImmediate(resolve));
      await commitTogether(writer, queue.splice(0, GROUP_MAX));
    }
    draining = null;
  };
  return {
    run: <Result>(work: Work<Result>) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ work, resolve: resolve as Waiting['resolve'], reject });
        draining ??= drain();
      }),
    idle: () => draining ?? Promise.resolve(),
  };
}

/** Never rejects: each of the group hears for itself, after the commit. */
async function commitTogether(writer: Kysely<Schema>, group: readonly Waiting[]): Promise<void> {
  const tell: (() => void)[] = [];
  try {
    await writer.transaction().execute(async (trx) => {
      const run = group.length === 1 ? runAlone : runWithin;
      for (const each of group) tell.push(await run(trx, each));
    });
  } catch (error) {
    for (const { reject } of group) reject(error);
    return;
  }
  for (const each of tell) each();
}

async function runAlone(trx: Trx, { work, resolve }: Waiting): Promise<() => void> {
  const result = await work(trx);
  return () => resolve(result);
}

async function runWithin(trx: Trx, { work, resolve, reject }: Waiting): Promise<() => void> {
  await sql`savepoint of_group`.execute(trx);
  try {
    const result = await work(trx);
    await sql`release savepoint of_group`.execute(trx);
    return () => resolve(result);
  } catch (error) {
    await takeBack(trx, error);
    return () => reject(error);
  }
}

/** Throws the error itself when the engine has ended the transaction by it: then there is no savepoint any more. */
async function takeBack(trx: Trx, error: unknown): Promise<void> {
  try {
    await sql`rollback to savepoint of_group`.execute(trx);
    await sql`release savepoint of_group`.execute(trx);
  } catch {
    throw error;
  }
}

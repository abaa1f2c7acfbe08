/**
 * Wake-ups between processes by pg-boss: a queue of ids, in a schema of its own beside the store's tables. pg-boss
 * tells a waiting worker by NOTIFY, polls behind that, and hands a word on when whoever took it died. It starts when
 * the first job is added or waited for, so that a command that does neither pays nothing.
 */

import { Client } from 'pg';
import type { PgBoss } from 'pg-boss';
import { storeError } from './context.ts';
import type { EngineWakeUps } from './engine.ts';
import { faultOfPostgres } from './postgres-faults.ts';

const QUEUE = 'jobs';
/** How long until work is found whose word was lost, or whose worker died when its lease has run out. */
const POLL_EVERY_MS = 5_000;
const CONNECTIONS_MAX = 2;
/** A word that nobody has acted on by then goes to another worker. */
const WORD_EXPIRES_SECONDS = 60;
const WORDS_KEPT_SECONDS = 3_600;
const STOP_MAX_MS = 5_000;

export function openPostgresWakeUps(url: string): EngineWakeUps {
  let starting: Promise<PgBoss> | null = null;
  const started = async (): Promise<PgBoss> => {
    starting ??= start(url);
    try {
      return await starting;
    } catch (error) {
      starting = null;
      throw storeError({ faultOf: faultOfPostgres }, error);
    }
  };
  return {
    pollEveryMs: POLL_EVERY_MS,
    send: async (job) => {
      const boss = await started();
      // Of one job, one word at a time waits to be taken.
      await boss.send(QUEUE, { job }, { singletonKey: job });
    },
    receive: async (onWake) => {
      const boss = await started();
      const id = await boss.work(QUEUE, { notifyPollingIntervalSeconds: POLL_EVERY_MS / 1_000 }, () =>
        onWake(),
      );
      return { stop: () => boss.offWork(QUEUE, { id, wait: false }) };
    },
    close: async () => {
      const boss = await starting?.catch(() => null);
      starting = null;
      await boss?.stop({ graceful: false, timeout: STOP_MAX_MS });
    },
  };
}

async function start(url: string): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'zoneward wake-ups',
    schema: await schemaOf(url),
    max: CONNECTIONS_MAX,
    useListenNotify: true,
    schedule: false,
    persistWarnings: false,
  });
  // Its own trouble costs time, not work, and is over when the server is back.
  boss.on('error', () => {});
  boss.on('warning', () => {});
  try {
    await boss.start();
    await boss.createQueue(QUEUE, {
      policy: 'short',
      notify: true,
      expireInSeconds: WORD_EXPIRES_SECONDS,
      retentionSeconds: WORDS_KEPT_SECONDS,
      deleteAfterSeconds: WORD_EXPIRES_SECONDS,
    });
    return boss;
  } catch (error) {
    // Its timers would keep the process alive, with nobody to stop them.
    await boss.stop({ graceful: false, timeout: STOP_MAX_MS }).catch(() => {});
    throw error;
  }
}

/** Follows the schema of the store's tables, so that two stores of one database have a queue each. */
export function wakeUpSchemaOf(schema: string): string {
  return schema === 'public' ? 'zoneward_wake_ups' : `${schema}_wake_ups`;
}

async function schemaOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ schema: string }>('select current_schema() as schema');
    return wakeUpSchemaOf(rows[0]?.schema ?? 'public');
  } finally {
    await client.end().catch(() => {});
  }
}

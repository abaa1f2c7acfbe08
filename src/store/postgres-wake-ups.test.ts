import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { withDatabase } from '../../test/kit/postgres.ts';
import { startPostgres } from '../../test/kit/postgres-server.ts';
import { systemClock, systemRandom } from '../base/clock.ts';
import type { JobId } from '../domains/jobs/model.ts';
import { type JobRunner, startJobRunner } from '../domains/jobs/run-jobs.ts';
import { job, sealForTests } from './contract/samples.ts';
import { openStore, type Store } from './open-store.ts';

const open = (url: string): Promise<Store> =>
  openStore({ url, clock: systemClock, random: systemRandom, seal: sealForTests });

/** What each runner ran, by name of the runner. */
class Log {
  readonly runs: { readonly by: string; readonly id: string }[] = [];

  start(store: Store, by: string): JobRunner {
    return startJobRunner({
      store: store.jobs,
      wakeUps: store.wakeUps,
      clock: systemClock,
      holder: by,
      handlers: {
        test: async ({ id }) => {
          this.runs.push({ by, id });
          return {};
        },
      },
      describeError: (error) => ({ message: String(error) }),
      onError: (error) => assert.ok(String(error).includes('cannot be reached'), String(error)),
    });
  }

  async reaches(count: number, withinMs: number): Promise<void> {
    const giveUpAt = Date.now() + withinMs;
    while (this.runs.length < count && Date.now() < giveUpAt) await sleep(10);
    assert.equal(this.runs.length, count, `after ${withinMs} ms`);
  }
}

async function add(store: Store, name: string): Promise<void> {
  const { id } = await store.jobs.add(job(name), null);
  await store.wakeUps.send(id);
}

describe('wake-ups on PostgreSQL', () => {
  it('reach a worker of another process at once, and each job runs once', () =>
    withDatabase(async (url) => {
      await using front = await open(url);
      await using one = await open(url);
      await using two = await open(url);
      const log = new Log();
      const runners = [log.start(one, 'one'), log.start(two, 'two')];
      // They have looked, found nothing, and wait for word or for five seconds.
      await front.wakeUps.send('job_nothing' as JobId);
      await sleep(1_500);
      const startedAt = Date.now();
      await add(front, 'a');
      await log.reaches(1, 2_500);
      assert.ok(Date.now() - startedAt < 2_500);
      for (let number = 0; number < 30; number += 1) await add(front, `many${number}`);
      await log.reaches(31, 10_000);
      await Promise.all(runners.map((runner) => runner.stop()));
      assert.equal(new Set(log.runs.map(({ id }) => id)).size, 31);
      assert.deepEqual(await front.jobs.counts(), { queued: 0, running: 0, oldestDueAt: null });
    }));

  it('that are lost cost time, not work', () =>
    withDatabase(async (url) => {
      await using front = await open(url);
      await using worker = await open(url);
      const log = new Log();
      const runner = log.start(worker, 'one');
      await add(front, 'first');
      await log.reaches(1, 10_000);
      const client = new Client({ connectionString: url });
      await client.connect();
      // Nothing that is sent reaches the queue any more.
      await client.query(`create function swallow() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger swallow before insert on zoneward_wake_ups.job_common for each row execute function swallow()`);
      await sleep(1_500);
      await add(front, 'second');
      const { rowCount } = await client.query(
        "select 1 from zoneward_wake_ups.job where data->>'job' = 'job_second'",
      );
      await client.end();
      assert.equal(rowCount, 0);
      await log.reaches(2, 10_000);
      await runner.stop();
    }));

  it('go on after the server was away, and so do the jobs', async () => {
    const server = await startPostgres();
    try {
      await using front = await open(server.url);
      await using worker = await open(server.url);
      const log = new Log();
      const runner = log.start(worker, 'one');
      await add(front, 'first');
      await log.reaches(1, 10_000);
      await server.restart();
      await front.jobs.add(job('second'), null);
      await log.reaches(2, 15_000);
      await add(front, 'third');
      await log.reaches(3, 10_000);
      await runner.stop();
    } finally {
      await server.dispose();
    }
  });
});

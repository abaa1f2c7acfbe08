/** Zoneward as a library, with its store on disk, in a process that is set up as the command line is. */
import path from 'node:path';
// The rivals have loaded the SDK when their time begins, and so have we.
import 'cloudflare/client';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { keepHeapSmall } from '../../../src/cli/keep-heap-small.ts';
import { openZoneward, type Zoneward } from '../../../src/index.ts';
import { type ActorInput, hostName, type Job, newAddress, nextAddress, timed } from './input.ts';

// As the command line does.
keepHeapSmall();

/** Five minutes of budget pass in a third of a second. */
const SPEED = 1_000;
/** Five minutes pass in fifteen seconds, and a reading is still young when its change is sent. */
const SPEED_OF_CHANGES = 20;

function fastClock(epoch: number, speed: number): Clock {
  return {
    now: () => Math.round(epoch + (Date.now() - epoch) * speed),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = setTimeout(done, Math.ceil(ms / speed));
        const stop = (): void => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', stop, { once: true });
        function done(): void {
          signal?.removeEventListener('abort', stop);
          resolve();
        }
      }),
  };
}

/** For many calls the clock runs fast, so that our own pacing does not count. A reading ages by it, too. */
function open(input: ActorInput, speed = 1): Promise<Zoneward> {
  return openZoneward({
    home: path.join(input.folder, input.home ?? 'home'),
    clock: speed === 1 ? systemClock : fastClock(input.epoch, speed),
    environment: {
      CLOUDFLARE_API_TOKEN: input.token,
      CLOUDFLARE_ACCOUNT_ID: input.accountId,
      CLOUDFLARE_API_BASE_URL: input.baseUrl,
    },
  });
}

const sync: Job = async (input) => {
  await using zoneward = await open(input, SPEED);
  const { zones } = zoneward.tenant('local');
  let records = 0;
  const ms = await timed(async () => {
    const { sync: result } = await zones.syncAll();
    if (result.failures.length > 0) throw result.failures[0]?.error;
    records = result.outcomes.reduce((sum, { recordCount }) => sum + recordCount, 0);
  });
  return { ms, records };
};

/** Neither a listing nor a verification is due: on a fast clock they would be at every round. */
const QUIET = { verifyWithinMs: Number.MAX_SAFE_INTEGER, discoverEveryMs: Number.MAX_SAFE_INTEGER };

/** The round of a quiet account: what serve and worker do twice a minute. */
const round: Job = async (input) => {
  await using zoneward = await open(input, SPEED);
  const { inventory } = zoneward.tenant('local');
  return {
    ms: await timed(() => inventory.round({ settings: QUIET })),
  };
};

/** The zone as a document, with so many addresses changed. */
async function document(zoneward: Zoneward, input: ActorInput): Promise<{ text: string; file: string }> {
  const { text } = await zoneward.tenant('local').zones.export(input.zone ?? '', 'json');
  const parsed = JSON.parse(text) as { records: { type: string; content: string }[] };
  for (const [index, record] of parsed.records.slice(0, input.changes ?? 0).entries()) {
    record.content = newAddress(index);
  }
  return { text: JSON.stringify(parsed), file: 'zone.json' };
}

const plan: Job = async (input) => {
  await using zoneward = await open(input);
  const source = await document(zoneward, input);
  const { changes } = zoneward.tenant('local');
  return { ms: await timed(() => changes.plan(input.zone ?? '', source)) };
};

const apply: Job = async (input) => {
  await using zoneward = await open(input);
  const source = await document(zoneward, input);
  const { changes } = zoneward.tenant('local');
  let changeSet = '';
  const ms = await timed(async () => {
    const planned = await changes.plan(input.zone ?? '', source);
    const applied = await changes.apply(planned, { allow: ['updates', 'deletions', 'critical'] });
    if (applied?.status !== 'applied') throw new Error(`not applied: ${JSON.stringify(applied?.status)}`);
    changeSet = applied.changeSet.id;
  });
  return { ms, changeSet };
};

const undo: Job = async (input) => {
  await using zoneward = await open(input);
  const { changes } = zoneward.tenant('local');
  const ms = await timed(async () => {
    const planned = await changes.planUndo((input.changeSet ?? '') as never);
    const applied = await changes.apply(planned, { allow: ['updates', 'deletions', 'critical'] });
    if (applied?.status !== 'applied') throw new Error(`not applied: ${JSON.stringify(applied?.status)}`);
  });
  return { ms };
};

/** One change after another, each planned, applied and read back. */
const singles: Job = async (input) => {
  const { zone = '', changes: count = 0, records = 1 } = input;
  await using zoneward = await open(input, count > 1 ? SPEED_OF_CHANGES : 1);
  const { changes } = zoneward.tenant('local');
  const ms = await timed(async () => {
    for (let index = 0; index < count; index += 1) {
      const selection = { name: hostName(index, records, zone) };
      const planned = await changes.planEdit([zone], selection, { content: nextAddress(index) });
      const applied = await changes.apply(planned, { verify: true, allow: ['critical'] });
      if (applied?.status !== 'applied') throw new Error(`not applied: ${JSON.stringify(applied?.status)}`);
    }
  });
  return { ms };
};

export const JOBS: Readonly<Record<string, Job>> = { sync, round, plan, apply, undo, singles };

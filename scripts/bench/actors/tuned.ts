/**
 * The honest rival: a script on the SDK by somebody who knows the API well. The largest pages, no call to find the end
 * of a list, several zones in flight, batches at the plan's limit. It keeps no mirror, no history and no journal.
 */
import Cloudflare from 'cloudflare';
import { type ActorInput, hostName, type Job, newAddress, nextAddress, timed } from './input.ts';

const IN_FLIGHT = 4;
const RECORDS_PER_PAGE = 5_000;
const BATCH_MAX = 3_500;

function open({ token, baseUrl }: ActorInput): Cloudflare {
  return new Cloudflare({ apiToken: token, baseURL: baseUrl });
}

interface Pages<Item> {
  readonly result: Item[];
  readonly result_info: { readonly total_pages?: number };
}

async function all<Item>(page: (number: number) => Promise<unknown>): Promise<Item[]> {
  const first = (await page(1)) as Pages<Item>;
  const items = [...first.result];
  for (let number = 2; number <= (first.result_info.total_pages ?? 1); number += 1) {
    items.push(...((await page(number)) as Pages<Item>).result);
  }
  return items;
}

function recordsOf(client: Cloudflare, zoneId: string): Promise<{ id: string }[]> {
  return all((page) => client.dns.records.list({ zone_id: zoneId, per_page: RECORDS_PER_PAGE, page }));
}

const sync: Job = async (input) => {
  const client = open(input);
  let records = 0;
  const ms = await timed(async () => {
    const zones = await all<{ id: string }>((page) =>
      client.zones.list({ account: { id: input.accountId }, per_page: 50, page }),
    );
    const work = async (): Promise<void> => {
      for (let zone = zones.pop(); zone !== undefined; zone = zones.pop()) {
        const listed = await recordsOf(client, zone.id);
        records += listed.length;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  });
  return { ms, records };
};

const apply: Job = async (input) => {
  const client = open(input);
  const ms = await timed(async () => {
    const zone = (await client.zones.list({ name: input.zone ?? '' })).result[0];
    if (zone === undefined) throw new Error('no such zone');
    const patches = (await recordsOf(client, zone.id))
      .slice(0, input.changes ?? 0)
      .map(({ id }, index) => ({ id, content: newAddress(index) }));
    for (let start = 0; start < patches.length; start += BATCH_MAX) {
      const some = patches.slice(start, start + BATCH_MAX);
      await client.dns.records.batch({ zone_id: zone.id, patches: some as never });
    }
  });
  return { ms };
};

/** Each record found by its name, changed, and read back: the fewest calls that see what they do. */
const singles: Job = async (input) => {
  const client = open(input);
  const { zone: name = '', changes = 0, records = 1 } = input;
  const ms = await timed(async () => {
    const zone = (await client.zones.list({ name })).result[0];
    if (zone === undefined) throw new Error('no such zone');
    for (let index = 0; index < changes; index += 1) {
      const host = hostName(index, records, name);
      const found = await client.dns.records.list({ zone_id: zone.id, name: { exact: host } });
      const { id } = found.result[0] ?? { id: '' };
      await client.dns.records.edit(id, { zone_id: zone.id, content: nextAddress(index) } as never);
      await client.dns.records.get(id, { zone_id: zone.id });
    }
  });
  return { ms };
};

export const JOBS: Readonly<Record<string, Job>> = { sync, apply, singles };

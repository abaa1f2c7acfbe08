/** The official SDK as its guide shows it: the auto-pager over lists, one call for each record that changes. */
import Cloudflare from 'cloudflare';
import { type ActorInput, type Job, newAddress, timed } from './input.ts';

function open({ token, baseUrl }: ActorInput): Cloudflare {
  return new Cloudflare({ apiToken: token, baseURL: baseUrl });
}

const sync: Job = async (input) => {
  const client = open(input);
  let records = 0;
  const ms = await timed(async () => {
    for await (const zone of client.zones.list({ account: { id: input.accountId } })) {
      for await (const _ of client.dns.records.list({ zone_id: zone.id })) records += 1;
    }
  });
  return { ms, records };
};

const apply: Job = async (input) => {
  const client = open(input);
  const ms = await timed(async () => {
    const zone = (await client.zones.list({ name: input.zone ?? '' })).result[0];
    if (zone === undefined) throw new Error('no such zone');
    let index = 0;
    const changed: { id: string; address: string }[] = [];
    for await (const record of client.dns.records.list({ zone_id: zone.id })) {
      if (index < (input.changes ?? 0)) changed.push({ id: record.id, address: newAddress(index) });
      index += 1;
    }
    for (const { id, address } of changed) {
      await client.dns.records.edit(id, { zone_id: zone.id, content: address } as never);
    }
  });
  return { ms };
};

export const JOBS: Readonly<Record<string, Job>> = { sync, apply };

/** The service: mixed reads over 100,000 records beside a bare Hono route, and connections that are at rest. */
import { type Row, type Verdict, withPlace } from '../frame.ts';
import { drive, type LoadReport, startServing } from '../load.ts';
import { seedZones } from './first-sync.ts';

const SHAPE = { zones: 20, records: 5_000 };
const REQUESTS = 6_000;
const WARM_UP = 500;
const SOCKETS = 16;
/** Zoneward's throughput is to be at least a bare route's by this. */
const TIMES_MAX = 5;
const RESTING = 10_000;
const RESTING_MB_MAX = 100;
const RESTING_CORE_MAX = 0.01;
const WATCH_MS = 20_000;

async function pathsFor(url: string, key: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${key}` };
  const zones = (await (await fetch(`${url}/v1/zones`, { headers })).json()) as { items: { id: string }[] };
  return zones.items.flatMap(({ id }, index) => [
    '/v1/zones?limit=50',
    `/v1/zones/${id}`,
    `/v1/zones/${id}/records?limit=50`,
    `/v1/zones/${id}/records?limit=50&sort=name`,
    `/v1/zones/${id}/records?limit=50&search=r${index}`,
    `/v1/zones/${id}/history`,
    '/v1/records?type=A&limit=50',
    '/v1/connections',
  ]);
}

function told({ perSecond, p50Ms, p99Ms }: LoadReport): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
}

const reads: Row = {
  name: `mixed reads over ${(SHAPE.zones * SHAPE.records).toLocaleString('en')} records`,
  run: ({ say }) =>
    withPlace(async (place) => {
      const { sandbox, folder } = place;
      seedZones(place, SHAPE);
      const { baseUrl, accountId } = sandbox;
      const setting = { folder, baseUrl, accountId, token: sandbox.tokens.full };
      say('load: first sync');
      await using zoneward = await startServing({ kind: 'zoneward', sync: true, ...setting });
      const paths = await pathsFor(zoneward.url, zoneward.key);
      const headers = { authorization: `Bearer ${zoneward.key}` };
      const page: unknown = await (await fetch(`${zoneward.url}${paths[2]}`, { headers })).json();
      await using bare = await startServing({ kind: 'bare', page, ...setting });
      const reports: LoadReport[] = [];
      for (const [name, server] of Object.entries({ zoneward, bare })) {
        say(`load: ${name}`);
        await drive(server, { paths, requests: WARM_UP, sockets: SOCKETS });
        reports.push(await drive(server, { paths, requests: REQUESTS, sockets: SOCKETS }));
      }
      const [ours, theirs] = reports;
      if (ours === undefined || theirs === undefined) throw new Error('There was no load');
      const { rssMb } = await zoneward.usage();
      const measured = { calls: 0, ms: (1_000 * REQUESTS) / ours.perSecond, rssMb };
      const times = theirs.perSecond / ours.perSecond;
      const verdict: Verdict = {
        target: `within ${TIMES_MAX}× of a bare Hono route that answers a page of 50 records from memory`,
        held: times <= TIMES_MAX,
        measured: `${times.toFixed(1)}×: ${told(ours)}; bare: ${told(theirs)}`,
        decides: false,
      };
      return [
        { name: reads.name, latencyMs: null, by: { zoneward: measured }, callsMin: 0, verdicts: [verdict] },
      ];
    }),
};

const resting: Row = {
  name: `${RESTING.toLocaleString('en')} connections at rest`,
  run: ({ say }) =>
    withPlace(async ({ sandbox, folder }) => {
      const { baseUrl, accountId } = sandbox;
      const setting = { kind: 'zoneward', baseUrl, accountId, token: sandbox.tokens.full } as const;
      const taken: { rssMb: number; core: number }[] = [];
      for (const count of [0, RESTING]) {
        say(`at rest: ${count.toLocaleString('en')} connections`);
        await using made = await startServing({ ...setting, folder: `${folder}/${count}`, resting: count });
        await made[Symbol.asyncDispose]();
        // Started again, so that what making them took is not counted.
        await using server = await startServing({ ...setting, folder: `${folder}/${count}` });
        const before = await server.usage();
        await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
        const after = await server.usage();
        taken.push({ rssMb: after.rssMb, core: (after.cpuMs - before.cpuMs) / WATCH_MS });
      }
      const [none, many] = taken;
      if (none === undefined || many === undefined) throw new Error('Nothing was watched');
      const calls = sandbox.counts().total;
      const more = Math.max(0, many.rssMb - none.rssMb);
      const verdicts: Verdict[] = [
        { target: '0 calls', held: calls === 0, measured: `${calls}`, decides: true },
        {
          target: `< ${RESTING_MB_MAX} MB more than without them`,
          held: more < RESTING_MB_MAX,
          measured: `${more} MB (${none.rssMb} MB → ${many.rssMb} MB)`,
          decides: true,
        },
        {
          target: `< ${100 * RESTING_CORE_MAX} % of a core more than without them`,
          held: many.core - none.core < RESTING_CORE_MAX,
          measured: `${(100 * (many.core - none.core)).toFixed(2)} % (${(100 * none.core).toFixed(2)} % → ${(100 * many.core).toFixed(2)} %)`,
          decides: false,
        },
      ];
      const measured = { calls, ms: WATCH_MS, rssMb: many.rssMb };
      return [{ name: resting.name, latencyMs: null, by: { zoneward: measured }, callsMin: 0, verdicts }];
    }),
};

export const HTTP_LOAD: readonly Row[] = [reads, resting];

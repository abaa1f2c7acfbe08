/**
 * How long a plan takes, by size of the zone and share of it that changes: `node src/plan/plan.bench.ts [records…]`.
 * Promise 9 of the design: 10,000 records in 0.4 s; 200,000 in 20 s and 1 GB.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DesiredRecord, RecordFields } from '../dns/record.ts';
import { completeFields } from './diff.ts';
import { contextOf, desired, liveOf, ZONE } from './fixtures.ts';
import { planZone } from './make-plan.ts';

const SIZES = [1_000, 10_000, 200_000];

/** Names with one to four records of the common types, as zones have them. */
function makeFields(count: number): RecordFields[] {
  const fields: RecordFields[] = [];
  for (let host = 0; fields.length < count; host += 1) {
    const octets = `${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
    const texts = [
      `host${host} A 198.${octets}`,
      `host${host} AAAA 2001:db8::${(host >> 16).toString(16)}:${(host & 65_535).toString(16)}`,
    ];
    if (host % 3 === 0) texts.push(`host${host} MX 10 mail${host % 10}`);
    if (host % 5 === 0) texts.push(`host${host} TXT "v=spf1 include:spf${host}.other.example -all"`);
    if (host % 7 === 0) texts.push(`alias${host} CNAME host${host}`);
    for (const text of texts)
      fields.push(completeFields(desired(text, { ttl: 300, comment: `host ${host}` })));
  }
  return fields.slice(0, count);
}

function wish(fields: readonly RecordFields[], every: number): DesiredRecord[] {
  return fields.map((record, index): DesiredRecord => {
    const { name, rdata, ttl } = record;
    const position = { file: 'zone.yaml', line: index + 1, column: 1 };
    if (every === 0 || index % every !== 0) return { name, rdata, ttl, position };
    return rdata.type === 'A'
      ? { name, rdata: { type: 'A', address: rdata.address.replace(/^198/, '203') }, ttl, position }
      : { name, rdata, ttl: 600, position };
  });
}

function measure(live: readonly LiveRecord[], records: readonly DesiredRecord[], label: string): void {
  const started = performance.now();
  const plan = planZone(contextOf(live, { recordQuota: 1_000_000 }), {
    desired: { zone: ZONE, records, omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [],
  });
  const ms = performance.now() - started;
  const changes = plan.groups.reduce((sum, group) => sum + group.changes.length, 0);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${String(live.length).padStart(7)} records, ${label.padEnd(12)} ${String(changes).padStart(7)} changes ${ms.toFixed(0).padStart(7)} ms, process at most ${megabytes.toFixed(0)} MB`,
  );
}

/** Of each case: every so many records change; the zone is empty before. */
const CASES = {
  unchanged: { every: 0, isNew: false },
  '1 % changed': { every: 100, isNew: false },
  'all changed': { every: 1, isNew: false },
  'all new': { every: 1, isNew: true },
} as const;

/** Each case in a process of its own, so that its memory is its own. */
function inProcesses(sizes: readonly number[]): void {
  for (const size of sizes) {
    for (const name of Object.keys(CASES)) {
      const script = fileURLToPath(import.meta.url);
      spawnSync(process.execPath, [script, String(size), name], { stdio: 'inherit' });
    }
  }
}

const [size, name] = process.argv.slice(2);
const chosen = Object.entries(CASES).find(([each]) => each === name)?.[1];
if (chosen === undefined) {
  const sizes = process.argv.slice(2).map(Number);
  inProcesses(sizes.length > 0 ? sizes : SIZES);
} else {
  const fields = makeFields(Number(size));
  const live = chosen.isNew ? [] : fields.map((one, index) => liveOf(one, index + 1));
  measure(live, wish(fields, chosen.every), name ?? '');
}

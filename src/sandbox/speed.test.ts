/**
 * Promises of speed and size. The client runs in another process, and what is measured is this process's own CPU
 * time, so that a busy machine does not decide.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { sandboxFor } from './testing.ts';

const CLIENT = `
const http = require('node:http');
const { base, token, paths, times, width } = JSON.parse(process.argv[1]);
const agent = new http.Agent({ keepAlive: true, maxSockets: width });
const get = (path) => new Promise((resolve, reject) => {
  http.get(base + path, { agent, headers: { Authorization: 'Bearer ' + token } }, (response) => {
    let bytes = 0;
    response.on('data', (chunk) => { bytes += chunk.length; });
    response.on('end', () => response.statusCode === 200 ? resolve(bytes) : reject(new Error(path + ' ' + response.statusCode)));
  }).on('error', reject);
});
let next = 0;
const work = async () => { while (next < times * paths.length) await get(paths[next++ % paths.length]); };
Promise.all(Array.from({ length: width }, work)).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
`;

async function fetchAll(
  sandbox: Sandbox,
  job: { paths: readonly string[]; times: number; width: number },
): Promise<number> {
  const before = process.cpuUsage();
  const argument = JSON.stringify({ base: sandbox.baseUrl, token: sandbox.tokens.full, ...job });
  const child = spawn(process.execPath, ['-e', CLIENT, argument], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => {
    child.on('exit', resolve);
  });
  assert.equal(code, 0);
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / 1000;
}

test('100,000 records are listed at 5,000 per page for a few times the cost of JSON.stringify', async (t) => {
  const sandbox = await sandboxFor(t);
  const records = Array.from({ length: 100_000 }, (_, index) => ({
    type: 'A',
    name: `host-${index}`,
    content: `192.0.2.${index % 250}`,
    ttl: 300,
  }));
  const zone = sandbox.seedZone('large.example', records, { plan: 'enterprise', recordQuota: 200_000 });
  const paths = Array.from(
    { length: 20 },
    (_, index) => `/zones/${zone.id}/dns_records?per_page=5000&page=${index + 1}`,
  );
  await fetchAll(sandbox, { paths, times: 1, width: 1 });
  const listMs = await fetchAll(sandbox, { paths, times: 3, width: 1 });
  const all = sandbox.records(zone.id);
  const before = process.cpuUsage();
  let bytes = 0;
  for (let round = 0; round < 3; round += 1) {
    for (let page = 0; page < 20; page += 1)
      bytes += Buffer.byteLength(JSON.stringify(all.slice(page * 5000, (page + 1) * 5000)));
  }
  const spent = process.cpuUsage(before);
  const stringifyMs = (spent.user + spent.system) / 1000;
  assert.ok(bytes > 60_000_000);
  t.diagnostic(
    `60 pages: ${listMs.toFixed(0)} ms of CPU; JSON.stringify alone: ${stringifyMs.toFixed(0)} ms`,
  );
  assert.ok(listMs <= 4 * stringifyMs, `${listMs} ms against ${stringifyMs} ms`);
});

test('2,000 simple requests per second on one core', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('simple.example', [{ type: 'A', name: 'a', content: '192.0.2.1' }]);
  const paths = ['/zones', `/zones/${zone.id}`, `/zones/${zone.id}/dns_records`];
  await fetchAll(sandbox, { paths, times: 300, width: 8 });
  const requests = 6000;
  const cpuMs = await fetchAll(sandbox, { paths, times: requests / paths.length, width: 8 });
  const perSecond = (requests / cpuMs) * 1000;
  t.diagnostic(`${perSecond.toFixed(0)} requests per second of CPU time`);
  assert.ok(perSecond >= 2000, `${perSecond} requests per second`);
});

const MANY_ZONES = `
import { startSandbox } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const sandbox = await startSandbox({ rateLimit: false, dnsPort: false });
for (let zone = 0; zone < 10000; zone += 1) {
  const records = Array.from({ length: 20 }, (_, index) => ({ type: 'A', name: 'host-' + index, content: '192.0.' + (zone % 250) + '.' + index, ttl: 300 }));
  sandbox.seedZone('zone-' + zone + '.example', records);
}
const headers = { Authorization: 'Bearer ' + sandbox.tokens.full };
let seen = 0;
for (let page = 1; page <= 200; page += 1) {
  const answer = await (await fetch(sandbox.baseUrl + '/zones?per_page=50&page=' + page, { headers })).json();
  seen += answer.result.length;
  for (const zone of answer.result.slice(0, 10)) {
    const list = await (await fetch(sandbox.baseUrl + '/zones/' + zone.id + '/dns_records', { headers })).json();
    if (list.result.length !== 20) throw new Error('records are missing');
  }
}
console.log(JSON.stringify({ seen, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
await sandbox.close();
`;

test('10,000 zones with 20 records each stay under 512 MB, client in the same process and all', async (t) => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', MANY_ZONES], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const code = await new Promise((resolve) => {
    child.on('exit', resolve);
  });
  assert.equal(code, 0);
  const { seen, maxRssMb } = JSON.parse(output) as { seen: number; maxRssMb: number };
  t.diagnostic(`${maxRssMb.toFixed(0)} MB at most`);
  assert.equal(seen, 10_000);
  assert.ok(maxRssMb < 512, `${maxRssMb} MB`);
});

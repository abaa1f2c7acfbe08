/**
 * A server in a process of its own, for the rows that load one: Zoneward on a store that is filled first, or a bare
 * Hono route beside it. Says where it answers as one line of JSON, answers `usage` on its standard input with what it
 * has taken, and ends with it.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { openLog } from '../../src/http/log.ts';
import { startServer } from '../../src/http/server.ts';
import { openZoneward, type Zoneward } from '../../src/index.ts';

export interface ServingInput {
  readonly kind: 'zoneward' | 'bare';
  readonly folder: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly accountId: string;
  /** Reads all zones before it answers. */
  readonly sync?: boolean;
  /** Connections at rest that are made before it answers. */
  readonly resting?: number;
  /** What the bare route answers. */
  readonly page?: unknown;
}

/** Every tenant has so many of the resting connections. */
const CONNECTIONS_EACH = 100;
const QUOTA_NONE = { quota: 1_000_000_000, windowSeconds: 1 };
const input = JSON.parse(process.argv[2] ?? '{}') as ServingInput;

async function serveZoneward(): Promise<{ url: string; key: string }> {
  const { baseUrl, folder } = input;
  const environment = { CLOUDFLARE_API_BASE_URL: baseUrl };
  const zoneward = await openZoneward({ home: path.join(folder, 'home'), environment });
  if (input.sync === true) await sync(zoneward);
  await rest(zoneward, input.resting ?? 0);
  const { secret } = await zoneward.apiKeys.create('local', { label: 'load', scopes: ['admin'] });
  const log = openLog({ level: 'silent', write: () => {} });
  const server = await startServer({ zoneward, log, host: '127.0.0.1', port: 0, rate: QUOTA_NONE });
  return { url: server.url, key: secret.reveal() };
}

async function sync(zoneward: Zoneward): Promise<void> {
  const { connections, zones } = zoneward.tenant('local');
  const parsed = await connections.read({ token: input.token, accountId: input.accountId });
  if (!parsed.ok) throw new Error('The token of the sandbox is not one');
  await connections.add({ credential: parsed.value.credential, label: 'load' });
  await zones.syncAll();
}

/** Tenant beside tenant, so that many share a commit: one after another, each waits for the disk twice. */
async function rest(zoneward: Zoneward, count: number): Promise<void> {
  const tenants = Math.ceil(count / CONNECTIONS_EACH);
  await Promise.all(
    Array.from({ length: tenants }, (_, tenant) =>
      restIn(zoneward, `resting-${tenant}`, Math.min(CONNECTIONS_EACH, count - tenant * CONNECTIONS_EACH)),
    ),
  );
}

async function restIn(zoneward: Zoneward, tenant: string, count: number): Promise<void> {
  const { connections } = zoneward.tenant(tenant);
  const parsed = await connections.read({ token: input.token, accountId: input.accountId });
  if (!parsed.ok) throw new Error('The token of the sandbox is not one');
  const { credential, accountId } = parsed.value;
  for (let number = 0; number < count; number += 1) {
    const added = await connections.add({
      credential,
      ...(accountId === null ? {} : { accountId }),
      label: `resting ${number}`,
      untested: true,
      duplicate: true,
    });
    await connections.pause(added.connection.id);
  }
}

async function serveBare(): Promise<{ url: string; key: string }> {
  const app = new Hono();
  app.get('*', (context) => context.json(input.page as object));
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens nowhere');
  return { url: `http://127.0.0.1:${address.port}`, key: 'none' };
}

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
say(input.kind === 'bare' ? await serveBare() : await serveZoneward());
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'usage') continue;
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  say({ cpuMs: (user + system) / 1_000, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) });
}
process.exit(0);

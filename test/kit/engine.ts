/** A sandbox and an engine on it, in a temporary folder, for tests that cross rooms. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openZoneward, type Tenant, type Zoneward, type ZonewardOptions } from '../../src/index.ts';
import type { Lookup } from '../../src/outbound/messenger.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';
import { createDatabase } from './postgres.ts';

export interface Engine extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly zoneward: Zoneward;
  readonly tenant: Tenant;
  readonly home: string;
  /** Opens the same store once more, as a later process does. Whoever asks closes it. */
  reopen(): Promise<Zoneward>;
}

/** Resolves every name to an address for documentation, which is refused before anything is connected to. */
export const NOWHERE: Lookup = (_host, answer) => answer(null, [{ address: '192.0.2.1', family: 4 }]);

/**
 * The tenant uses the sandbox's full-rights token from the environment. The store is a file; with `TEST_STORE=postgres`
 * in the environment of the tests it is a database of its own.
 */
export async function startEngine(
  options: SandboxOptions = {},
  engine: ZonewardOptions = {},
): Promise<Engine> {
  const sandbox = await startSandbox({ dnsPort: false, warn: () => {}, ...options });
  const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-test-'));
  const database = process.env['TEST_STORE'] === 'postgres' ? await createDatabase() : null;
  const reopen = (): Promise<Zoneward> =>
    openZoneward({
      ...(database === null ? {} : { store: database.url }),
      ...engine,
      home,
      environment: {
        CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
        CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
        CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      },
    });
  const zoneward = await reopen();
  return {
    sandbox,
    zoneward,
    home,
    reopen,
    tenant: zoneward.tenant('local'),
    [Symbol.asyncDispose]: async () => {
      await zoneward.close();
      await sandbox.close();
      await database?.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

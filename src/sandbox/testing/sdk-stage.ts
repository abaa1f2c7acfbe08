/** The stage on which the SDK calls every operation: one sandbox, and what earlier calls have made. */
import type { TestContext } from 'node:test';
import Cloudflare, { type ClientOptions } from 'cloudflare';
import type { Sandbox } from '../index.ts';
import { sandboxFor } from '../testing.ts';

/** What the calls share, and hand on to later ones under a name of their own. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly sdk: Cloudflare;
  /** An account and zones on Enterprise, which may do everything. */
  readonly account_id: string;
  readonly zone_id: string;
  readonly zoneName: string;
  readonly kept: Map<string, string>;
}

export type SdkCall = (stage: Stage) => Promise<unknown>;

/** The stage before the first call. `fetch` may look at what the SDK sends, and send more beside it. */
export async function stageFor(test: TestContext, fetch?: ClientOptions['fetch']): Promise<Stage> {
  const sandbox = await sandboxFor(test, { behaviour: { tenantAdmin: true } });
  const { id: zone_id } = sandbox.seedZone(
    'one.example',
    [
      { type: 'A', name: '@', content: '192.0.2.1', proxied: true },
      { type: 'A', name: 'deep.host', content: '192.0.2.1', proxied: true },
      { type: 'MX', name: '@', content: 'mail.one.example', priority: 10 },
      { type: 'TXT', name: '@', content: '"text"', comment: 'a note', tags: ['a:b'] },
      { type: 'CAA', name: '@', data: { flags: 0, tag: 'issue', value: 'ca.example' } },
      { type: 'SRV', name: '_sip._tcp', data: { priority: 1, weight: 2, port: 3, target: 'one.example' } },
    ],
    { plan: 'enterprise' },
  );
  const { baseUrl: baseURL, tokens } = sandbox;
  const sdk = new Cloudflare({
    apiToken: tokens.full,
    baseURL,
    maxRetries: 0,
    ...(fetch === undefined ? {} : { fetch }),
  });
  return { sandbox, sdk, account_id: sandbox.accountId, zone_id, zoneName: 'one.example', kept: new Map() };
}

/** Remembers the id of what a call made, and gives on its answer. */
export async function keep<T extends object>(stage: Stage, name: string, made: Promise<T>): Promise<T> {
  const answer = await made;
  stage.kept.set(name, String((answer as { id?: unknown }).id));
  return answer;
}

export function kept(stage: Stage, name: string): string {
  const value = stage.kept.get(name);
  if (value === undefined) throw new Error(`No call before has made "${name}"`);
  return value;
}

/** What takes its time in the sandbox has come to pass after this. */
export const A_WHILE_MS = 3_600_000;

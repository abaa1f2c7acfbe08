/** The stage on which the SDK calls every operation: one sandbox, and what earlier calls have made. */
import type Cloudflare from 'cloudflare';
import type { Sandbox } from '../index.ts';

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

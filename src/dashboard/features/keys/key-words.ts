/** What is said of an API key: what it may do, what it reaches, where it stands. */
import type { ApiKey, NewApiKey } from '../../../client/index.ts';
import type { Tone } from '../../kit/badge.tsx';

export type Scope = NewApiKey['scopes'][number];

/** In the order in which they allow more. */
export const SCOPES: readonly (readonly [scope: Scope, says: string])[] = [
  ['read', 'sees zones, records, changes, the audit trail'],
  ['plan', 'makes plans and stores them as change sets'],
  ['apply', 'applies change sets and takes them back'],
  ['approve', 'approves what somebody else wants to apply'],
  ['connections', 'adds, replaces and removes credentials'],
  ['billing', 'buys names and switches auto-renewal'],
  ['admin', 'all of these, and API keys, webhooks, policies'],
];

export type KeyState = 'stands' | 'expired' | 'revoked';

export const KEY_TONES: Readonly<Record<KeyState, Tone>> = {
  stands: 'create',
  expired: 'plain',
  revoked: 'plain',
};

export function keyState(
  { revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>,
  now: number,
): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'stands';
}

/** Keys that this one made, and that those made, as far as they stand. */
export function keysMadeBy(id: string, all: readonly ApiKey[], now: number): readonly ApiKey[] {
  const made: ApiKey[] = [];
  const seen = new Set([id]);
  for (let makers = [id]; makers.length > 0; ) {
    const next = all.filter((one) => makers.includes(one.createdBy) && !seen.has(one.id));
    for (const one of next) seen.add(one.id);
    made.push(...next);
    makers = next.map((one) => one.id);
  }
  return made.filter((one) => keyState(one, now) === 'stands');
}

/** `@, *.dyn` or one a line, as the list that the server takes; null where nothing is given. */
export function patternsOf(text: string): readonly string[] | null {
  const patterns = text.split(/[\s,]+/).filter((one) => one !== '');
  return patterns.length === 0 ? null : [...new Set(patterns)];
}

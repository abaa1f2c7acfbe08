/**
 * TTLs as text: seconds, or BIND's units (`1h30m`, `10d`, `2w`), in any case. RFC 2181 §8 allows 0 to 2^31 - 1.
 */
import { type Fault, fault, type Read, shown } from './fault.ts';
import { TTL_MAX_SECONDS } from './plan-limits.ts';
import type { Ttl } from './record.ts';

/** RFC 2181 §8. */
export const TTL_SECONDS_MAX = 2_147_483_647;
/** How Cloudflare writes an automatic TTL in its exports and its API. */
export const CLOUDFLARE_AUTO_TTL = 1;

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** True for what can only be a TTL: digits, or digits with units. */
export function looksLikeTtl(text: string): boolean {
  return /^(?:\d+|(?:\d+[smhdw])+)$/i.test(text);
}

/** Seconds of `3600` or `1h`. */
export function parseTtlSeconds(text: string): Read<number> {
  let seconds = Number.NaN;
  if (/^\d+$/.test(text)) seconds = Number(text);
  else if (looksLikeTtl(text)) {
    seconds = 0;
    for (const [, amount, unit = ''] of text.matchAll(/(\d+)([a-z])/gi)) {
      seconds += Number(amount) * (UNIT_SECONDS[unit.toLowerCase()] ?? 0);
    }
  }
  if (seconds <= TTL_SECONDS_MAX) return { value: seconds };
  return fault(
    'ttl-invalid',
    `${shown(text)} is no TTL`,
    'Write seconds, such as 3600, or units, such as 1h30m.',
  );
}

/** Seconds as a TTL: 1 is how Cloudflare writes `'auto'`, and no TTL that it would serve. */
export function ttlFromSeconds(seconds: number): Ttl {
  return seconds === CLOUDFLARE_AUTO_TTL ? 'auto' : seconds;
}

/** The lowest TTL of any plan, and the lowest of all but Enterprise (cloudflare-api §4.3). */
const TTL_LOWEST_SECONDS = 30;
const TTL_USUAL_MIN_SECONDS = 60;

/**
 * The TTL that Cloudflare has for the one of another provider: 1 is how Cloudflare writes `'auto'`; a TTL that no
 * plan allows becomes the nearest that every plan allows, with a warning. What only some plans allow stays, for
 * `validateRecord` to judge.
 */
export function carriedTtl(seconds: number): { readonly ttl: Ttl; readonly warning?: Fault } {
  if (seconds === CLOUDFLARE_AUTO_TTL) return { ttl: 'auto' };
  if (seconds >= TTL_LOWEST_SECONDS && seconds <= TTL_MAX_SECONDS) return { ttl: seconds };
  const ttl = seconds < TTL_LOWEST_SECONDS ? TTL_USUAL_MIN_SECONDS : TTL_MAX_SECONDS;
  const message = `Cloudflare has no TTL of ${seconds} s; taken as ${ttl} s`;
  const next = `Write a TTL from ${TTL_USUAL_MIN_SECONDS} to ${TTL_MAX_SECONDS} seconds to be rid of this warning.`;
  return { ttl, warning: fault('ttl-adjusted', message, next).fault };
}

/** A TTL as `'auto'` or as seconds, for forms that have no word for it: `1` is automatic there. */
export function ttlToSeconds(ttl: Ttl): number {
  return ttl === 'auto' ? CLOUDFLARE_AUTO_TTL : ttl;
}

/** Named sets of settings to start from. A baseline changes only what it names. */
import type { DesiredSetting } from './setting-change.ts';

export const BASELINE_NAMES = ['modern', 'strict'] as const;

export type BaselineName = (typeof BASELINE_NAMES)[number];

/** Works for every site that speaks HTTPS to its origin; nothing that outlives a mistake. */
const MODERN: readonly DesiredSetting[] = [
  { setting: 'universal_ssl', value: 'on' },
  { setting: 'min_tls_version', value: '1.2' },
  { setting: 'tls_1_3', value: 'on' },
  { setting: 'always_use_https', value: 'on' },
  { setting: 'automatic_https_rewrites', value: 'on' },
  { setting: 'opportunistic_encryption', value: 'on' },
];

/** Half a year; without names below the zone, and without preload: both need a decision of their own. */
const STRICT_HSTS = { enabled: true, max_age: 15_552_000, nosniff: true };

/** Needs an origin with a certificate that is valid, or from Cloudflare's Origin CA. */
const STRICT: readonly DesiredSetting[] = [
  ...MODERN,
  { setting: 'ssl', value: 'strict' },
  { setting: 'security_header', value: STRICT_HSTS },
];

export const BASELINES: Readonly<Record<BaselineName, readonly DesiredSetting[]>> = {
  modern: MODERN,
  strict: STRICT,
};

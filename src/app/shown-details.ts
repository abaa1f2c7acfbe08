/** What of an error goes out, in an answer and with a job that failed: facts that a program may act on. The rest stays inside. */

const SHOWN = [
  'guards',
  'problems',
  'report',
  'retryAfterMs',
  'connectionId',
  'changeSetId',
  'zoneId',
  'latest',
  'elsewhere',
];

export function shownDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([key]) => SHOWN.includes(key)));
}

/** Cloudflare's own code and ray id; null where it said neither. */
export function cloudflareOf(
  details: Readonly<Record<string, unknown>>,
): { readonly code: number | null; readonly ray: string | null } | null {
  const faults = details['faults'];
  const ray = typeof details['ray'] === 'string' ? details['ray'] : null;
  const first: unknown = Array.isArray(faults) ? faults[0] : undefined;
  const code =
    typeof first === 'object' && first !== null && 'code' in first && typeof first.code === 'number'
      ? first.code
      : null;
  return code === null && ray === null ? null : { code, ray };
}

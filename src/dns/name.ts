/**
 * Domain names (RFC 1034, RFC 9499). The one internal form is absolute, lower case, A-labels, no trailing dot.
 * Other forms (relative, `@`, Unicode, trailing dot) live only in parsers and formatters.
 */
import type { Branded } from '../base/ids.ts';

/** Absolute, lower case, A-labels, no trailing dot; the root is `.`. May start with `*.`. */
export type DomainName = Branded<string, 'DomainName'>;

/** True when `name` is `zone` or lies below it. */
export function isInZone(name: DomainName, zone: DomainName): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

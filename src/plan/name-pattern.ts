/**
 * Patterns over names, as ignore rules and scopes write them: `@` is the apex; a name without a trailing dot is
 * relative to the zone, unless it ends in the zone's name already; `*` is any run of characters, across dots too.
 * So `*` is every name below the apex, `*.dyn` every name below `dyn`, and `_acme-challenge*` all names that begin so.
 */
import { type DomainName, isInZone, parseName } from '../dns/name.ts';

/** A test over absolute names. Its time is linear in the name for each `*`, whatever the pattern. */
export function compilePattern(pattern: string, zone: DomainName): (name: DomainName) => boolean {
  const [head = '', ...rest] = absolutePattern(pattern, zone).split('*');
  if (rest.length === 0) return (name) => name === head;
  const tail = rest.at(-1) ?? '';
  const middle = rest.slice(0, -1);
  return (name) => {
    if (!name.startsWith(head) || !name.endsWith(tail)) return false;
    let at = head.length;
    for (const part of middle) {
      const found = name.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= name.length - tail.length;
  };
}

/** Whether a name is like one of them. */
export function compilePatterns(
  patterns: readonly string[],
  zone: DomainName,
): (name: DomainName) => boolean {
  const tests = patterns.map((pattern) => compilePattern(pattern, zone));
  return (name) => tests.some((matches) => matches(name));
}

function absolutePattern(pattern: string, zone: DomainName): string {
  if (pattern === '@') return zone;
  const dotted = pattern.endsWith('.');
  const labels = (dotted ? pattern.slice(0, -1) : pattern).split('.').map(internalLabel).join('.');
  const absolute = dotted || isInZone(labels as DomainName, zone);
  return absolute ? labels : `${labels}.${zone}`;
}

/** Lower case, A-labels: the internal form of names. A label with a `*` in it has no A-label form. */
function internalLabel(label: string): string {
  const parsed = label.includes('*') ? null : parseName(`${label}.`);
  return parsed?.ok ? parsed.value : label.toLowerCase();
}

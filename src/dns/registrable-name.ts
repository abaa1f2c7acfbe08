/**
 * Names that can be registered: one label below a public suffix (publicsuffix.org, the registries' part of it). A
 * zone of Cloudflare's stands at such a name too; what lies deeper belongs into its records.
 */
import { parse } from 'tldts';
import type { Parsed, Problem } from '../base/problem.ts';
import { type DomainName, parseName, toUnicode } from './name.ts';

export interface RegistrableName {
  /** A-labels, lower case, no trailing dot. */
  readonly name: DomainName;
  /** `com`, `co.uk`. */
  readonly extension: string;
}

/** Refuses what is no name, what has no known extension, an extension alone, and names below a registrable one. */
export function parseRegistrable(text: string): Parsed<RegistrableName> {
  const parsed = parseName(text.trim());
  if (!parsed.ok) return parsed;
  const name = parsed.value;
  const { domain, publicSuffix, isIcann, isIp } = parse(name, {
    allowPrivateDomains: false,
    // Labels are judged here, with a word of their own.
    validateHostname: false,
  });
  if (isIp === true || publicSuffix === null || isIcann !== true) {
    return refused('extension-unknown', `${toUnicode(name)} does not end in an extension that is sold.`);
  }
  if (domain === null) {
    return refused(
      'name-is-extension',
      `${toUnicode(name)} is an extension, not a name.`,
      `Put a label before it: example.${publicSuffix}`,
    );
  }
  if (domain !== name) {
    const apex = toUnicode(domain as DomainName);
    return refused(
      'name-is-subdomain',
      `${toUnicode(name)} is a part of ${apex}.`,
      `Name the domain itself: ${apex}`,
    );
  }
  const label = name.slice(0, name.length - publicSuffix.length - 1);
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) {
    return refused(
      'label-invalid',
      `"${label}" cannot be registered: letters, digits and inner hyphens only.`,
    );
  }
  return { ok: true, value: { name, extension: publicSuffix }, problems: parsed.problems };
}

function refused(code: string, message: string, next?: string): Parsed<RegistrableName> {
  const problem: Problem = { code, severity: 'error', message, ...(next === undefined ? {} : { next }) };
  return { ok: false, problems: [problem] };
}

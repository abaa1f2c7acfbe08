/** Host names that people give for certificates, read once: in our internal form, each in the zone where that is asked. */
import type { Problem } from '../../../base/problem.ts';
import { type DomainName, isInZone, isWildcard, parseName, toUnicode } from '../../../dns/name.ts';

export interface HostRules {
  readonly zone: DomainName;
  readonly hostsMax: number;
}

export interface ReadHosts {
  /** Sorted, each once. */
  readonly hosts: readonly DomainName[];
  readonly problems: readonly Problem[];
}

/** A host with a port, a path, a scheme: parts of addresses that get pasted. */
const PASTED = /[:/\s]/;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

export function readHosts(texts: readonly string[], { zone, hostsMax }: HostRules): ReadHosts {
  const problems: Problem[] = [];
  const hosts = new Set<DomainName>();
  for (const text of texts) {
    const host = readHost(text);
    if (host === null) problems.push(bad(text, `${JSON.stringify(text)} is no host name`, NO_ADDRESS));
    else if (!isInZone(host, zone))
      problems.push(
        bad(text, `${toUnicode(host)} is not a name of ${toUnicode(zone)}`, 'Ask for it in its own zone.'),
      );
    else hosts.add(host);
  }
  if (texts.length === 0) problems.push(bad('', 'no host name was given', `For example: ${zone} *.${zone}`));
  if (hosts.size > hostsMax)
    problems.push(bad('', `${hosts.size} hosts; at most ${hostsMax} fit`, 'Split them over several.'));
  return { hosts: [...hosts].sort(), problems };
}

const NO_ADDRESS = 'Give the bare name: www.example.com, or *.example.com';

/** Null for what no certificate can name. */
export function readHost(text: string): DomainName | null {
  if (PASTED.test(text.trim())) return null;
  const parsed = parseName(text.trim());
  if (!parsed.ok) return null;
  const bare = isWildcard(parsed.value) ? parsed.value.slice(2) : parsed.value;
  const labels = bare.split('.');
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) ? parsed.value : null;
}

function bad(subject: string, message: string, next: string): Problem {
  return {
    code: 'host-invalid',
    severity: 'error',
    message,
    next,
    ...(subject === '' ? {} : { subject }),
  };
}

/** Whether a certificate for `pattern` serves `host`. A wildcard stands for one label. */
export function covers(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  return pattern.startsWith('*.') && host.slice(host.indexOf('.') + 1) === pattern.slice(2);
}

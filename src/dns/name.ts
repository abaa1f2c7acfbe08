/**
 * Domain names (RFC 1034, RFC 9499). The one internal form is absolute, lower case, A-labels, no trailing dot.
 * Other forms (relative, `@`, Unicode, trailing dot) live only in parsers and formatters.
 *
 * An octet that would be mistaken for syntax stays escaped in the internal form, and only these: `\.` for a dot
 * within a label, `\\` for a backslash, `\DDD` for what is not printable ASCII. So a name has one spelling.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import type { Branded } from '../base/ids.ts';
import type { Parsed, Problem } from '../base/problem.ts';

/** Absolute, lower case, A-labels, no trailing dot; the root is `.`. May start with `*.`. */
export type DomainName = Branded<string, 'DomainName'>;

/** RFC 1035 §2.3.4: octets of a label. */
export const LABEL_OCTETS_MAX = 63;
/** RFC 1035 §2.3.4: characters of a name as we write it (255 octets on the wire). */
export const NAME_CHARS_MAX = 253;

/** A name that `parseName` may take apart without looking closer: printable, unescaped, no space, no wildcard. */
const PLAIN_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
/** The characters that IDNA takes for a dot between labels (UTS 46). */
const OTHER_DOTS = /[\u3002\uFF0E\uFF61]/g;
/** Any host whose last label is a word: keeps `domainToASCII` from reading digits as an IPv4 address. */
const IDNA_SUFFIX = '.invalid';

export interface ParseNameOptions {
  /** What `@` means and what a name without a trailing dot is completed with. Without it, every name is absolute. */
  readonly origin?: DomainName;
}

/**
 * Reads a name in any form people write: Unicode or A-labels, any case, `@`, relative to an origin, with or
 * without the trailing dot, with the escapes of RFC 1035 §5.1 (`\.`, `\DDD`). Underscores and a left-most `*`
 * are allowed, as are all other printable characters (RFC 2181 §11).
 *
 * `www` with origin `example.com` gives `www.example.com`; so does `WWW.example.com.`.
 */
export function parseName(text: string, options: ParseNameOptions = {}): Parsed<DomainName> {
  const { origin } = options;
  if (text === '@') {
    if (origin !== undefined) return { ok: true, value: origin, problems: [] };
    return refused(
      'name-invalid',
      text,
      'stands for the zone, and no zone is known here',
      'Write the full name.',
    );
  }
  if (text === '.') return { ok: true, value: '.' as DomainName, problems: [] };
  const absolute = text.endsWith('.') && !endsInEscape(text);
  const body = absolute ? text.slice(0, -1) : text;
  const labels = PLAIN_NAME.test(body) ? { labels: body.split('.') } : parseLabels(text, body);
  if ('ok' in labels) return labels;
  const own = labels.labels.join('.');
  const complete = absolute || origin === undefined || origin === '.' ? own : `${own}.${origin}`;
  return checkLengths(text, complete as DomainName);
}

/** True when `name` is `zone` or lies below it. */
export function isInZone(name: DomainName, zone: DomainName): boolean {
  if (name === zone || zone === '.') return true;
  const dot = name.length - zone.length - 1;
  return dot > 0 && name[dot] === '.' && name.endsWith(zone) && !endsInEscape(name.slice(0, dot + 1));
}

/** True for a name whose left-most label is `*` (RFC 4592). */
export function isWildcard(name: DomainName): boolean {
  return name === '*' || name.startsWith('*.');
}

/** The labels, left-most first, escapes as in the internal form. The root has none. */
export function labelsOf(name: DomainName): string[] {
  if (name === '.') return [];
  if (!name.includes('\\')) return name.split('.');
  return name.match(/(?:\\.|[^.\\])+/gs) ?? [];
}

/** Octets on the wire, uncompressed (RFC 1035 §3.1). */
export function nameOctets(name: DomainName): number {
  if (name === '.') return 1;
  return name.includes('\\') ? name.replace(/\\(\d{3}|.)/gs, 'x').length + 2 : name.length + 2;
}

/** The name one label up; `undefined` for the root. */
export function parentOf(name: DomainName): DomainName | undefined {
  if (name === '.') return undefined;
  const parent = labelsOf(name).slice(1).join('.');
  return (parent === '' ? '.' : parent) as DomainName;
}

/**
 * Orders names as the tree does (RFC 4034 §6.1): by the last label first, so that a name stands directly before
 * the names below it. Negative when `a` comes first.
 */
export function compareNames(a: DomainName, b: DomainName): number {
  if (a === b) return 0;
  const left = labelsOf(a);
  const right = labelsOf(b);
  const shared = Math.min(left.length, right.length);
  for (let i = 1; i <= shared; i += 1) {
    const x = left[left.length - i] ?? '';
    const y = right[right.length - i] ?? '';
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * The short form for people and files: `@` for the zone itself, `www` for a name in it, and the absolute name
 * with its trailing dot for any other. `parseName` with the zone as origin reads it back.
 */
export function formatRelative(name: DomainName, zone: DomainName): string {
  if (name === zone) return '@';
  if (name === '.') return '.';
  if (!isInZone(name, zone)) return formatAbsolute(name);
  const relative = zone === '.' ? name : name.slice(0, -zone.length - 1);
  return relative === '@' ? '\\@' : escapeSyntax(relative);
}

/** The absolute form with its trailing dot, as master files write it. */
export function formatAbsolute(name: DomainName): string {
  return name === '.' ? '.' : `${escapeSyntax(name)}.`;
}

/** Escapes what a master file would read as syntax; the internal form keeps these characters bare. */
function escapeSyntax(name: string): string {
  return /["();$]/.test(name) ? name.replace(/["();$]/g, '\\$&') : name;
}

/** The name with its A-labels shown in Unicode, for people. A label that does not decode stays as it is. */
export function toUnicode(name: DomainName): string {
  if (!name.includes('xn--')) return name;
  const labels = labelsOf(name).map((label) => {
    if (!label.startsWith('xn--')) return label;
    const unicode = domainToUnicode(label);
    return domainToASCII(unicode) === label ? unicode : label;
  });
  return labels.join('.');
}

type Refused = { readonly ok: false; readonly problems: readonly Problem[] };

function refused(code: string, text: string, what: string, next: string): Refused {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return { ok: false, problems: [{ code, severity: 'error', message: `name "${shown}" ${what}`, next }] };
}

/** True when the last character is escaped: an odd number of backslashes stands before it. */
function endsInEscape(text: string): boolean {
  let backslashes = 0;
  for (let i = text.length - 2; i >= 0 && text[i] === '\\'; i -= 1) backslashes += 1;
  return backslashes % 2 === 1;
}

function parseLabels(text: string, body: string): { labels: string[] } | Refused {
  if (body === '')
    return refused('name-invalid', text, 'is empty', 'Write a name, or @ for the zone itself.');
  if (body.includes('://')) {
    return refused('name-invalid', text, 'is a URL', 'Write the host name alone, without scheme and path.');
  }
  const labels: string[] = [];
  for (const [index, part] of splitAtDots(body.replace(OTHER_DOTS, '.')).entries()) {
    const label = parseLabel(part);
    if ('what' in label) return refused('name-invalid', text, label.what, label.next);
    if (label.text.includes('*') && (index > 0 || label.text !== '*')) {
      const next = 'A wildcard is the whole first label: *.example.com.';
      return refused('name-wildcard', text, 'has a * that is not the whole first label', next);
    }
    labels.push(label.text);
  }
  return { labels };
}

/** Cuts at the dots that no backslash escapes. */
function splitAtDots(body: string): string[] {
  if (!body.includes('\\')) return body.split('.');
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < body.length; i += 1) {
    if (body[i] === '\\') {
      i += 1;
    } else if (body[i] === '.') {
      parts.push(body.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(body.slice(start));
  return parts;
}

function parseLabel(raw: string): { text: string } | { what: string; next: string } {
  if (raw === '') return { what: 'has an empty label', next: 'Take out the extra dot.' };
  const bad = /\\(?!\d{3}|\D)|[\s\p{Cc}]/u.exec(raw.replace(/\\[^\d]/gs, '\\x'));
  if (bad !== null) {
    return bad[0].startsWith('\\')
      ? {
          what: 'has a broken escape',
          next: 'Write \\. for a dot in a label, \\DDD (000 to 255) for any octet.',
        }
      : { what: 'has a space or control character in it', next: 'Take it out, or write it as \\DDD.' };
  }
  if (/\P{ASCII}/u.test(raw)) {
    if (raw.includes('\\'))
      return { what: 'mixes escapes and non-ASCII characters', next: 'Use one of the two.' };
    const ascii = domainToASCII(raw + IDNA_SUFFIX);
    if (ascii.length > IDNA_SUFFIX.length) return { text: ascii.slice(0, -IDNA_SUFFIX.length) };
    return {
      what: `has the label "${raw}", which is no international name`,
      next: 'Correct it, or write xn--…',
    };
  }
  if (!raw.includes('\\')) return { text: raw.toLowerCase() };
  let tooLarge = false;
  const text = raw
    .toLowerCase()
    .replace(/\\(?:(\d{3})|([^\d]))/gs, (_, digits: string | undefined, char: string | undefined) => {
      const octet = digits === undefined ? (char ?? '').charCodeAt(0) : Number(digits);
      if (octet > 255) tooLarge = true;
      return formatOctet(octet);
    });
  if (tooLarge) return { what: 'has a broken escape', next: '\\DDD is an octet: 000 to 255.' };
  return { text };
}

function formatOctet(octet: number): string {
  if (octet === 0x2e) return '\\.';
  if (octet === 0x5c) return '\\\\';
  if (octet < 0x21 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
  return String.fromCharCode(octet).toLowerCase();
}

function checkLengths(text: string, name: DomainName): Parsed<DomainName> {
  if (name.length <= LABEL_OCTETS_MAX) return { ok: true, value: name, problems: [] };
  let total = -1;
  for (const label of labelsOf(name)) {
    const octets = label.includes('\\') ? label.replace(/\\(\d{3}|.)/gs, 'x').length : label.length;
    total += octets + 1;
    if (octets > LABEL_OCTETS_MAX) {
      const what = `has a label of ${octets} characters (${label.slice(0, 12)}…); ${LABEL_OCTETS_MAX} are allowed`;
      return refused('name-too-long', text, what, 'Shorten the label.');
    }
  }
  if (total > NAME_CHARS_MAX) {
    const what = `is ${total} characters long when complete; ${NAME_CHARS_MAX} are allowed`;
    return refused('name-too-long', text, what, 'Shorten the name.');
  }
  return { ok: true, value: name, problems: [] };
}

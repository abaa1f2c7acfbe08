/**
 * Host names: input in any of the accepted forms, output absolute, lower case, punycode, without trailing dot.
 * [U] Whether the real API folds the case of record names; here it does.
 */
import { domainToASCII, domainToUnicode } from 'node:url';

const LABEL_BYTES_MAX = 63;
const NAME_BYTES_MAX = 253;
const LABEL = /^[a-z0-9_/+-]+$/;

/**
 * A record's name from what was sent: `""` and `@` are the apex; a name inside the zone is taken as it is, any other
 * is relative and gets the zone appended, foreign ones too. Undefined when it is no valid name.
 */
export function recordName(input: string, zone: string): string | undefined {
  const trimmed = input.trim();
  if (trimmed === '' || trimmed === '@' || trimmed === '.') return zone;
  const ascii = toAscii(trimmed.endsWith('.') ? trimmed.slice(0, -1) : trimmed);
  if (ascii === undefined) return undefined;
  const full = ascii === zone || ascii.endsWith(`.${zone}`) ? ascii : `${ascii}.${zone}`;
  return isRecordName(full) ? full : undefined;
}

/** Labels of letters, digits, `-`, `_`, `/` and `+` ([U] which others); a wildcard only as the whole left-most label. */
export function isRecordName(name: string): boolean {
  if (name.length > NAME_BYTES_MAX) return false;
  const labels = name.split('.');
  return labels.every(
    (label, index) =>
      label.length <= LABEL_BYTES_MAX &&
      (LABEL.test(label) || (label === '*' && index === 0 && labels.length > 1)),
  );
}

/** Lower case and punycode, label by label; undefined when a label cannot be converted. */
export function toAscii(name: string): string | undefined {
  const lower = name.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\x00-\x7f]*$/.test(lower)) return lower;
  const labels: string[] = [];
  for (const label of lower.normalize('NFC').split(/[.。．｡]/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
    const ascii = /^[\x00-\x7f]*$/.test(label) ? label : domainToASCII(label);
    if (ascii === '' && label !== '') return undefined;
    labels.push(ascii);
  }
  return labels.join('.');
}

/** Punycode to Unicode, as zone names are shown. */
export function toUnicode(name: string): string {
  if (!name.includes('xn--')) return name;
  const unicode = domainToUnicode(name);
  return unicode === '' ? name : unicode;
}

/**
 * A target as stored: trailing dot stripped unless it is all there is, `@` the zone itself, Unicode to punycode, case
 * kept as sent ([U]). Undefined when it is no host name.
 */
export function targetName(input: string, zone: string): string | undefined {
  const trimmed = input.trim();
  if (trimmed === '.') return '.';
  if (trimmed === '@') return zone;
  const bare = trimmed.endsWith('.') ? trimmed.slice(0, -1) : trimmed;
  const ascii = toAscii(bare);
  if (ascii === undefined || !isRecordName(ascii)) return undefined;
  // Only a name that had to be converted loses its case.
  return ascii === bare.toLowerCase() ? bare : ascii;
}

/** The names above `name` up to and without `zone`, nearest first: `a.b.zone` gives `b.zone`. */
export function ancestorsWithin(name: string, zone: string): string[] {
  const found: string[] = [];
  let rest = name;
  while (rest.endsWith(`.${zone}`)) {
    rest = rest.slice(rest.indexOf('.') + 1);
    if (rest !== zone && rest.endsWith(`.${zone}`)) found.push(rest);
  }
  return found;
}

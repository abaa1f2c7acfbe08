/**
 * Variables of templates: found, and replaced by values that nobody vouches for. A value may fill the place that the
 * template's author left for it and nothing else: what could end a string, begin another record, another tag or another
 * mechanism, or leave the scope of the instance, is refused before it is put anywhere.
 */
import { type Fault, fault, shown } from '../../dns/fault.ts';
import { parseName } from '../../dns/name.ts';

/** Characters of one value. A DKIM key of 4,096 bits has about 750. */
export const VALUE_CHARS_MAX = 2_048;
/** Set by where the template is applied, and by nobody else. */
export const BUILT_IN_VARIABLES: readonly string[] = ['domain', 'host', 'fqdn'];

const VARIABLE = /%([A-Za-z0-9_-]+)%/g;

/** What a field takes, and so what a value in it may be. */
export type FieldKind =
  /** A name or a part of one. */
  | 'name'
  /** An address or a part of one. */
  | 'address'
  | 'number'
  /** Text of a TXT record. */
  | 'text'
  /** SPF rules. */
  | 'rules'
  /** The data of any other type, in presentation form. */
  | 'data'
  | 'url';

/** The variables of a text, in order, built-in ones included; each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ''))];
}

/** Replaces each variable once; what a value brings along is never looked at again. */
export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (whole, name: string) => values.get(name) ?? whole);
}

/**
 * What is wrong with a value in a field of this kind; null when it may stand there. `whole` says that the variable is all
 * that the field holds: then the value has more freedom, for it has nothing to break out of.
 */
export function valueFault(
  value: string,
  place: { readonly kind: FieldKind; readonly whole: boolean },
): Fault | null {
  if (value.length > VALUE_CHARS_MAX)
    return no(
      'variable-too-long',
      `has ${value.length} characters; ${VALUE_CHARS_MAX} are allowed`,
      'Shorten it.',
    );
  if (/\p{Cc}|\u2028|\u2029/u.test(value))
    return no('variable-control', 'has a line break or another control character in it', 'Take it out.');
  switch (place.kind) {
    case 'name':
      return nameFault(value);
    case 'address':
      return value === '' || /^[0-9A-Fa-f.:]+$/.test(value)
        ? null
        : no('variable-invalid', `${shown(value)} is no part of an address`, 'Write an IP address.');
    case 'number':
      return /^\d{1,10}$/.test(value)
        ? null
        : no('variable-invalid', `${shown(value)} is no whole number`, 'Write digits only.');
    case 'text':
      return place.whole ? null : partFault(value, /[\s"\\;]/);
    case 'rules':
      // A macro would be filled in by every receiver, with what its mail says.
      return partFault(value, /[\s"\\;%]/);
    case 'data':
      return partFault(value, /[\s"\\;()]/);
    case 'url':
      return partFault(value, /[\s"\\<>]/);
    default:
      return place.kind satisfies never;
  }
}

function partFault(value: string, forbidden: RegExp): Fault | null {
  const found = forbidden.exec(value)?.[0];
  if (found === undefined) return null;
  const what = /\s/.test(found) ? 'a space' : found;
  return no(
    'variable-breaks-out',
    `has ${what} in it, which would end its place in the record and begin something else`,
    'Give only the value itself, as the service shows it.',
  );
}

/** Part of a name: labels, in Unicode too; nothing that makes it absolute, the zone itself or a wildcard. */
function nameFault(value: string): Fault | null {
  if (value === '') return null;
  if (value.endsWith('.'))
    return no(
      'variable-breaks-out',
      'ends with a dot, which would lead out of the domain',
      'Leave the dot out.',
    );
  if (/[*@\\"';()$%/]/.test(value) || /\s/.test(value))
    return no('variable-invalid', `${shown(value)} is no part of a name`, 'Use letters, digits, - and _.');
  // A value may begin or end in the middle of a label, so only what is between is a name by itself.
  const parsed = parseName(value.replace(/^[.-]+|[.-]+$/g, '') || 'x');
  if (parsed.ok) return null;
  const [problem] = parsed.problems;
  return no(
    problem?.code ?? 'name-invalid',
    problem?.message ?? 'is no name',
    problem?.next ?? 'Correct it.',
  );
}

function no(code: string, message: string, next: string): Fault {
  return fault(code, message, next).fault;
}

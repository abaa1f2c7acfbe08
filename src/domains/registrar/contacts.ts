/** Contacts judged before anything is bought (cloudflare-api §7.3): every problem, by its field. Personal data stay out of messages. */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { InvalidInputError, type Problem } from '../../base/problem.ts';
import { suggest } from '../../dns/suggest.ts';

const ROLES: readonly string[] = ['registrant', 'administrator', 'technical', 'billing'];
const FIELDS: readonly string[] = ['email', 'phone', 'fax', 'postal_info'];
const POSTAL: readonly string[] = ['name', 'organization', 'address'];
const ADDRESS: readonly string[] = ['street', 'city', 'state', 'postal_code', 'country_code'];
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const PHONE = /^\+\d{1,3}\.\d{1,14}$/;
const COUNTRY = /^[A-Z]{2}$/;

/** Throws `InvalidInputError`. What an extension asks for besides is Cloudflare's to judge. */
export function refuseWrongContacts(contacts: JsonObject | null): void {
  if (contacts === null) return;
  const problems = [
    ...unknownKeys(contacts, ROLES, 'contacts'),
    ...(isObject(contacts['registrant']) ? [] : [missing('contacts.registrant')]),
    ...ROLES.flatMap((role) => {
      const contact = contacts[role];
      return contact === undefined ? [] : contactProblems(contact, `contacts.${role}`);
    }),
  ];
  if (problems.length > 0)
    throw new InvalidInputError('The contacts are not complete; nothing was bought.', problems);
}

function contactProblems(contact: JsonValue, at: string): Problem[] {
  if (!isObject(contact)) return at === 'contacts.registrant' ? [] : [missing(at)];
  const { email, phone, fax, postal_info: postal } = contact;
  return [
    ...unknownKeys(contact, FIELDS, at),
    ...textProblems(email, `${at}.email`, { form: EMAIL, like: 'name@example.com' }),
    ...textProblems(phone, `${at}.phone`, { form: PHONE, like: '+49.301234567' }),
    ...(fax === undefined ? [] : textProblems(fax, `${at}.fax`, { form: PHONE, like: '+49.301234567' })),
    ...postalProblems(postal, `${at}.postal_info`),
  ];
}

function postalProblems(postal: JsonValue | undefined, at: string): Problem[] {
  if (!isObject(postal)) return [missing(at)];
  const address = postal['address'];
  const where = `${at}.address`;
  const inside = isObject(address)
    ? [
        ...unknownKeys(address, ADDRESS, where),
        ...ADDRESS.flatMap((key) =>
          key === 'country_code'
            ? textProblems(address[key], `${where}.${key}`, { form: COUNTRY, like: 'DE' })
            : textProblems(address[key], `${where}.${key}`, { form: /\S/, like: 'text' }),
        ),
      ]
    : [missing(where)];
  return [
    ...unknownKeys(postal, POSTAL, at),
    ...textProblems(postal['name'], `${at}.name`, { form: /\S/, like: 'text' }),
    ...inside,
  ];
}

function textProblems(
  value: JsonValue | undefined,
  at: string,
  wanted: { readonly form: RegExp; readonly like: string },
): Problem[] {
  if (value === undefined || value === '') return [missing(at)];
  if (typeof value === 'string' && wanted.form.test(value)) return [];
  return [problem('contact-invalid', at, 'has not the form that is needed', `Write it like ${wanted.like}.`)];
}

function unknownKeys(object: JsonObject, known: readonly string[], at: string): Problem[] {
  return Object.keys(object).flatMap((key) => {
    if (known.includes(key)) return [];
    const near = suggest(key, known);
    const next = near === undefined ? `Known are: ${known.join(', ')}.` : `Did you mean ${near}?`;
    return [problem('contact-unknown', `${at}.${key}`, 'is not known', next)];
  });
}

function missing(at: string): Problem {
  return problem('contact-missing', at, 'is missing', `Add ${at}.`);
}

function problem(code: string, subject: string, what: string, next: string): Problem {
  return { code, severity: 'error', message: `${subject} ${what}`, next, subject };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

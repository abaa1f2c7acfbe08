/** Contacts of a registration: what is wrong with them, as a pointer and a text. */
export interface ContactProblem {
  readonly pointer: string;
  readonly message: string;
}

const ROLES = ['registrant', 'administrator', 'technical', 'billing'] as const;
const ADDRESS_FIELDS = ['street', 'city', 'state', 'postal_code', 'country_code'] as const;

type Body = Readonly<Record<string, unknown>>;

/** The first problem; undefined when all contacts are well formed. */
export function contactProblem(contacts: unknown): ContactProblem | undefined {
  if (!isObject(contacts)) return { pointer: '/contacts', message: 'Must be an object' };
  for (const role of ROLES) {
    const contact = contacts[role];
    if (contact === undefined) continue;
    const problem = isObject(contact) ? problemOf(contact) : { pointer: '', message: 'Must be an object' };
    if (problem !== undefined) return { ...problem, pointer: `/contacts/${role}${problem.pointer}` };
  }
  return undefined;
}

function problemOf(contact: Body): ContactProblem | undefined {
  const { email, phone, fax, postal_info: postal } = contact;
  if (!isText(email) || !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email))
    return { pointer: '/email', message: 'Must be a valid email address' };
  if (!isPhone(phone)) return { pointer: '/phone', message: 'Must have the form +CC.NNN' };
  if (fax !== undefined && !isPhone(fax)) return { pointer: '/fax', message: 'Must have the form +CC.NNN' };
  if (!isObject(postal)) return { pointer: '/postal_info', message: 'postal_info is required' };
  if (!isText(postal['name'])) return { pointer: '/postal_info/name', message: 'name is required' };
  const address = postal['address'];
  if (!isObject(address)) return { pointer: '/postal_info/address', message: 'address is required' };
  for (const field of ADDRESS_FIELDS) {
    if (!isText(address[field]))
      return { pointer: `/postal_info/address/${field}`, message: `${field} is required` };
  }
  if (!/^[A-Z]{2}$/.test(String(address['country_code'])))
    return { pointer: '/postal_info/address/country_code', message: 'Must be a two-letter country code' };
  return undefined;
}

function isPhone(value: unknown): boolean {
  return typeof value === 'string' && /^\+\d{1,3}\.\d{1,14}$/.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Contacts: complete ones pass, and everything that is wrong is told at once, without repeating what was given. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../base/json.ts';
import { InvalidInputError } from '../../base/problem.ts';
import { refuseWrongContacts } from './contacts.ts';

const ADDRESS = {
  street: 'Hauptstr. 1',
  city: 'Berlin',
  state: 'BE',
  postal_code: '10115',
  country_code: 'DE',
};
const PERSON = {
  email: 'ada@example.com',
  phone: '+49.301234567',
  postal_info: { name: 'Ada', address: ADDRESS },
};

describe('contacts', () => {
  it('pass when they are complete, or are not given', () => {
    refuseWrongContacts(null);
    refuseWrongContacts({ registrant: PERSON, technical: PERSON });
  });

  const rows: readonly (readonly [name: string, contacts: JsonObject, problems: readonly string[]])[] = [
    ['nobody', {}, ['contact-missing contacts.registrant']],
    ['a wrong role', { registrant: PERSON, registrnat: PERSON }, ['contact-unknown contacts.registrnat']],
    ['no mail', { registrant: { ...PERSON, email: 'ada' } }, ['contact-invalid contacts.registrant.email']],
    [
      'a phone without country',
      { registrant: { ...PERSON, phone: '030 987654' } },
      ['contact-invalid contacts.registrant.phone'],
    ],
    [
      'no address',
      { registrant: { ...PERSON, postal_info: { name: 'Ada' } } },
      ['contact-missing contacts.registrant.postal_info.address'],
    ],
    [
      'a country by name',
      {
        registrant: {
          ...PERSON,
          postal_info: { name: '', address: { ...ADDRESS, country_code: 'Germany' } },
        },
      },
      [
        'contact-missing contacts.registrant.postal_info.name',
        'contact-invalid contacts.registrant.postal_info.address.country_code',
      ],
    ],
  ];
  for (const [name, contacts, expected] of rows) {
    it(`refuse ${name}`, () => {
      assert.throws(
        () => refuseWrongContacts(contacts),
        (error) => {
          assert.ok(error instanceof InvalidInputError);
          assert.deepEqual(
            error.problems.map(({ code, subject }) => `${code} ${subject}`),
            expected,
          );
          assert.doesNotMatch(error.message, /987654|Hauptstr|Germany/);
          return true;
        },
      );
    });
  }
});

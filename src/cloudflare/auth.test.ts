import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isZonewardError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Credential } from '../domains/connections/model.ts';
import { authHeaders, budgetKeyOf, scrubberOf } from './auth.ts';

function token(text: string, kind: 'user-token' | 'account-token' = 'user-token'): Credential {
  return { kind, token: new Secret(text) };
}

function globalKey(key: string, email = 'ops@example.com'): Credential {
  return { kind: 'global-key', email, key: new Secret(key) };
}

const OLD_TOKEN = 'aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789_-aB';
const OLD_KEY = '0123456789abcdef0123456789abcdef01234';

describe('auth', () => {
  const good: readonly [string, Credential, Record<string, string>][] = [
    ['old token', token(OLD_TOKEN), { Authorization: `Bearer ${OLD_TOKEN}` }],
    [
      'new user token',
      token(`cfut_${OLD_TOKEN}12345678`),
      { Authorization: `Bearer cfut_${OLD_TOKEN}12345678` },
    ],
    ['account token', token('cfat_abc', 'account-token'), { Authorization: 'Bearer cfat_abc' }],
    // Recognised where it is verified, not refused here.
    ['account token given as a user token', token('cfat_abc'), { Authorization: 'Bearer cfat_abc' }],
    ['OAuth token', token('cfoat_abc.def'), { Authorization: 'Bearer cfoat_abc.def' }],
    ['old global key', globalKey(OLD_KEY), { 'X-Auth-Email': 'ops@example.com', 'X-Auth-Key': OLD_KEY }],
    ['new global key', globalKey('cfk_abc'), { 'X-Auth-Email': 'ops@example.com', 'X-Auth-Key': 'cfk_abc' }],
  ];
  for (const [name, credential, headers] of good) {
    it(`sends a ${name}`, () => assert.deepEqual(authHeaders(credential), headers));
  }

  const bad: readonly [string, Credential, RegExp][] = [
    ['an empty token', token(''), /empty/],
    ['a token with a line break', token('canary-secret\n'), /line break/],
    ['a token with a space', token('canary-secret more'), /space/],
    ['a token in quotes', token('"canary-secret"'), /quotes/],
    ['a placeholder', token('<canary-secret>'), /placeholder/],
    ['a variable that was not expanded', token('$canary_secret'), /placeholder/],
    ['a token with a comma', token('canary-secret,'), /character/],
    ['a token beyond ASCII', token('canary-secrét'), /character/],
    ['a new global key as a token', token('cfk_canary-secret'), /Global API Key/],
    ['an old global key as a token', token(OLD_KEY), /Global API Key/],
    ['a token as a global key', globalKey('cfut_canary-secret'), /API token/],
    ['a key without e-mail', globalKey(OLD_KEY, ''), /e-mail/],
    ['a key with a bad e-mail', globalKey(OLD_KEY, 'canary-secret'), /e-mail/],
    ['a key with a header in its e-mail', globalKey(OLD_KEY, 'a@b\r\nX-Evil: 1'), /e-mail/],
  ];
  for (const [name, credential, message] of bad) {
    it(`refuses ${name} and does not repeat it`, () => {
      assert.throws(
        () => authHeaders(credential),
        (error) => {
          assert.ok(isZonewardError(error));
          assert.equal(error.code, 'credential-malformed');
          assert.equal(error.kind, 'credentials');
          assert.match(error.message, message);
          assert.ok(error.next.length > 0);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /canary|0123456789abcdef/);
          return true;
        },
      );
    });
  }

  it('keys the budget by the secret alone, without showing it', () => {
    const key = budgetKeyOf(token(OLD_TOKEN));
    assert.equal(budgetKeyOf(token(OLD_TOKEN, 'account-token')), key);
    assert.notEqual(budgetKeyOf(token(`${OLD_TOKEN}x`)), key);
    assert.match(key, /^credential:[0-9a-f]{32}$/);
  });

  it('takes its secret out of foreign text', () => {
    assert.equal(scrubberOf(token('abc'))('bad token abc; abc'), 'bad token [redacted]; [redacted]');
  });
});

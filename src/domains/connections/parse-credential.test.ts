import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  type CredentialInput,
  credentialFromEnvironment,
  ENVIRONMENT_NAMES,
  parseCredential,
} from './parse-credential.ts';

const BODY = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-Ab';
const USER = `cfut_${BODY}1a2b3c4d`;
const ACCOUNT = `cfat_${BODY}1a2b3c4d`;
const OLD = 'Q7hX0-zV2cT9_mKpL4nRwYsUbEjAfGiDoHt3Z6xN';
const KEY = 'c2547eb745079dac9320b638f5e225cf483cc5cfdda41';
const NEW_KEY = `cfk_${BODY}1a2b3c4d`;
const ID = '023e105f4ecef8ad9ca31a8372d0c353';

function parsed(input: CredentialInput) {
  const result = parseCredential(input);
  assert.ok(result.ok, inspect(result));
  const { credential } = result.value;
  const secret = credential.kind === 'global-key' ? credential.key : credential.token;
  return { ...result.value, kind: credential.kind, secret: secret.reveal(), problems: result.problems };
}

describe('a credential is read', () => {
  const rows: readonly [name: string, input: CredentialInput, kind: string, secret: string][] = [
    ['a user token', { token: USER }, 'user-token', USER],
    ['an account token', { token: ACCOUNT }, 'account-token', ACCOUNT],
    ['an old token', { token: OLD }, 'user-token', OLD],
    ['an old key', { key: KEY, email: 'a@example.com' }, 'global-key', KEY],
    ['a new key', { key: NEW_KEY, email: ' a@example.com ' }, 'global-key', NEW_KEY],
    ['a 37 digit key', { key: KEY.slice(0, 37), email: 'a@b' }, 'global-key', KEY.slice(0, 37)],
    ['with white space', { token: `\n ${USER}\t` }, 'user-token', USER],
    ['with Bearer', { token: `Bearer ${USER}` }, 'user-token', USER],
    ['as a header', { token: `Authorization: Bearer ${USER}` }, 'user-token', USER],
    ['in quotes', { token: `"${USER}"` }, 'user-token', USER],
    ['as a shell line', { token: `export CLOUDFLARE_API_TOKEN='${USER}'` }, 'user-token', USER],
    ['an empty key beside it', { token: USER, key: '', email: '' }, 'user-token', USER],
  ];
  for (const [name, input, kind, secret] of rows) {
    it(name, () => {
      const result = parsed(input);
      assert.deepEqual([result.kind, result.secret, result.problems], [kind, secret, []]);
    });
  }

  it('an e-mail address beside a token is left out, with a warning', () => {
    assert.deepEqual(
      parsed({ token: USER, email: 'a@b.example' }).problems.map((problem) => [
        problem.code,
        problem.severity,
      ]),
      [['email-ignored', 'warning']],
    );
  });

  it('a token of an unknown length is taken, with a warning', () => {
    const result = parsed({ token: OLD.slice(0, 30) });
    assert.deepEqual(
      result.problems.map((problem) => problem.code),
      ['token-unusual'],
    );
  });

  it('an id also in capitals, and out of a dashboard address', () => {
    const address = `https://dash.cloudflare.com/${ID}/example.com/dns`;
    for (const accountId of [ID, ID.toUpperCase(), ` "${ID}" `, address]) {
      assert.equal(parsed({ token: USER, accountId }).accountId, ID);
    }
    assert.equal(parsed({ token: USER }).accountId, null);
  });

  it('several zone ids, each once', () => {
    const other = ID.replace('0', 'f');
    assert.deepEqual(parsed({ token: USER, zoneIds: `${ID}, ${other}\n${ID}` }).zoneIds, [ID, other]);
    assert.deepEqual(parsed({ token: USER, zoneIds: ' ' }).zoneIds, []);
  });
});

describe('a slip is told, with what was expected', () => {
  const rows: readonly [name: string, input: CredentialInput, code: string, message: RegExp][] = [
    ['nothing', {}, 'credential-missing', /--token.*--key/],
    ['both', { token: USER, key: KEY, email: 'a@b' }, 'credential-ambiguous', /Both/],
    ['key without e-mail', { key: KEY }, 'email-missing', /--email/],
    ['e-mail without key', { email: 'a@b' }, 'key-missing', /without --key/],
    ['not an e-mail', { key: KEY, email: 'me' }, 'email-malformed', /e-mail/],
    ['a key as token', { token: KEY }, 'token-is-global-key', /global API key/],
    ['a new key as token', { token: NEW_KEY }, 'token-is-global-key', /global API key/],
    ['a token as key', { key: USER, email: 'a@b' }, 'key-is-token', /API token/],
    ['an old token as key', { key: OLD, email: 'a@b' }, 'key-malformed', /37 to 45 hex/],
    ['an OAuth token', { token: `cfoat_${BODY}` }, 'token-malformed', /OAuth/],
    ['a cut token', { token: USER.slice(0, 30) }, 'token-malformed', /cut off \(30 characters\).*cfut_/],
    ['a short text', { token: 'secret' }, 'token-malformed', /cut off/],
    ['a space inside', { token: `${USER.slice(0, 20)} ${USER.slice(20)}` }, 'token-malformed', /white space/],
    ['an invisible character', { token: `${USER}\u200b` }, 'token-malformed', /U\+200B/],
    ['a long text', { token: 'a'.repeat(600) }, 'token-malformed', /too long/],
    [
      'an account name',
      { token: USER, accountId: 'Acme Inc' },
      'account-id-malformed',
      /8 characters.*32 hex/,
    ],
    ['a short account id', { token: USER, accountId: ID.slice(1) }, 'account-id-malformed', /31 characters/],
    [
      'a token as account id',
      { token: USER, accountId: ACCOUNT },
      'account-id-malformed',
      /credential \(cfat_…\)/,
    ],
    ['a zone name', { token: USER, zoneIds: 'example.com' }, 'zone-id-malformed', /It is a name/],
  ];
  for (const [name, input, code, message] of rows) {
    it(name, () => {
      const result = parseCredential(input);
      assert.equal(result.ok, false);
      assert.deepEqual(
        result.problems.map((problem) => problem.code),
        [code],
      );
      assert.match(result.problems[0]?.message ?? '', message);
    });
  }

  it('all of them at once', () => {
    const result = parseCredential({ key: 'x', accountId: 'y', zoneIds: 'z' });
    assert.deepEqual(
      result.problems.map((problem) => problem.code),
      ['key-malformed', 'email-missing', 'account-id-malformed', 'zone-id-malformed'],
    );
  });

  it('in the words of the environment', () => {
    const result = credentialFromEnvironment({ CLOUDFLARE_API_KEY: KEY });
    assert.match(result.problems[0]?.message ?? '', /CLOUDFLARE_EMAIL/);
    const good = credentialFromEnvironment({ CLOUDFLARE_API_TOKEN: USER, CLOUDFLARE_ACCOUNT_ID: ID });
    assert.ok(good.ok && good.value.accountId === ID);
  });
});

it('no problem repeats any part of what may be a secret', () => {
  const canary = 'CANARYCANARYcanary0123456789';
  const fields = Object.keys(ENVIRONMENT_NAMES) as (keyof CredentialInput)[];
  const shape = fc.constantFrom(
    canary,
    `cfut_${canary}`,
    `cfk_${canary}${canary}`,
    `Bearer ${canary}!`,
    `${canary} ${canary}`,
    `https://dash.cloudflare.com/${canary}`,
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...fields), { minLength: 1 }), shape, (chosen, text) => {
      const result = parseCredential(Object.fromEntries(chosen.map((field) => [field, text])));
      assert.ok(!JSON.stringify(result.problems).includes('CANARY'));
      assert.ok(!inspect(result, { depth: 9 }).includes('CANARY') || (result.ok && chosen.includes('email')));
    }),
    { numRuns: 200 },
  );
});

/**
 * Credentials as request headers. A credential that cannot be one (a line break, a placeholder, a key where a
 * token belongs) is refused here, before anything is sent.
 *
 * Invariants: no message, cause or URL made here holds a secret; only `authHeaders`, `budgetKeyOf` and
 * `scrubberOf` reveal one, and only the first lets it leave the process.
 *
 * Source: Cloudflare docs, "token formats" (new secrets carry `cfk_`, `cfut_`, `cfat_`, `cfoat_`; older ones
 * stay valid, so neither prefix nor length is demanded).
 */
import { createHash } from 'node:crypto';
import { ZonewardError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Credential } from '../domains/connections/model.ts';

const TOKEN_PREFIXES = ['cfut_', 'cfat_', 'cfoat_'];
const KEY_PREFIX = 'cfk_';
/** The characters of a bearer token (RFC 6750 §2.1). */
const BEARER = /^[A-Za-z0-9._~+/=-]+$/;
/** An old Global API Key; an old token is longer and not all hexadecimal. */
const OLD_GLOBAL_KEY = /^[0-9a-f]{37}$/;

/** The headers that authenticate a request. Throws `credential-malformed` for what no request should carry. */
export function authHeaders(credential: Credential): Record<string, string> {
  checkCredential(credential);
  if (credential.kind === 'global-key') {
    return { 'X-Auth-Email': credential.email, 'X-Auth-Key': credential.key.reveal() };
  }
  return { Authorization: `Bearer ${credential.token.reveal()}` };
}

/** Throws `credential-malformed` with what is wrong and how it should look. Sends nothing. */
export function checkCredential(credential: Credential): void {
  const wrong =
    credential.kind === 'global-key'
      ? (emailFault(credential.email) ?? keyFault(credential.key.reveal()))
      : tokenFault(credential.token.reveal());
  if (wrong === undefined) return;
  throw new ZonewardError(wrong.message, {
    code: 'credential-malformed',
    kind: 'credentials',
    next: [wrong.next],
    details: { credentialKind: credential.kind },
  });
}

/**
 * The name under which a credential's budget is kept: a digest that tells nothing of the secret (which has more
 * than 140 bits of chance), the same for every tenant and process that uses the credential.
 */
export function budgetKeyOf(credential: Credential): string {
  const digest = createHash('sha256').update(`zoneward budget\n${secretOf(credential).reveal()}`);
  return `credential:${digest.digest('hex').slice(0, 32)}`;
}

/** A function that takes the credential's secret out of a text that came from outside. */
export function scrubberOf(credential: Credential): (text: string) => string {
  const secret = secretOf(credential).reveal();
  return (text) => (secret === '' ? text : text.replaceAll(secret, '[redacted]'));
}

function secretOf(credential: Credential): Secret {
  return credential.kind === 'global-key' ? credential.key : credential.token;
}

interface Fault {
  readonly message: string;
  readonly next: string;
}

const COPY_TOKEN = 'Copy the token again from Cloudflare: My Profile → API Tokens, or Account API Tokens.';
const COPY_KEY = 'Copy the key again from Cloudflare: My Profile → API Tokens → Global API Key.';

function tokenFault(token: string): Fault | undefined {
  const common = secretFault(token, 'API token', COPY_TOKEN);
  if (common !== undefined) return common;
  if (/^bearer\b/i.test(token)) {
    return { message: 'the API token begins with the word "Bearer"', next: 'Give the token alone.' };
  }
  if (token.startsWith(KEY_PREFIX) || OLD_GLOBAL_KEY.test(token)) {
    const next = 'Give it as a Global API Key together with its e-mail address, or make an API token.';
    return { message: 'this is a Global API Key, not an API token', next };
  }
  return undefined;
}

function keyFault(key: string): Fault | undefined {
  const common = secretFault(key, 'Global API Key', COPY_KEY);
  if (common !== undefined) return common;
  if (TOKEN_PREFIXES.some((prefix) => key.startsWith(prefix))) {
    return {
      message: 'this is an API token, not a Global API Key',
      next: 'Give it as a token, without e-mail.',
    };
  }
  return undefined;
}

function secretFault(secret: string, what: string, next: string): Fault | undefined {
  if (secret === '') return { message: `the ${what} is empty`, next };
  if (/[\r\n]/.test(secret)) return { message: `the ${what} has a line break in it`, next };
  if (/\s/.test(secret)) return { message: `the ${what} has a space in it`, next };
  if (/^["'].*["']$/.test(secret))
    return { message: `the ${what} is in quotes`, next: 'Take the quotes off.' };
  if (/^[<${[]/.test(secret)) {
    return { message: `the ${what} is a placeholder, such as <API_TOKEN> or $TOKEN`, next };
  }
  if (!BEARER.test(secret)) {
    return { message: `the ${what} has a character that Cloudflare's secrets never have`, next };
  }
  return undefined;
}

function emailFault(email: string): Fault | undefined {
  if (/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(email)) return undefined;
  const message =
    email === ''
      ? 'a Global API Key needs the e-mail address of its user'
      : 'the e-mail address of the Global API Key is not one';
  return { message, next: 'Give the address that the Cloudflare user logs in with.' };
}

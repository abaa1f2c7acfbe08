/**
 * From what a person typed, pasted or exported to a `Credential`: old and new formats, and the slips that people
 * make. Nothing here asks Cloudflare; a token without a prefix is taken for a user token until verify tells.
 *
 * Formats (Cloudflare, "API token formats", read 2026-10): since 2026 a prefix (`cfut_` user token, `cfat_` account
 * token, `cfk_` global key), 40 characters and a checksum; before, a token was 40 characters of `A-Z a-z 0-9 _ -`,
 * a key 37 to 45 lower-case hex digits. Lengths are not checked beyond what tells a cut-off paste.
 */
import { type AccountId, isCloudflareId, type ZoneId } from '../../base/ids.ts';
import { hasErrors, type Parsed, type Problem } from '../../base/problem.ts';
import { Secret } from '../../base/secret.ts';
import type { Credential } from './model.ts';

/** What was given, as text. Empty text counts as not given. */
export interface CredentialInput {
  readonly token?: string | undefined;
  readonly email?: string | undefined;
  readonly key?: string | undefined;
  readonly accountId?: string | undefined;
  /** One id, or several separated by commas or white space. */
  readonly zoneIds?: string | undefined;
}

export interface CredentialParts {
  readonly credential: Credential;
  /** Null when it was not given; the test finds it where the credential sees one account only. */
  readonly accountId: AccountId | null;
  readonly zoneIds: readonly ZoneId[];
}

/** What the fields are called where they were given, so that a message names what the person knows. */
export type FieldNames = Readonly<Record<keyof CredentialInput, string>>;

export const FLAG_NAMES: FieldNames = {
  token: '--token',
  email: '--email',
  key: '--key',
  accountId: '--account-id',
  zoneIds: '--zone-id',
};

export const ENVIRONMENT_NAMES: FieldNames = {
  token: 'CLOUDFLARE_API_TOKEN',
  email: 'CLOUDFLARE_EMAIL',
  key: 'CLOUDFLARE_API_KEY',
  accountId: 'CLOUDFLARE_ACCOUNT_ID',
  zoneIds: 'CLOUDFLARE_ZONE_ID',
};

const ZONE_IDS_MAX = 1_000;
const BODY_LENGTH_MIN = 40;
const OLD_TOKEN_LENGTH = 40;
/** Shorter than this is a cut-off paste, whatever Cloudflare may issue one day. */
const TOKEN_LENGTH_MIN = 20;
const TOKEN_LENGTH_MAX = 512;
const OLD_KEY = /^[0-9a-f]{37,45}$/;
const TOKEN_FORMAT =
  'cfut_… (user token), cfat_… (account token), or 40 characters A-Z a-z 0-9 _ - (before 2026)';
const KEY_FORMAT = 'cfk_…, or 37 to 45 hex digits 0-9 a-f (before 2026)';
const TOKENS_PAGE = 'https://dash.cloudflare.com/profile/api-tokens';

/** Tells every problem at once. No problem repeats the secret. */
export function parseCredential(
  input: CredentialInput,
  names: FieldNames = FLAG_NAMES,
): Parsed<CredentialParts> {
  const problems: Problem[] = [];
  const credential = parseSecretPart(input, names, problems);
  const accountId = parseAccountId(input.accountId, names, problems);
  const zoneIds = parseZoneIds(input.zoneIds, names, problems);
  if (credential === null || hasErrors(problems)) return { ok: false, problems };
  return { ok: true, value: { credential, accountId, zoneIds }, problems };
}

/** The credential in `CLOUDFLARE_API_TOKEN` or `CLOUDFLARE_API_KEY` and `CLOUDFLARE_EMAIL`. */
export function credentialFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Parsed<CredentialParts> {
  return parseCredential(
    {
      token: environment[ENVIRONMENT_NAMES.token],
      email: environment[ENVIRONMENT_NAMES.email],
      key: environment[ENVIRONMENT_NAMES.key],
      accountId: environment[ENVIRONMENT_NAMES.accountId],
      zoneIds: environment[ENVIRONMENT_NAMES.zoneIds],
    },
    ENVIRONMENT_NAMES,
  );
}

function parseSecretPart(input: CredentialInput, names: FieldNames, problems: Problem[]): Credential | null {
  const token = clean(input.token);
  const key = clean(input.key);
  const email = (input.email ?? '').trim();
  if (token !== '' && key !== '') {
    problems.push(
      problem(
        'credential-ambiguous',
        names.token,
        `Both ${names.token} and ${names.key} are given; Cloudflare refuses a request with both.`,
        `keep ${names.token} and leave ${names.key} out`,
      ),
    );
    return null;
  }
  if (token !== '') {
    if (email !== '') problems.push(emailIgnored(names));
    return parseToken(token, names, problems);
  }
  if (key !== '' || email !== '') return parseGlobalKey({ key, email }, names, problems);
  problems.push(
    problem(
      'credential-missing',
      names.token,
      `No credential: neither ${names.token} nor ${names.key} with ${names.email} is given.`,
      `make a token at ${TOKENS_PAGE} (zoneward connections link writes the address) and give it as ${names.token}`,
    ),
  );
  return null;
}

/** Takes off what comes along with a paste: white space, quotes, `Bearer`, `Authorization:`, `NAME=`. */
function clean(text: string | undefined): string {
  return (text ?? '')
    .replace(/^\s*(export\s+)?CLOUDFLARE_API_(TOKEN|KEY)\s*=/, '')
    .replace(/^[\s"'`]+|[\s"'`;]+$/g, '')
    .replace(/^(Authorization|X-Auth-Key)\s*:\s*/i, '')
    .replace(/^Bearer\s+/i, '')
    .replace(/^["'`]+/, '');
}

function parseToken(token: string, names: FieldNames, problems: Problem[]): Credential | null {
  const fault = tokenFault(token, names);
  if (fault !== null) {
    problems.push(fault);
    return null;
  }
  if (token.startsWith('cfat_')) return { kind: 'account-token', token: new Secret(token) };
  if (!token.startsWith('cfut_') && token.length !== OLD_TOKEN_LENGTH) {
    problems.push({
      ...problem(
        'token-unusual',
        names.token,
        `${names.token} has ${token.length} characters; expected ${TOKEN_FORMAT}.`,
        'if the test fails, copy the token again, whole',
      ),
      severity: 'warning',
    });
  }
  return { kind: 'user-token', token: new Secret(token) };
}

function tokenFault(token: string, names: FieldNames): Problem | null {
  const malformed = (what: string, next?: string): Problem =>
    problem('token-malformed', names.token, `${names.token} ${what}; expected ${TOKEN_FORMAT}.`, next);
  if (token.startsWith('cfk_') || OLD_KEY.test(token)) {
    return problem(
      'token-is-global-key',
      names.token,
      `${names.token} holds a global API key, not a token.`,
      `make a token at ${TOKENS_PAGE}; or give the key as ${names.key} together with ${names.email}`,
    );
  }
  if (token.startsWith('cfoat_')) {
    return malformed(
      "holds a short-lived OAuth token of Cloudflare's command line (cfoat_…)",
      `make an API token at ${TOKENS_PAGE}`,
    );
  }
  const stray = /[^A-Za-z0-9_-]/.exec(token);
  if (stray !== null) {
    const place = `character ${stray.index + 1} of ${token.length}`;
    return malformed(`holds ${nameOf(stray[0])} (${place})`, 'copy the token again, by itself');
  }
  const prefixed = token.startsWith('cfut_') || token.startsWith('cfat_');
  const lengthMin = prefixed ? 'cfut_'.length + BODY_LENGTH_MIN : TOKEN_LENGTH_MIN;
  if (token.length < lengthMin) {
    return malformed(`is cut off (${token.length} characters)`, 'copy the token again, whole');
  }
  if (token.length > TOKEN_LENGTH_MAX) return malformed(`is too long (${token.length} characters)`);
  return null;
}

function parseGlobalKey(
  given: { readonly key: string; readonly email: string },
  names: FieldNames,
  problems: Problem[],
): Credential | null {
  const { key, email } = given;
  const before = problems.length;
  if (key === '') {
    problems.push(
      problem(
        'key-missing',
        names.key,
        `${names.email} is given without ${names.key}.`,
        `give ${names.key} too, or better a token as ${names.token}`,
      ),
    );
  } else if (/^(cfut_|cfat_)/.test(key)) {
    problems.push(
      problem(
        'key-is-token',
        names.key,
        `${names.key} holds an API token, not a key.`,
        `give it as ${names.token}`,
      ),
    );
  } else if (!OLD_KEY.test(key) && !/^cfk_[A-Za-z0-9_-]{40,}$/.test(key)) {
    const next = key.length === OLD_TOKEN_LENGTH ? `if it is a token, give it as ${names.token}` : undefined;
    problems.push(
      problem(
        'key-malformed',
        names.key,
        `${names.key} is not a global API key; expected ${KEY_FORMAT}.`,
        next,
      ),
    );
  }
  if (email === '') {
    problems.push(
      problem(
        'email-missing',
        names.email,
        `${names.key} is given without ${names.email}; a global key works only with its user's e-mail address.`,
        `give ${names.email}`,
      ),
    );
  } else if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    problems.push(problem('email-malformed', names.email, `${names.email} is not an e-mail address.`));
  }
  if (problems.length > before) return null;
  return { kind: 'global-key', email, key: new Secret(key) };
}

function parseAccountId(text: string | undefined, names: FieldNames, problems: Problem[]): AccountId | null {
  const given = (text ?? '').trim();
  if (given === '') return null;
  const id = cloudflareId(given);
  if (id !== null) return id as AccountId;
  problems.push(
    problem(
      'account-id-malformed',
      names.accountId,
      `${names.accountId} ${describe(given)}; expected 32 hex digits (0-9 a-f).`,
      'copy it from the dashboard: it stands in the address after dash.cloudflare.com/',
    ),
  );
  return null;
}

function parseZoneIds(text: string | undefined, names: FieldNames, problems: Problem[]): readonly ZoneId[] {
  const given = (text ?? '').split(/[\s,;]+/).filter((part) => part !== '');
  const ids = new Set<ZoneId>();
  for (const part of given) {
    const id = cloudflareId(part);
    if (id !== null) ids.add(id as ZoneId);
    else {
      const hint = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(part) ? ' It is a name; the id is meant.' : '';
      problems.push(
        problem(
          'zone-id-malformed',
          names.zoneIds,
          `${names.zoneIds} ${describe(part)}; expected 32 hex digits (0-9 a-f).${hint}`,
          "copy it from the zone's overview page in the dashboard, under API",
        ),
      );
    }
  }
  if (ids.size > ZONE_IDS_MAX) {
    problems.push(
      problem('zone-ids-too-many', names.zoneIds, `${ids.size} zone ids are given; at most ${ZONE_IDS_MAX}.`),
    );
  }
  return [...ids];
}

/** An id, also in capitals, with quotes, or inside a dashboard address. */
function cloudflareId(text: string): string | null {
  const inAddress = /dash\.cloudflare\.com\/([0-9a-f]{32})(?:[/?#]|$)/i.exec(text)?.[1];
  const id = (inAddress ?? text.replace(/^["'`]+|["'`]+$/g, '')).toLowerCase();
  return isCloudflareId(id) ? id : null;
}

/** What can be said of a text that may be a secret in the wrong place: its length, and what is strange about it. */
function describe(text: string): string {
  if (/^cf(ut|at|k|oat)_/.test(text)) return `holds a credential (${text.slice(0, text.indexOf('_') + 1)}…)`;
  const stray = /[^0-9a-f]/i.exec(text);
  const what = stray === null ? '' : `, with ${nameOf(stray[0])} at ${stray.index + 1}`;
  return `has ${text.length} characters${what}`;
}

function nameOf(character: string): string {
  if (/\s/.test(character)) return 'white space';
  if (/[\x21-\x7e]/.test(character)) return `"${character}"`;
  return `the character U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function emailIgnored(names: FieldNames): Problem {
  return {
    ...problem(
      'email-ignored',
      names.email,
      `${names.email} is not used with a token and is left out.`,
      `leave ${names.email} out`,
    ),
    severity: 'warning',
  };
}

function problem(code: string, subject: string, message: string, next?: string): Problem {
  return { code, severity: 'error', subject, message, ...(next === undefined ? {} : { next }) };
}

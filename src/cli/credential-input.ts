/** A credential from flags, standard input, a reference, the environment or a hidden prompt: in that order. */
import type { CredentialInput, CredentialParts, FieldNames } from '../app/re-exports.ts';
import { UsageError } from './errors.ts';
import { askSecret, canAsk } from './prompt.ts';
import type { Session } from './session.ts';

export interface CredentialFlags {
  readonly token?: string;
  readonly tokenStdin?: boolean;
  readonly secretFrom?: string;
  readonly email?: string;
  readonly key?: string;
  readonly accountId?: string;
  readonly zoneId?: readonly string[];
}

export interface ReadCredential extends CredentialParts {
  /** Where the secret is named instead of kept. */
  readonly reference: string | null;
}

interface Found {
  readonly input: CredentialInput;
  readonly reference: string | null;
  readonly names: FieldNames;
}

export interface ReadOptions {
  /** Whether the environment's credential is meant where no flag names one. Default true. */
  readonly environment?: boolean;
  /** What a person is asked for. */
  readonly what?: string;
}

/** Throws `InvalidInputError` with every problem of what was given; never repeats a secret. */
export async function readCredential(
  session: Session,
  flags: CredentialFlags,
  options: ReadOptions = {},
): Promise<ReadCredential> {
  const { InvalidInputError } = await import('../app/re-exports.ts');
  const { connections } = await session.tenant();
  const { input, reference, names } = await findCredential(session, flags, options);
  const parsed = await connections.read(reference === null ? input : { ...input, reference }, names);
  if (!parsed.ok)
    throw new InvalidInputError('The credential is not valid; nothing was stored.', parsed.problems);
  for (const { message } of parsed.problems) session.out.warn(message);
  return { ...parsed.value, reference };
}

async function findCredential(
  session: Session,
  flags: CredentialFlags,
  { environment = true, what: asked }: ReadOptions,
): Promise<Found> {
  const { ENVIRONMENT_NAMES, FLAG_NAMES } = await import('../app/re-exports.ts');
  const { io, out } = session;
  const given = (name: keyof FieldNames): string | undefined =>
    environment ? io.env[ENVIRONMENT_NAMES[name]] : undefined;
  const accountId = flags.accountId ?? given('accountId');
  const zoneIds = flags.zoneId === undefined ? given('zoneIds') : flags.zoneId.join(',');
  const { email } = flags;
  const rest = { accountId, zoneIds };
  if (flags.token !== undefined || flags.key !== undefined) {
    out.warn('A secret on the command line can be seen by others on this machine: better --token-stdin.');
    return found({ ...rest, token: flags.token, email, key: flags.key }, FLAG_NAMES);
  }
  if (flags.secretFrom !== undefined)
    return { ...found({ ...rest, email }, FLAG_NAMES), reference: flags.secretFrom };
  if (flags.tokenStdin === true) return found(secretInput(await io.stdin.readAll(), email, rest), FLAG_NAMES);
  const inEnvironment = [given('token'), given('key')].some((value) => (value ?? '') !== '');
  if (inEnvironment) {
    out.note(
      `Taking the credential from ${(given('token') ?? '') === '' ? ENVIRONMENT_NAMES.key : ENVIRONMENT_NAMES.token}.`,
    );
    const input = { ...rest, token: given('token'), key: given('key'), email: email ?? given('email') };
    return found(input, ENVIRONMENT_NAMES);
  }
  if (!canAsk(io)) {
    if ((email ?? given('email') ?? '') !== '') throw keyMissing(ENVIRONMENT_NAMES);
    throw new UsageError('There is no credential, and no terminal to ask for one.', [
      `Set ${ENVIRONMENT_NAMES.token} (and ${ENVIRONMENT_NAMES.accountId}), or pipe it: … | zoneward connections add --token-stdin`,
      'zoneward connections link shows where to make a token.',
    ]);
  }
  const what = asked ?? (email === undefined ? 'API token' : 'Global API key');
  return found(secretInput(await askSecret(io, `${what} (not shown):`), email, rest), FLAG_NAMES);
}

/** An address alone is half of a credential. */
function keyMissing({ email, key }: FieldNames): UsageError {
  return new UsageError('There is an e-mail address, but no Global API key to go with it.', [
    `Set ${email} and ${key}, or pipe the key: … | zoneward connections add --email ADDRESS --token-stdin`,
    'Better than a global key: a token. zoneward connections link shows where to make one.',
  ]);
}

function found(input: CredentialInput, names: FieldNames): Found {
  return { input, reference: null, names };
}

/** With an e-mail address it is the key that is meant. */
function secretInput(secret: string, email: string | undefined, rest: CredentialInput): CredentialInput {
  return email === undefined ? { ...rest, token: secret } : { ...rest, email, key: secret };
}

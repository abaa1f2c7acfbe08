/**
 * Secrets that are named and not kept: `env:NAME`, `file:PATH`, fetched each time they are needed. More schemes
 * (a secret manager) are given as `fetchers`, by scheme.
 */
import { readFile, stat } from 'node:fs/promises';
import { Secret } from '../base/secret.ts';
import type { SecretReferences } from '../domains/connections/ports.ts';
import { vaultError } from './errors.ts';

/** Fetches the secret that stands after `scheme:`. Throws `ZonewardError`, never with the secret in it. */
export type SecretFetcher = (name: string) => Promise<string>;

const SECRET_BYTES_MAX = 16 * 1024;

export function openSecretReferences(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fetchers?: Readonly<Record<string, SecretFetcher>>;
}): SecretReferences {
  const fetchers: Readonly<Record<string, SecretFetcher>> = {
    env: async (name) => fromEnvironment(options.environment, name),
    file: fromFile,
    ...options.fetchers,
  };
  return {
    schemes: Object.keys(fetchers),
    resolve: async (reference) => {
      const [scheme = '', ...rest] = reference.split(':');
      const fetcher = Object.hasOwn(fetchers, scheme) ? fetchers[scheme] : undefined;
      if (fetcher === undefined || rest.join(':') === '') {
        // What was given is not repeated: it may be the secret itself, pasted into the wrong place.
        const known = Object.keys(fetchers).map((name) => `${name}:…`);
        throw vaultError('secret-reference-failed', `A secret reference must be one of ${known.join(', ')}.`);
      }
      const text = (await fetcher(rest.join(':'))).trim();
      if (text === '') throw failed(reference, 'it is empty');
      return new Secret(text);
    },
  };
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  const text = environment[name];
  if (text === undefined) throw failed(`env:${name}`, 'the variable is not set', `export ${name}=…`);
  return text;
}

async function fromFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= SECRET_BYTES_MAX) return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw failed(
      `file:${path}`,
      `the file cannot be read (${code})`,
      `check that ${path} is there and readable`,
    );
  }
  throw failed(`file:${path}`, `the file is larger than ${SECRET_BYTES_MAX} bytes`);
}

function failed(reference: string, why: string, next?: string): Error {
  return vaultError('secret-reference-failed', `The secret ${reference} cannot be fetched: ${why}.`, {
    ...(next === undefined ? {} : { next: [next] }),
    details: { reference },
  });
}

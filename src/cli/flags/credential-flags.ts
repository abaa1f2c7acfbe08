/** Flags of a connection: where its secret is, its profile, and facts about it. */
import type { Command } from 'commander';
import type { Profile } from '../../app/re-exports.ts';
import { UsageError } from '../errors.ts';

/** Where the secret itself is. */
export function withSecretFlags(command: Command): Command {
  return command
    .option('--token-stdin', 'read the token from standard input')
    .option(
      '--secret-from <reference>',
      'env:NAME, file:PATH, vault-kv:MOUNT/PATH#FIELD or aws-secrets-manager:NAME; fetched when needed, never stored',
    )
    .option('--token <token>', 'the token itself; others on this machine can see it')
    .option('--email <address>', 'of the user, for a Global API key')
    .option('--key <key>', 'the Global API key; better asked for: leave it out');
}

export function parseProfile(text: string): Profile {
  if (text === 'minimum' || text === 'full') return text;
  throw new UsageError(`"${text}" is no profile.`, [
    'minimum: zones and DNS, to read',
    'full: zones, DNS and registrar, to edit',
  ]);
}

/** `key=value`; `true`, `false` and numbers become what they look like. */
export function parseMetadata(pairs: readonly string[]): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--metadata takes key=value, not "${pair}".`);
      return [pair.slice(0, at), metadataValue(pair.slice(at + 1))];
    }),
  );
}

function metadataValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

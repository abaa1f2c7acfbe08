/**
 * Private keys of certificates that are uploaded. No plan, job or store holds one: a plan names the hash of its public
 * half, and whoever applies the change set hands the private half in again.
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { InvalidInputError } from '../base/problem.ts';
import type { Secret } from '../base/secret.ts';
import type { ChangeSet } from '../domains/changes/model.ts';
import { unreadableKey } from '../domains/tls/objects/check-certificate.ts';
import type { CertificateInput } from './tenant-certificates.ts';
import type { ChangeDetails } from './tenant-changes.ts';

/** Private keys by the SHA-256 (hex) of their public halves, as plans name them; what is no key is left out. */
export function keysByHash(keys: readonly Secret[]): ReadonlyMap<string, Secret> {
  const entries = keys.flatMap((key): [string, Secret][] => {
    try {
      return [[hashOfKey(key), key]];
    } catch {
      return [];
    }
  });
  return new Map(entries);
}

/** SHA-256 (hex) of a private key's public half. Throws for what is no key. */
export function hashOfKey(key: Secret): string {
  // Of a certificate, too, a public key could be made.
  const spki = createPublicKey(createPrivateKey(key.reveal())).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/** Whether a change set waits for a private key before it can be sent. */
export function needsPrivateKey({ changeSet, outcomes }: ChangeDetails): boolean {
  return changeSet.plans.some(({ zoneId, objects = [] }) =>
    objects.some(
      ({ id, keySha256 }) =>
        keySha256 !== undefined &&
        !(outcomes.get(zoneId) ?? []).some(({ groupId, state }) => groupId === id && state !== 'not-applied'),
    ),
  );
}

/**
 * A private key for the certificates that a stored change set uploads. Throws `InvalidInputError`: `key-invalid` for
 * what is none, `key-mismatch` for one that no certificate of the change set was made with.
 */
export function keysForChangeSet(
  { plans }: Pick<ChangeSet, 'plans'>,
  { secret, file }: NonNullable<CertificateInput['key']>,
): ReadonlyMap<string, Secret> {
  const keys = keysByHash([secret]);
  const wanted = plans.flatMap(({ objects = [] }) =>
    objects.flatMap(({ keySha256, title }) => (keySha256 === undefined ? [] : [{ keySha256, title }])),
  );
  const refuse = 'This private key cannot be used; nothing was sent.';
  if (keys.size === 0) throw new InvalidInputError(refuse, [unreadableKey(file)]);
  if (wanted.some(({ keySha256 }) => keys.has(keySha256))) return keys;
  const titles = wanted.map(({ title }) => title).join(', ');
  throw new InvalidInputError(refuse, [
    {
      code: 'key-mismatch',
      severity: 'error',
      message: `it belongs to no certificate of this change set${titles === '' ? ', which uploads none' : `: ${titles}`}`,
      next:
        titles === ''
          ? 'Apply the change set without a key.'
          : 'Give the key that the certificate was made with.',
      position: { file },
    },
  ]);
}

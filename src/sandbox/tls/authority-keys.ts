/** Private keys of the sandbox's authorities and of its edge: each is made when it is first needed, and kept. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';

export type KeyKind = 'ec' | 'rsa';

const RSA_BITS = 2048;

/** Opened keys, so that none is parsed twice. */
const opened = new WeakMap<World, Map<string, KeyObject>>();

/** The key of that name, always the same one in a world and in what its state file restores. */
export function authorityKey(world: World, name: string, kind: KeyKind): KeyObject {
  const keys = family<Record<string, string>>(world.bag, 'authority_keys', () => ({}));
  const stored = keys[`${name}:${kind}`] ?? makeKey(kind);
  if (keys[`${name}:${kind}`] === undefined) {
    keys[`${name}:${kind}`] = stored;
    world.changed();
  }
  const mine = opened.get(world) ?? new Map<string, KeyObject>();
  opened.set(world, mine);
  const key = mine.get(stored) ?? createPrivateKey(stored);
  mine.set(stored, key);
  return key;
}

/** PKCS #8, PEM. */
function makeKey(kind: KeyKind): string {
  const { privateKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

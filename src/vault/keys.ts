/**
 * Keys change while everything runs: add, hand out, promote, rewrap, retire. A key that was added is only checked;
 * a promoted one seals what is new; rewrapping brings the old data keys under it, without ever opening a secret;
 * a key with no row left may be retired. Broken off anywhere, every row opens, and the same command goes on.
 */
import { type Clock, type Random, systemClock, systemRandom } from '../base/clock.ts';
import type {
  SealedRow,
  SealedSecret,
  SealedSecretRows,
  VaultHeaderStore,
} from '../domains/connections/ports.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { vaultError } from './errors.ts';
import {
  fingerprintContext,
  type HeaderKey,
  loadHeader,
  makeCheck,
  type StoredHeader,
  type VaultHeader,
} from './header.ts';
import type { KeyProvider } from './key-provider.ts';
import { dataKeyContext } from './vault.ts';

export interface KeyRing {
  readonly keys: KeyProvider;
  readonly storeId: string;
  readonly header: VaultHeaderStore;
  readonly rows: SealedSecretRows;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface KeyStatus {
  readonly id: string;
  readonly state: 'current' | 'older' | 'ready' | 'unregistered';
  /** Whether this process's provider holds it. */
  readonly held: boolean;
  readonly addedAt: number | null;
  /** Sealed secrets that stand under it. */
  readonly rows: number;
  /** Whether the fingerprint key stands under it; it too must move before the key may go. */
  readonly fingerprint: boolean;
}

/** Every key that the header knows, the provider holds, or a row stands under. */
export async function keyStatus(ring: KeyRing): Promise<readonly KeyStatus[]> {
  const { header } = await load(ring);
  const [held, counts] = await Promise.all([ring.keys.keyIds(), ring.rows.countByKey()]);
  const ids = new Set([...header.keys.map((key) => key.id), ...held, ...Object.keys(counts)]);
  return [...ids].map((id) => {
    const known = header.keys.find((key) => key.id === id);
    return {
      id,
      state: stateOf(header, id),
      held: held.includes(id),
      addedAt: known?.addedAt ?? null,
      rows: counts[id] ?? 0,
      fingerprint: header.fingerprint.keyId === id,
    };
  });
}

function stateOf(header: VaultHeader, id: string): KeyStatus['state'] {
  const known = header.keys.find((key) => key.id === id);
  if (known === undefined) return 'unregistered';
  if (header.currentKeyId === id) return 'current';
  return known.promotedAt === null ? 'ready' : 'older';
}

/**
 * Makes a key known to this store. Without an id the provider makes a new one; with an id, a key that the provider
 * holds already (put there by hand, or kept in a key service) is registered. Nothing is sealed with it yet.
 */
export async function addKey(ring: KeyRing, keyId?: string): Promise<string> {
  const id = keyId ?? (await makeKey(ring.keys));
  await change(ring, async (header) => {
    if (header.keys.some((key) => key.id === id)) return header;
    const check = await makeCheck(ring.keys, id, ring.storeId);
    return { ...header, keys: [...header.keys, { id, addedAt: now(ring), promotedAt: null, check }] };
  });
  return id;
}

async function makeKey(keys: KeyProvider): Promise<string> {
  if (keys.addKey !== undefined) return await keys.addKey();
  throw vaultError(
    'vault-key-missing',
    `${keys.place} cannot make keys; make one there, then register it by its id.`,
    {
      next: ['zoneward keys add KEY-ID'],
    },
  );
}

/** Makes a registered key the one that seals. Every process must hold it by now: one that does not, cannot seal. */
export async function promoteKey(ring: KeyRing, keyId: string): Promise<void> {
  const held = await ring.keys.keyIds();
  await change(ring, async (header) => {
    const known = header.keys.some((key) => key.id === keyId);
    if (!known || !held.includes(keyId)) {
      throw vaultError(
        'vault-key-missing',
        `Key ${keyId} is not ${known ? `in ${ring.keys.place}` : 'registered'}.`,
        {
          next: [known ? `put key ${keyId} into ${ring.keys.place}` : `zoneward keys add ${keyId}`],
        },
      );
    }
    const keys = header.keys.map((key) =>
      key.id === keyId ? { ...key, promotedAt: key.promotedAt ?? now(ring) } : key,
    );
    return { ...header, keys, currentKeyId: keyId };
  });
}

export interface RewrapReport {
  readonly keyId: string;
  /** Rows that now stand under the current key and did not before. */
  readonly rewrapped: number;
  /** Rows that someone else changed meanwhile; they are under the current key already, or the next run finds them. */
  readonly moved: number;
}

/**
 * Brings every data key, and the fingerprint key, under the current key. Rows that are done are not looked at
 * again, so a run that was broken off is simply run again. A row that does not unwrap stops the run: better a loud
 * stop than a key retired under a row.
 */
export async function rewrapKeys(
  ring: KeyRing,
  options: { readonly signal?: AbortSignal; readonly onRow?: (rewrapped: number) => void } = {},
): Promise<RewrapReport> {
  const { header } = await load(ring);
  const to = header.currentKeyId;
  let rewrapped = 0;
  let moved = 0;
  for await (const chunk of ring.rows.notUnder(to)) {
    for (const row of chunk) {
      options.signal?.throwIfAborted();
      if (await ring.rows.replaceWrapping(row, await rewrapRow(ring, row, to))) rewrapped += 1;
      else moved += 1;
      options.onRow?.(rewrapped);
    }
  }
  await rewrapFingerprint(ring, to);
  return { keyId: to, rewrapped, moved };
}

async function rewrapRow(ring: KeyRing, row: SealedRow, to: string): Promise<SealedSecret> {
  const context = dataKeyContext(ring.storeId, row.context);
  const wrapped = fromBase64(row.sealed.wrappedKey) ?? new Uint8Array();
  const dataKey = await ring.keys.unwrap(row.sealed.keyId, wrapped, context);
  return { ...row.sealed, keyId: to, wrappedKey: toBase64(await ring.keys.wrap(to, dataKey, context)) };
}

async function rewrapFingerprint(ring: KeyRing, to: string): Promise<void> {
  const context = fingerprintContext(ring.storeId);
  await change(ring, async (header) => {
    const { keyId, wrapped } = header.fingerprint;
    if (keyId === to) return header;
    const key = await ring.keys.unwrap(keyId, fromBase64(wrapped) ?? new Uint8Array(), context);
    return {
      ...header,
      fingerprint: { keyId: to, wrapped: toBase64(await ring.keys.wrap(to, key, context)) },
    };
  });
}

/**
 * Takes a key out of use, and destroys it where the provider can. Refused (`vault-key-in-use`) while it is the
 * current key, or while a row or the fingerprint key stands under it.
 */
export async function retireKey(ring: KeyRing, keyId: string): Promise<void> {
  const rows = (await ring.rows.countByKey())[keyId] ?? 0;
  let removed: readonly HeaderKey[] = [];
  await change(ring, async (header) => {
    if (header.currentKeyId === keyId)
      throw inUse(keyId, 'it is the current key', 'zoneward keys promote OTHER-KEY');
    if (rows > 0) throw inUse(keyId, `${rows} secrets stand under it`, 'zoneward keys rewrap');
    if (header.fingerprint.keyId === keyId) {
      throw inUse(keyId, 'the fingerprint key stands under it', 'zoneward keys rewrap');
    }
    removed = header.keys.filter((key) => key.id === keyId);
    return { ...header, keys: header.keys.filter((key) => key.id !== keyId) };
  });
  // The header no longer offers the key: what is counted now is final, and only then are its bytes destroyed.
  const left = (await ring.rows.countByKey())[keyId] ?? 0;
  if (left > 0) {
    await change(ring, async (header) => ({ ...header, keys: [...header.keys, ...removed] }));
    throw inUse(keyId, `${left} secrets stand under it`, 'zoneward keys rewrap');
  }
  const held = await ring.keys.keyIds();
  if (held.includes(keyId)) await ring.keys.dropKey?.(keyId);
}

function inUse(keyId: string, why: string, next: string): Error {
  return vaultError('vault-key-in-use', `Key ${keyId} stays: ${why}.`, { next: [next], details: { keyId } });
}

const CHANGE_ATTEMPTS_MAX = 5;

/** Changes the header by compare-and-set: a change that someone else made meanwhile is built upon, not lost. */
async function change(ring: KeyRing, next: (header: VaultHeader) => Promise<VaultHeader>): Promise<void> {
  for (let attempt = 1; attempt <= CHANGE_ATTEMPTS_MAX; attempt += 1) {
    const { header, text } = await load(ring);
    const changed = await next(header);
    if (changed === header) return;
    if (await ring.header.replace(text, JSON.stringify(changed))) return;
  }
  throw vaultError('vault-key-in-use', 'The vault header is being changed by others; nothing was changed.', {
    next: ['try again'],
  });
}

function load(ring: KeyRing): Promise<StoredHeader> {
  const { keys, storeId, header } = ring;
  return loadHeader({ keys, storeId, header, random: ring.random ?? systemRandom, now: now(ring) });
}

function now(ring: KeyRing): number {
  return (ring.clock ?? systemClock).now();
}

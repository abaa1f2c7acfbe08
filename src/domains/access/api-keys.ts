/**
 * API keys, made, recognised and revoked. A key is written `zwk_<id>.<secret>`: the id finds the row, the secret is
 * compared by its hash in constant time. An unknown id costs the same comparison.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { newId, type TenantId } from '../../base/ids.ts';
import { Secret } from '../../base/secret.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import { openOwners } from './four-eyes.ts';
import { type ApiKey, type ApiKeyId, type KeyReach, SCOPES, type Scope, UNLIMITED_REACH } from './model.ts';
import type { ApiKeyStore } from './ports.ts';

const SECRET_BYTES = 32;
const LABEL_LENGTH_MAX = 128;
const REACH_ENTRIES_MAX = 1_000;
/** Last use is noted this often at most. */
const TOUCH_EVERY_MS = 60_000;
const KEY_TEXT = /^zwk_([0-9a-z]{26})\.([A-Za-z0-9_-]{43})$/;
/** Where an operator's keys leave their trail. */
export const OPERATOR_TRAIL: TenantId = 'local' as TenantId;

export interface AccessPorts {
  readonly store: ApiKeyStore;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewApiKey {
  readonly tenantId: TenantId | null;
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly reach?: Partial<KeyReach>;
  /** Default: the key itself. A key that a key makes has its maker's owner, whatever stands here. */
  readonly owner?: string;
  /** Milliseconds since the epoch; null or absent: until revoked. */
  readonly expiresAt?: number | null;
}

/** The only moment at which the secret is there to be shown. */
export interface CreatedApiKey {
  readonly key: ApiKey;
  readonly secret: Secret;
}

/** Throws `api-key-invalid` (input). */
export async function createApiKey(
  ports: AccessPorts,
  input: NewApiKey,
  principal: Principal,
): Promise<CreatedApiKey> {
  const at = ports.clock.now();
  checkNewKey(input, at);
  const id = newId<ApiKeyId>('key', ports);
  const maker = await openOwners(ports.store).ownerOf(principal);
  const isMadeByKey = principal.startsWith('key_');
  const key: ApiKey = {
    id,
    tenantId: input.tenantId,
    label: input.label.trim(),
    scopes: SCOPES.filter((scope) => input.scopes.includes(scope)),
    reach: { ...UNLIMITED_REACH, ...input.reach },
    owner: isMadeByKey ? maker : (input.owner?.trim() ?? id),
    createdAt: at,
    createdBy: principal,
    expiresAt: input.expiresAt ?? null,
    lastUsedAt: null,
    revokedAt: null,
  };
  const chance = Buffer.from(ports.random.bytes(SECRET_BYTES)).toString('base64url');
  const text = `zwk_${key.id.replace(/^key_/, '')}.${chance}`;
  await ports.store.create({ key, secretHash: hashSecret(text) }, key.tenantId ?? OPERATOR_TRAIL, [
    keyEvent(key, 'api-key.created', { at, principal }),
  ]);
  return { key, secret: new Secret(text) };
}

/** The key that `text` is; null for one that is unknown, wrong, expired or revoked, without saying which. */
export async function recogniseApiKey(ports: AccessPorts, text: string): Promise<ApiKey | null> {
  const [, idPart] = KEY_TEXT.exec(text) ?? [];
  const stored = idPart === undefined ? null : await ports.store.find(`key_${idPart}` as ApiKeyId);
  const matches = isSameHash(hashSecret(text), stored?.secretHash ?? hashSecret(''));
  if (stored === null || !matches) return null;
  return use(ports, stored.key);
}

/** The key with this id, for who has proved to hold it in another way; null unless it stands. */
export async function standingKey(ports: AccessPorts, id: ApiKeyId): Promise<ApiKey | null> {
  const stored = await ports.store.find(id);
  return stored === null ? null : use(ports, stored.key);
}

async function use(ports: AccessPorts, key: ApiKey): Promise<ApiKey | null> {
  const now = ports.clock.now();
  if (!isStanding(key, now)) return null;
  if (key.lastUsedAt === null || now - key.lastUsedAt >= TOUCH_EVERY_MS) await ports.store.touch(key.id, now);
  return key;
}

export interface RevokedApiKeys {
  /** The key, then those that it made, where they were to go with it. */
  readonly revoked: readonly ApiKey[];
  /** Keys that it made, or that those made, which still stand. */
  readonly standing: readonly ApiKey[];
}

/** With `withMade`, what it made goes too, and what that made. Throws `api-key-unknown` (not-found) as `revokeOne`. */
export async function revokeApiKey(
  ports: AccessPorts,
  target: { readonly tenantId: TenantId | null; readonly id: string; readonly withMade?: boolean },
  principal: Principal,
): Promise<RevokedApiKeys> {
  // The key first: from then on it makes no more.
  const revoked = [await revokeOne(ports, target, principal)];
  const standing = await madeByAll(ports, target.id as ApiKeyId);
  if (target.withMade !== true) return { revoked, standing };
  for (const { id, tenantId } of standing) revoked.push(await revokeOne(ports, { tenantId, id }, principal));
  return { revoked, standing: [] };
}

/** Makers before what they made; a key is younger than its maker, so this ends. */
async function madeByAll({ store, clock }: AccessPorts, id: ApiKeyId): Promise<readonly ApiKey[]> {
  const made: ApiKey[] = [];
  const makers = [id];
  for (let maker = makers.shift(); maker !== undefined; maker = makers.shift()) {
    const theirs = await store.madeBy(maker);
    makers.push(...theirs.map((key) => key.id));
    made.push(...theirs.filter((key) => isStanding(key, clock.now())));
  }
  return made;
}

function isStanding({ revokedAt, expiresAt }: ApiKey, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** Throws `api-key-unknown` (not-found) for one that is another tenant's, is gone, or never was. */
async function revokeOne(
  ports: AccessPorts,
  target: { readonly tenantId: TenantId | null; readonly id: string },
  principal: Principal,
): Promise<ApiKey> {
  const at = ports.clock.now();
  const id = target.id as ApiKeyId;
  const stored = await ports.store.find(id);
  const isTheirs = stored !== null && stored.key.tenantId === target.tenantId;
  const trail = target.tenantId ?? OPERATOR_TRAIL;
  const revoked =
    isTheirs &&
    (await ports.store.revoke(target.tenantId, id, at, trail, [
      keyEvent(stored.key, 'api-key.revoked', { at, principal }),
    ]));
  if (revoked) return { ...stored.key, revokedAt: at };
  throw unknownKey(target.id);
}

function unknownKey(id: string): ZonewardError {
  return new ZonewardError(`There is no API key ${id.slice(0, 64)} that stands`, {
    code: 'api-key-unknown',
    kind: 'not-found',
    next: ['zoneward api-keys list'],
  });
}

function keyEvent(
  key: ApiKey,
  kind: string,
  by: { readonly at: number; readonly principal: string },
): NewEvent {
  const { id, label, scopes, reach, owner, expiresAt, tenantId } = key;
  return {
    kind,
    ...by,
    summary: `API key ${label} (${id}): ${kind === 'api-key.created' ? 'made' : 'revoked'}`,
    payload: {
      id,
      label,
      scopes: [...scopes],
      owner,
      allTenants: tenantId === null,
      expiresAt,
      reach: {
        connectionIds: reach.connectionIds === null ? null : [...reach.connectionIds],
        zoneIds: reach.zoneIds === null ? null : [...reach.zoneIds],
        namePatterns: reach.namePatterns === null ? null : [...reach.namePatterns],
      },
    },
  };
}

function checkNewKey(input: NewApiKey, now: number): void {
  const label = input.label.trim();
  const lists = Object.values(input.reach ?? {}).filter((list) => list !== null && list !== undefined);
  const faults = [
    label.length >= 1 && label.length <= LABEL_LENGTH_MAX
      ? []
      : [`a label has 1 to ${LABEL_LENGTH_MAX} characters`],
    input.owner === undefined || (input.owner.trim().length >= 1 && input.owner.length <= LABEL_LENGTH_MAX)
      ? []
      : [`an owner has 1 to ${LABEL_LENGTH_MAX} characters`],
    input.owner?.startsWith('key_') === true ? ['an owner is a person or a team, not a key'] : [],
    input.scopes.length > 0 ? [] : ['a key needs a scope'],
    input.scopes.filter((scope) => !SCOPES.includes(scope)).map((scope) => `"${scope}" is no scope`),
    input.expiresAt === null || input.expiresAt === undefined || input.expiresAt > now
      ? []
      : ['the expiry is past'],
    lists.every((list) => list.length >= 1 && list.length <= REACH_ENTRIES_MAX)
      ? []
      : [`a narrowing names 1 to ${REACH_ENTRIES_MAX} things`],
  ].flat();
  if (faults.length === 0) return;
  throw new ZonewardError(`This is no API key: ${faults.join('; ')}`, {
    code: 'api-key-invalid',
    kind: 'input',
    next: [`Scopes are: ${SCOPES.join(', ')}.`],
  });
}

function hashSecret(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isSameHash(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, 'hex'), Buffer.from(right, 'hex'));
}

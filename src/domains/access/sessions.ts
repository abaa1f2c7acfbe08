/**
 * Sign-ins of people at the dashboard. A session stands for an API key while it is used: it ends when it is idle, when
 * its time is over, and in the same moment as its key. A link begins one session without the key being typed, once.
 * Both are secrets of 256 bits, kept as their SHA-256 alone, so any process on the store knows them.
 */
import { createHash } from 'node:crypto';
import { ZonewardError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { NewEvent } from '../audit/model.ts';
import { type AccessPorts, OPERATOR_TRAIL, recogniseApiKey, standingKey } from './api-keys.ts';
import type { ApiKey, ApiKeyId } from './model.ts';
import type { SignIn, SignInStore } from './ports.ts';

const SECRET_BYTES = 32;
export const SESSION_IDLE_MS: number = 8 * 3_600_000;
export const SESSION_LIFE_MS: number = 7 * 86_400_000;
const LINK_LIFE_MS = 3_600_000;
/** Last use is noted this often at most. */
const TOUCH_EVERY_MS = 60_000;
const SESSION_TEXT = /^zws_[A-Za-z0-9_-]{43}$/;
const LINK_TEXT = /^zwl_[A-Za-z0-9_-]{43}$/;

export interface SignInPorts extends AccessPorts {
  readonly signIns: SignInStore;
}

/** A session that stands. Milliseconds since the epoch. */
export interface Session {
  readonly key: ApiKey;
  readonly startedAt: number;
  /** When it ends, however much it is used. */
  readonly endsAt: number;
  /** When it ends unless it is used before. */
  readonly idleEndsAt: number;
}

/** The only moment at which the secret is there to be given out. */
export interface StartedSession {
  readonly session: Session;
  readonly secret: Secret;
}

/** Null for what is no key that stands, without saying why. */
export async function signInWithKey(ports: SignInPorts, text: string): Promise<StartedSession | null> {
  const key = await recogniseApiKey(ports, text);
  return key === null ? null : startSession(ports, key);
}

/** Null for what is no link that stands. One of several at once that use the same link begins a session. */
export async function signInWithLink(ports: SignInPorts, text: string): Promise<StartedSession | null> {
  const link = LINK_TEXT.test(text) ? await ports.signIns.find('link', hashOf(text)) : null;
  if (link === null || link.expiresAt <= ports.clock.now()) return null;
  const key = await standingKey(ports, link.apiKeyId);
  if (key === null || !(await ports.signIns.end('link', link.secretHash, OPERATOR_TRAIL, []))) return null;
  return startSession(ports, key);
}

/** A link that signs in with the key, within an hour. Throws `api-key-unknown` (not-found) unless the key stands. */
export async function createSignInLink(ports: SignInPorts, keyId: ApiKeyId): Promise<Secret> {
  const key = await standingKey(ports, keyId);
  if (key === null)
    throw new ZonewardError(`There is no API key ${keyId} that stands`, {
      code: 'api-key-unknown',
      kind: 'not-found',
      next: ['zoneward api-keys list'],
    });
  const at = ports.clock.now();
  const secret = newSecret(ports, 'zwl_');
  const link: SignIn = {
    kind: 'link',
    secretHash: hashOf(secret.reveal()),
    apiKeyId: key.id,
    createdAt: at,
    usedAt: at,
    expiresAt: at + LINK_LIFE_MS,
  };
  await ports.signIns.create(link, trailOf(key), []);
  return secret;
}

/** The session that `text` is; null for one that has ended, or never was. Its use is noted. */
export async function recogniseSession(ports: SignInPorts, text: string): Promise<Session | null> {
  const found = SESSION_TEXT.test(text) ? await ports.signIns.find('session', hashOf(text)) : null;
  if (found === null) return null;
  const now = ports.clock.now();
  if (found.expiresAt <= now || found.usedAt + SESSION_IDLE_MS <= now) return null;
  const key = await standingKey(ports, found.apiKeyId);
  if (key === null) return null;
  if (now - found.usedAt >= TOUCH_EVERY_MS) await ports.signIns.touch(found.secretHash, now);
  return sessionOf(key, { ...found, usedAt: now });
}

/** Ends a session; one that has ended, or never was, is left alone. */
export async function signOut(ports: SignInPorts, text: string): Promise<void> {
  const found = SESSION_TEXT.test(text) ? await ports.signIns.find('session', hashOf(text)) : null;
  if (found === null) return;
  const stored = await ports.store.find(found.apiKeyId);
  const trail = stored === null ? OPERATOR_TRAIL : trailOf(stored.key);
  const events = stored === null ? [] : [sessionEvent(stored.key, 'session.ended', ports.clock.now())];
  await ports.signIns.end('session', found.secretHash, trail, events);
}

async function startSession(ports: SignInPorts, key: ApiKey): Promise<StartedSession> {
  const at = ports.clock.now();
  const secret = newSecret(ports, 'zws_');
  const stored: SignIn = {
    kind: 'session',
    secretHash: hashOf(secret.reveal()),
    apiKeyId: key.id,
    createdAt: at,
    usedAt: at,
    expiresAt: Math.min(at + SESSION_LIFE_MS, key.expiresAt ?? Number.POSITIVE_INFINITY),
  };
  await ports.signIns.create(stored, trailOf(key), [sessionEvent(key, 'session.started', at)]);
  return { session: sessionOf(key, stored), secret };
}

function sessionOf(key: ApiKey, { createdAt, usedAt, expiresAt }: SignIn): Session {
  return {
    key,
    startedAt: createdAt,
    endsAt: expiresAt,
    idleEndsAt: Math.min(usedAt + SESSION_IDLE_MS, expiresAt),
  };
}

function sessionEvent(key: ApiKey, kind: string, at: number): NewEvent {
  const what = kind === 'session.started' ? 'signed in to' : 'signed out of';
  return {
    kind,
    at,
    principal: key.id,
    summary: `API key ${key.label} (${key.id}) ${what} the dashboard`,
    payload: { id: key.id, label: key.label },
  };
}

function trailOf(key: ApiKey) {
  return key.tenantId ?? OPERATOR_TRAIL;
}

function newSecret({ random }: SignInPorts, prefix: string): Secret {
  return new Secret(`${prefix}${Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url')}`);
}

/** A search by the hash of 256 bits of chance tells nothing by the time it takes. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

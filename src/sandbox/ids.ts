/** Identifiers as the API writes them: 32 lower-case hex digits, UUIDv7 for the audit log, rays, token secrets. */
import { createHash, randomFillSync } from 'node:crypto';

const POOL_BYTES = 8192;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

function randomHex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

export function newId(): string {
  return randomHex(16);
}

/** The same id for the same text: what seeds use, so that a demo looks the same every day. */
export function idFrom(text: string): string {
  return createHash('sha256').update(text).digest().toString('hex', 0, 16);
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

export function newUuid7(nowMs: number): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0').slice(-12);
  const chance = randomHex(10);
  const variant = ((Number.parseInt(chance.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-${variant}${chance.slice(4, 7)}-${chance.slice(7, 19)}`;
}

export function newRay(): string {
  return `${randomHex(8)}-LHR`;
}

const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A secret of today's format: prefix, 40 characters, 8 of checksum. With `seed`, always the same. */
export function newSecret(prefix: 'cfk' | 'cfut' | 'cfat', seed?: string): string {
  const hex =
    seed === undefined ? randomHex(40) : createHash('sha512').update(`${prefix}:${seed}`).digest('hex');
  let body = '';
  for (let i = 0; i < 40; i += 1) {
    body += SECRET_ALPHABET.charAt(Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16) % SECRET_ALPHABET.length);
  }
  return `${prefix}_${body}${createHash('sha256').update(body).digest('hex').slice(0, 8)}`;
}

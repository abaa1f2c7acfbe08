/** Secrets and signatures of Standard Webhooks 1.0.0: `whsec_` + base64, HMAC-SHA256 over `id.timestamp.body`. */
import { createHmac } from 'node:crypto';
import type { Random } from '../../base/clock.ts';
import { Secret } from '../../base/secret.ts';

const SECRET_PREFIX = 'whsec_';
/** The specification asks for 24 to 64. */
const SECRET_BYTES = 32;

export function newSecret(random: Random): Secret {
  return new Secret(SECRET_PREFIX + Buffer.from(random.bytes(SECRET_BYTES)).toString('base64'));
}

export interface Signed {
  readonly id: string;
  /** Of the attempt, not of the event. Milliseconds. */
  readonly at: number;
  readonly body: string;
}

/** The headers of one attempt; with two secrets, two signatures. */
export function signedHeaders(
  { id, at, body }: Signed,
  secrets: readonly Secret[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

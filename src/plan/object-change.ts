/**
 * A change of one thing that a zone owns at Cloudflare besides records and settings: a certificate, a custom hostname.
 * The third kind of resource of a plan. One change is one request.
 */
import type { JsonObject } from '../base/json.ts';
import { type ChangeText, printable, shorten } from './change-text.ts';
import { canonicalJson } from './hash.ts';
import { settingText } from './setting-text.ts';

export const OBJECT_KINDS = [
  'certificate-pack',
  'custom-certificate',
  'custom-certificate-order',
  'custom-hostname',
  'origin-certificate',
  'origin-pull-certificate',
  'origin-pull-hostname',
] as const;

export type ObjectKind = (typeof OBJECT_KINDS)[number];

export interface ObjectChange {
  readonly resource: ObjectKind;
  readonly action: 'create' | 'update' | 'delete';
  /** Its place in the plan, as outcomes name it: `o1`, `o2`, … */
  readonly id: string;
  /** Cloudflare's id; null for what is created. */
  readonly objectId: string | null;
  /** What people call it: `advanced certificate for example.com, *.example.com`. */
  readonly title: string;
  /** The facts that count, in our form; null for what is created. Of an update, those that it changes. */
  readonly before: JsonObject | null;
  /** Null for what is removed. A thing that shows these facts is as it was meant. */
  readonly after: JsonObject | null;
  /** As it will be sent, but for a private key; null where nothing is. */
  readonly body: JsonObject | null;
  /**
   * SHA-256 (hex) of the public key whose private half goes into the body as `private_key`. The private key itself is
   * handed in when the request is sent: no plan, journal or store ever holds it.
   */
  readonly keySha256?: string;
}

export const OBJECT_GROUP_PREFIX = 'o';

const SIGNS = { create: '+', update: '~', delete: '-' } as const;

export function describeObject(change: ObjectChange): ChangeText {
  const { action, before, after, resource, title } = change;
  const text = { sign: SIGNS[action], name: printable(title), type: resource, becomes: null };
  if (action !== 'update') {
    const facts = Object.entries(after ?? before ?? {}).filter(([, value]) => value !== null);
    const details = facts.map(([key, value]) => `${printable(key)} ${settingText(value)}`);
    return { ...text, content: shorten(printable(change.objectId ?? 'new')), details };
  }
  const fields = Object.keys(after ?? {}).filter(
    (field) => canonicalJson(before?.[field] ?? null) !== canonicalJson(after?.[field] ?? null),
  );
  const details = fields.map(
    (field) =>
      `${printable(field)} ${settingText(before?.[field] ?? null)} → ${settingText(after?.[field] ?? null)}`,
  );
  return { ...text, content: shorten(printable(change.objectId ?? '')), details };
}

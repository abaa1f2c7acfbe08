/**
 * What a desired record would change in an existing one, field by field. Only fields that the source mentions
 * count; what it does not speak of stays as it is.
 */
import { rdataKey } from './rdata-key.ts';
import {
  type DesiredRecord,
  isProxiableType,
  type Rdata,
  type RecordFields,
  type Ttl,
  typeOf,
} from './record.ts';

/** A writable field of a record; `rdata` covers type and data. */
export type FieldName = keyof RecordFields;

/**
 * The fields that `desired` mentions and that differ from `existing`, in a fixed order; empty when there is
 * nothing to do. Names are equal by their internal form, data by `rdataKey`; the order of tags and the case of a
 * tag's name do not matter. A record that ends up proxied has TTL `'auto'` whatever the source says, because
 * Cloudflare overrides any other (cloudflare-api §4.3).
 */
export function changedFields(existing: RecordFields, desired: DesiredRecord): FieldName[] {
  const changed: FieldName[] = [];
  if (existing.name !== desired.name) changed.push('name');
  if (!isSameData(existing.rdata, desired.rdata)) changed.push('rdata');
  const ttl = resultingTtl(existing, desired);
  if (ttl !== undefined && ttl !== existing.ttl) changed.push('ttl');
  if (desired.proxied !== undefined && desired.proxied !== existing.proxied) changed.push('proxied');
  if (desired.comment !== undefined && desired.comment !== existing.comment) changed.push('comment');
  if (desired.tags !== undefined && tagsKey(desired.tags) !== tagsKey(existing.tags)) changed.push('tags');
  if (desired.settings !== undefined && setKey(desired.settings) !== setKey(existing.settings)) {
    changed.push('settings');
  }
  if (desired.privateRouting !== undefined && desired.privateRouting !== existing.privateRouting) {
    changed.push('privateRouting');
  }
  return changed;
}

/** Most of a zone is as it was, by the letter: then no key is made. */
function isSameData(a: Rdata, b: Rdata): boolean {
  if (a === b || (a.type === 'AAAA' && b.type === 'AAAA' && a.address === b.address)) return true;
  return a.type === b.type && rdataKey(a) === rdataKey(b);
}

/** The TTL that the source asks for, as Cloudflare would store it; `undefined` when it leaves the TTL alone. */
function resultingTtl(existing: RecordFields, desired: DesiredRecord): Ttl | undefined {
  const proxied = desired.proxied ?? existing.proxied;
  return proxied && isProxiableType(typeOf(desired.rdata)) ? 'auto' : desired.ttl;
}

/** One text for every way of writing the same set of tags. */
export function tagsKey(tags: readonly string[]): string {
  if (tags.length === 0) return '';
  return setKey(tags.map(normalTag));
}

/** `Name:Value` as `name:Value`: a tag's name has no case, its value has. A tag without a value is `name`. */
export function normalTag(tag: string): string {
  const colon = tag.indexOf(':');
  if (colon === -1) return tag.toLowerCase();
  const name = tag.slice(0, colon).toLowerCase();
  return colon === tag.length - 1 ? name : name + tag.slice(colon);
}

function setKey(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : [...new Set(values)].sort().join('\n');
}

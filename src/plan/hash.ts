/**
 * Canonical JSON (RFC 8785) and hashes over it: the same value gives the same hash on every machine.
 *
 * One thing goes beyond the RFC, which has no text for it: half a surrogate pair is written as its `\udXXX` escape.
 * A TXT record's text holds such halves where its bytes are not UTF-8 (dns/record.ts).
 */
import { createHash } from 'node:crypto';

/** Objects and arrays down to this depth reach the hash in pieces, so that a large plan is never one string. */
const PIECES_DEPTH = 3;

/** The canonical text of a JSON value; members that are `undefined` are left out. */
export function canonicalJson(value: unknown): string {
  return textOf(value) ?? 'null';
}

/** SHA-256, hex, over the canonical bytes of a JSON value. */
export function hashOf(value: unknown): string {
  const hash = createHash('sha256');
  feed(value, PIECES_DEPTH, (text) => hash.update(text));
  return hash.digest('hex');
}

function feed(value: unknown, depth: number, sink: (text: string) => void): void {
  if (depth === 0 || value === null || typeof value !== 'object') {
    sink(canonicalJson(value));
    return;
  }
  let separator = '';
  if (Array.isArray(value)) {
    sink('[');
    for (const member of value) {
      sink(separator);
      feed(member, depth - 1, sink);
      separator = ',';
    }
    sink(']');
    return;
  }
  sink('{');
  const members = value as Readonly<Record<string, unknown>>;
  for (const key of sortedKeys(members)) {
    if (members[key] === undefined) continue;
    sink(`${separator}${JSON.stringify(key)}:`);
    feed(members[key], depth - 1, sink);
    separator = ',';
  }
  sink('}');
}

/** Texts that need no escape: nearly all. */
const PLAIN = /^[ !#-[\]-~]*$/;

function stringText(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return stringText(value);
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new TypeError(`${value} is no JSON value`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const key of sortedKeys(members)) {
    const member = textOf(members[key]);
    if (member !== undefined) text += `${text.length === 1 ? '' : ','}${stringText(key)}:${member}`;
  }
  return `${text}}`;
}

/** Keys in the order of their UTF-16 code units (RFC 8785 §3.2.3). */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  // Most objects here have few keys, for which sorting in place beats the engine's sort.
  if (keys.length > 24) return keys.sort();
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] ?? '';
    let j = i - 1;
    for (; j >= 0 && (keys[j] ?? '') > key; j -= 1) keys[j + 1] = keys[j] ?? '';
    keys[j + 1] = key;
  }
  return keys;
}

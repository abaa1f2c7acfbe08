/**
 * Cursors: where the next page begins, as text that means nothing to a client. A cursor carries a digest of the
 * tenant, the route and the query that it was made for, and is refused anywhere else.
 */
import { createHash } from 'node:crypto';
import { HttpError } from './problem.ts';

/** What a cursor belongs to: all that the list depends on, but for the limit. */
export interface CursorScope {
  readonly tenant: string;
  readonly route: string;
  readonly query: Readonly<Record<string, unknown>>;
}

/** A place in a list: ids, numbers or text, as the list orders them. */
export type Place = Readonly<Record<string, string | number>>;

const CURSOR_LENGTH_MAX = 1_024;

export function formatCursor(scope: CursorScope, place: Place): string {
  return Buffer.from(JSON.stringify([digest(scope, place), place])).toString('base64url');
}

/** Throws 422 `cursor-invalid` for text that is none, or is another query's. */
export function parseCursor(scope: CursorScope, text: string): Place {
  const place = decode(text);
  if (place !== null && digest(scope, place.place) === place.digest) return place.place;
  throw cursorInvalid();
}

/** A member of a place, which somebody may have made up. Throws 422 `cursor-invalid`. */
export function textAt(place: Place, key: string): string {
  const value = place[key];
  if (typeof value === 'string') return value;
  throw cursorInvalid();
}

/** The same for a whole number of at least 0. */
export function numberAt(place: Place, key: string): number {
  const value = place[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw cursorInvalid();
}

function cursorInvalid(): HttpError {
  return new HttpError(422, 'cursor-invalid', 'This cursor does not belong to this query.', {
    next: ['Take the cursor from the last page of the same query, or leave it out to begin anew.'],
    errors: [{ path: 'query.cursor', message: 'is not a cursor of this query' }],
  });
}

function decode(text: string): { readonly digest: string; readonly place: Place } | null {
  if (text.length > CURSOR_LENGTH_MAX) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') return null;
    const place: unknown = value[1];
    if (typeof place !== 'object' || place === null || Array.isArray(place)) return null;
    return { digest: value[0], place: place as Place };
  } catch {
    return null;
  }
}

function digest({ tenant, route, query }: CursorScope, place: Place): string {
  const conditions = Object.entries(query)
    .filter(([key, value]) => key !== 'cursor' && key !== 'limit' && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([tenant, route, conditions, place]))
    .digest('base64url')
    .slice(0, 22);
}

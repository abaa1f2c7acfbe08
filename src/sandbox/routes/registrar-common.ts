/** What the registrar's routes share: who may call, and the paging of its lists. */
import type { Needs } from '../http/call.ts';
import { invalidCursor } from './registrar-errors.ts';

export const REGISTRAR_READ: Needs = {
  scope: 'account',
  anyOf: ['Registrar Domains Read', 'Registrar Domains Write'],
};
export const REGISTRAR_WRITE: Needs = { scope: 'account', anyOf: ['Registrar Domains Write'] };

const PER_PAGE_DEFAULT = 20;
const PER_PAGE_MAX = 50;
const CURSOR_CHARS_MAX = 256;

/** `per_page` and `cursor` of the registrar's lists. */
export function cursorQuery(query: URLSearchParams): { perPage: number; cursor: string } {
  const cursor = query.get('cursor') ?? '';
  if (cursor.length > CURSOR_CHARS_MAX) throw invalidCursor();
  const perPage = Number(query.get('per_page') ?? PER_PAGE_DEFAULT);
  const fits = Number.isInteger(perPage) && perPage >= 1;
  return { perPage: fits ? Math.min(perPage, PER_PAGE_MAX) : PER_PAGE_DEFAULT, cursor };
}

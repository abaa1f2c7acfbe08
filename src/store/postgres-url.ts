/**
 * The address of a PostgreSQL store. It may carry a password, so it is a secret: what is shown of it, and what errors
 * say of it, is made here.
 */
import { ZonewardError } from '../base/errors.ts';

const PROTOCOLS: ReadonlySet<string> = new Set(['postgres:', 'postgresql:']);
/** Of libpq. `pg` takes any other word for "no TLS" without a sound. */
const SSL_MODES: ReadonlySet<string> = new Set(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']);

/** Connections of a process for writing, and as many for reading, where nobody says. */
export const POSTGRES_POOL = 5;

export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

/** Throws `store-url-invalid`, which never repeats the address, when it is not one to connect by. */
export function checkPostgresUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !PROTOCOLS.has(url.protocol)) throw invalid('it is not a URL');
  for (const part of [url.username, url.password, url.host, url.pathname]) {
    if (!isDecodable(part)) throw invalid('a % in it does not begin an escape such as %40');
  }
  if (url.host === '' && !url.searchParams.has('host')) throw invalid('it names no host');
  if (url.pathname.length < 2) throw invalid('it names no database');
  if (url.hash !== '') throw invalid('it has a #, which a password must write as %23');
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.has(mode)) throw invalid(`sslmode is none of ${[...SSL_MODES].join(', ')}`);
}

/** A store's address as it may be shown: of a database's, neither password nor options. */
export function withoutPassword(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return `${text.slice(0, text.indexOf('://'))}://…`;
  const user = url.username === '' ? '' : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}`;
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

function invalid(why: string): ZonewardError {
  return new ZonewardError(`The address of the PostgreSQL store cannot be used: ${why}.`, {
    code: 'store-url-invalid',
    kind: 'input',
    next: [
      'Set ZONEWARD_STORE to postgres://USER:PASSWORD@HOST:5432/DATABASE, with %XX for odd characters in the password; the password may stand in PGPASSWORD instead.',
    ],
  });
}

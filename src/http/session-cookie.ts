/**
 * The cookie that carries a session's secret. Scripts cannot read it, no other site's request carries it, and over
 * HTTPS its name binds it to this host, so that nobody beside it can plant one.
 */
import { generateCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';

const NAME = 'zoneward_session';
const NAME_SECURE = `__Host-${NAME}`;

/** Null without one. Over HTTPS the plain name counts for nothing: a host beside this one could have planted it. */
export function cookieOf(request: { readonly url: string; readonly headers: Headers }): string | null {
  const text = request.headers.get('cookie');
  if (text === null) return null;
  return parse(text)[cameOverHttps(request) ? NAME_SECURE : NAME] ?? null;
}

/** For the header `Set-Cookie`. */
export function sessionCookie(
  secret: string,
  { isSecure, endsAt }: { readonly isSecure: boolean; readonly endsAt: number },
): string {
  return cookie(secret, { isSecure, expires: new Date(endsAt) });
}

/** Makes the browser forget it. */
export function endedCookie(isSecure: boolean): string {
  return cookie('', { isSecure, expires: new Date(0) });
}

function cookie(value: string, options: { readonly isSecure: boolean; readonly expires: Date }): string {
  const { isSecure, expires } = options;
  return generateCookie(isSecure ? NAME_SECURE : NAME, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure,
    expires,
  });
}

/** Whether the client came over HTTPS, as far as we can see or a proxy before us says. */
export function cameOverHttps(request: { readonly url: string; readonly headers: Headers }): boolean {
  const told = request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase();
  return told === 'https' || (told === undefined && new URL(request.url).protocol === 'https:');
}

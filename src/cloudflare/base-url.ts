/** Where Cloudflare is: the real API, or a stand-in (the sandbox) at a URL of the same shape. */
import { ZonewardError } from '../base/errors.ts';

export const CLOUDFLARE_BASE_URL = 'https://api.cloudflare.com/client/v4';

/**
 * The base URL without its closing slash. Refuses (`base-url-invalid`) what is no http(s) URL, and one that holds a
 * user, a password, a query or a fragment: a URL ends up in logs.
 */
export function parseBaseUrl(text: string): string {
  const url = URL.parse(text);
  const wrong =
    url === null
      ? 'is not a URL'
      : url.protocol !== 'https:' && url.protocol !== 'http:'
        ? 'is neither https nor http'
        : url.username !== '' || url.password !== ''
          ? 'holds a user name or password'
          : url.search !== '' || url.hash !== ''
            ? 'has a query or a fragment'
            : null;
  if (url !== null && wrong === null) return url.href.replace(/\/+$/, '');
  // The text itself may hold a secret.
  throw new ZonewardError(`the Cloudflare base URL ${wrong}`, {
    code: 'base-url-invalid',
    kind: 'input',
    next: [`Give a URL such as ${CLOUDFLARE_BASE_URL}, or leave it out.`],
  });
}

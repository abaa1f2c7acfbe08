/**
 * The secret behind the `#` of a link. It leaves the address at once and stays in this tab, because a phone throws a page
 * away while its owner is at Cloudflare to make the token.
 */
import { useEffect, useState } from 'react';

const KEPT = 'zoneward-connect';

/** Null where no link led here. */
export function useLinkSecret(): string | null {
  const [secret, setSecret] = useState(takeSecret);
  useEffect(() => {
    // Another link, opened in the same tab.
    const take = (): void => setSecret(takeSecret());
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  return secret;
}

function takeSecret(): string | null {
  const given = location.hash.slice(1);
  if (given === '') return sessionStorage.getItem(KEPT);
  sessionStorage.setItem(KEPT, given);
  history.replaceState(history.state, '', location.pathname + location.search);
  return given;
}

/** After it was used, or was found to open nothing. */
export function forgetSecret(): void {
  sessionStorage.removeItem(KEPT);
}

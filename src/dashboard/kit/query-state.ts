/** State that lives in the address, so that what one sees can be shared and survives a reload. */
import { useLocation, useSearchParams } from 'wouter';

/**
 * Reads and sets one parameter of the address; the default is not written. Setting replaces, so Back leaves the page. A page
 * that the reader has left sets nothing any more: it may still hear of a job's end while the next one is being fetched.
 */
export function useQueryState(name: string, fallback = ''): readonly [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const [path] = useLocation();
  const set = (value: string): void => {
    const here = window.location.pathname;
    if (here !== path && decodeURI(here) !== path) return;
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === fallback) next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  };
  return [params.get(name) ?? fallback, set];
}

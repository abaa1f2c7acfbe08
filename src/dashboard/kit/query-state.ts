/** State that lives in the address, so that what one sees can be shared and survives a reload. */
import { useSearchParams } from 'wouter';

/** Reads and sets one parameter of the address; the default is not written. Setting replaces, so Back leaves the page. */
export function useQueryState(name: string, fallback = ''): readonly [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = (value: string): void => {
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

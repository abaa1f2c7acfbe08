/**
 * A signing secret between the answer that brought it and the page that shows it once. It is held by this page's memory
 * alone: a reload, or the reader's word, forgets it.
 */
import { useSyncExternalStore } from 'react';

const secrets = new Map<string, string>();
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

/** Null where the answer was a repeated one and brings none. */
export function keepSecret(webhook: string, secret: string | null): void {
  if (secret === null) return;
  secrets.set(webhook, secret);
  changed();
}

export function forgetSecret(webhook: string): void {
  secrets.delete(webhook);
  changed();
}

export function useShownSecret(webhook: string): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => secrets.get(webhook) ?? null,
  );
}

/** What is done on a page: what is under way, and what failed of it. Then, however it went, what the page shows is read anew. */
import { useState } from 'react';

export interface Acting {
  /** What is being done; empty: nothing. */
  readonly busy: string;
  readonly error: unknown;
  readonly setError: (error: unknown) => void;
  readonly act: (verb: string, work: () => Promise<unknown>) => Promise<void>;
}

export function useActing(look: () => Promise<void>): Acting {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState('');
  const act = async (verb: string, work: () => Promise<unknown>): Promise<void> => {
    setBusy(verb);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    }
    await look();
    setBusy('');
  };
  return { busy, error, setError, act };
}

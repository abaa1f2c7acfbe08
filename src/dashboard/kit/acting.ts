/** What is done to a connection: what is under way, and what failed of it. What is known of connections is then read anew. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { forgetConnections } from '../../api/queries.ts';

export interface Acting {
  /** What is being done; empty: nothing. */
  readonly busy: string;
  readonly error: unknown;
  readonly setError: (error: unknown) => void;
  readonly act: (verb: string, work: () => Promise<unknown>) => Promise<void>;
}

export function useActing(): Acting {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState('');
  const queries = useQueryClient();
  const act = async (verb: string, work: () => Promise<unknown>): Promise<void> => {
    setBusy(verb);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    }
    await forgetConnections(queries);
    setBusy('');
  };
  return { busy, error, setError, act };
}

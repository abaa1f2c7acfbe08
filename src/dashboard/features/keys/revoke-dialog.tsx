/** Asked before a key is revoked: what ends with it, and whether what it made ends, too. */
import { Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { ApiKey } from '../../../client/index.ts';
import { api, useSession } from '../../api/session.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Note } from '../../kit/note.tsx';
import { toast } from '../../kit/toasts.tsx';
import { keysMadeBy } from './key-words.ts';

export function RevokeDialog({
  apiKey,
  all,
  now,
  onClose,
}: {
  /** Null: nothing is asked. */
  readonly apiKey: ApiKey | null;
  readonly all: readonly ApiKey[];
  readonly now: number;
  readonly onClose: () => void;
}): ReactNode {
  const id = apiKey?.id ?? '';
  const made = apiKey === null ? [] : keysMadeBy(id, all, now);
  const [withMade, setWithMade] = useState(false);
  const queries = useQueryClient();
  const session = useSession();
  const isOwn = session.kind === 'signed-in' && session.session.key.id === id;
  const revoke = useMutation({
    mutationFn: () => api.revokeApiKey({ id, query: withMade ? { withMade } : {} }),
    onSuccess: ({ revoked }) => {
      toast(revoked.length === 1 ? 'The key opens nothing any more' : `${revoked.length} keys are revoked`);
      void queries.invalidateQueries({ queryKey: ['api-keys'] });
      onClose();
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another question.
  useEffect(() => {
    setWithMade(false);
    revoke.reset();
  }, [id]);
  return (
    <Confirm
      title={`Revoke ${apiKey?.label ?? 'the key'}`}
      action="Revoke it"
      isOpen={apiKey !== null}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>From its next request on it is refused. A key that was revoked cannot be brought back.</p>
      {isOwn ? <Note tone="risk">You are signed in with this key: it signs you out.</Note> : null}
      {made.length === 0 ? null : (
        <Checkbox
          label={made.length === 1 ? 'And the key that it made' : `And the ${made.length} keys that it made`}
          description={made.map(({ label }) => label).join(', ')}
          checked={withMade}
          onChange={(event) => setWithMade(event.currentTarget.checked)}
        />
      )}
    </Confirm>
  );
}

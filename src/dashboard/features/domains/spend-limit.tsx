/** What may be spent on names in a month; without it nothing is bought. */
import { Button, TextInput } from '@mantine/core';
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SpendLimit } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';

const KEY = ['spend-limit'];

export function useSpendLimit(): UseQueryResult<SpendLimit> {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.getSpendLimit({}, { signal }) });
}

export function SpendLimitNote({ currency }: { readonly currency: string }): ReactNode {
  const limit = useSpendLimit();
  const [isEditing, setEditing] = useState(false);
  if (limit.isPending) return null;
  if (limit.error !== null) return <Problem error={limit.error} onRetry={() => void limit.refetch()} />;
  const { monthly } = limit.data;
  return (
    <Note tone={monthly === null ? 'risk' : 'plain'} icon="flag">
      <div className="row row--apart">
        <span>
          {monthly === null ? (
            'No spend limit is set, so nothing can be bought.'
          ) : (
            <>
              Spend limit: <strong>{`${monthly.amount} ${monthly.currency}`}</strong> in a calendar month
              (UTC). A purchase beyond it is refused before anything is sent.
            </>
          )}
        </span>
        {isEditing ? null : (
          <Button variant="default" size="compact-sm" onClick={() => setEditing(true)}>
            {monthly === null ? 'Set a limit…' : 'Change…'}
          </Button>
        )}
      </div>
      {isEditing ? (
        <LimitForm
          amount={monthly?.amount ?? ''}
          currency={monthly?.currency ?? currency}
          onDone={() => setEditing(false)}
        />
      ) : null}
    </Note>
  );
}

function LimitForm({
  amount: before,
  currency,
  onDone,
}: {
  readonly amount: string;
  readonly currency: string;
  readonly onDone: () => void;
}): ReactNode {
  const [amount, setAmount] = useState(before);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      api.setSpendLimit({
        body: { monthly: amount.trim() === '' ? null : { amount: amount.trim(), currency } },
      }),
    onSuccess: (limit) => {
      queries.setQueryData(KEY, limit);
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="stack stack--tight" onSubmit={submit}>
      <div className="row zw-inlineform">
        <TextInput
          label={`Monthly limit in ${currency}`}
          description="Empty: nothing may be bought"
          inputMode="decimal"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          autoFocus
          data-autofocus
        />
        <Button type="submit" loading={save.isPending}>
          Set
        </Button>
        <Button variant="default" onClick={onDone}>
          Leave it
        </Button>
      </div>
      {save.error === null ? null : <Problem error={save.error} />}
    </form>
  );
}

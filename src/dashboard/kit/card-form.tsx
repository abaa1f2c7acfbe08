/** A form on a card of its own: what it is for, its fields, what went wrong, and the two ways to end it. */
import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useId } from 'react';
import { Problem } from './problem.tsx';

export function CardForm({
  title,
  action,
  isWhole = true,
  sending,
  onCancel,
  children,
}: {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  /** False: something is missing, and nothing is sent. */
  readonly isWhole?: boolean;
  readonly sending: { readonly error: unknown; readonly isPending: boolean; readonly mutate: () => void };
  readonly onCancel: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const heading = useId();
  const { error, isPending, mutate } = sending;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWhole && !isPending) mutate();
  };
  return (
    <form className="card stack" onSubmit={submit} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {children}
      {error === null ? null : <Problem error={error} />}
      <div className="row">
        <Button type="submit" loading={isPending} disabled={!isWhole}>
          {action}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

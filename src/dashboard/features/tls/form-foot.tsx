/** What ends a form of this page: planning what it says, or leaving it. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';

export function FormFoot({
  submit,
  onDone,
}: {
  readonly submit: string;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <div className="row">
      <Button type="submit" size="compact-md">
        {submit}
      </Button>
      <Button variant="default" size="compact-md" onClick={onDone}>
        Leave it
      </Button>
    </div>
  );
}

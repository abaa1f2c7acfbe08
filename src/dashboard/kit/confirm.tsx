/** What is asked before something goes that no undo brings back: what happens, and the word that does it. */
import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';

export function Confirm({
  title,
  action,
  isOpen,
  isBusy,
  error,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  /** What the button does: `Revoke it`. */
  readonly action: string;
  readonly isOpen: boolean;
  readonly isBusy: boolean;
  /** Null while nothing failed. */
  readonly error: unknown;
  readonly children: ReactNode;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <div className="stack">
        {children}
        {error === null ? null : <Problem error={error} />}
        <div className="row">
          <Button color="red" loading={isBusy} onClick={onConfirm}>
            {action}
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            Leave it
          </Button>
        </div>
      </div>
    </Modal>
  );
}

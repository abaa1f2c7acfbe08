/** What the keys do. */
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['↑ ↓ Home End PgUp PgDn', 'Walk the rows of a table'],
  ['Space · Shift+↑↓', 'Select rows'],
  ['Enter', 'Open or edit the row'],
  ['Delete', 'Stage the removal of the row or the selection'],
  ['n', 'New record'],
  ['Ctrl+S', 'Stage what is being edited; review what is staged; apply what is reviewed'],
  ['Ctrl+Z', 'Take back the last staged change; undo an applied change set'],
  ['Esc', 'Leave without saving'],
  ['?', 'These words'],
];

export function KeysHelp({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keys">
      <dl className="facts">
        {KEYS.map(([key, what]) => (
          <div key={key} className="zw-facts__row">
            <dt>
              <kbd className="zw-kbd">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

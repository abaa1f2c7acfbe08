/** A secret at the one moment at which it can be copied. Whoever shows it forgets it when the reader is done. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from './copy.tsx';
import type { IconName } from './icons.tsx';
import { Note } from './note.tsx';

export function ShownOnce({
  title,
  text,
  what,
  icon = 'key',
  children,
  more,
  onDone,
}: {
  readonly title: string;
  readonly text: string;
  /** What the copy button calls it. */
  readonly what: string;
  readonly icon?: IconName;
  /** What it is good for. */
  readonly children: ReactNode;
  /** Beside the copy button. */
  readonly more?: ReactNode;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <Note tone="create" icon={icon}>
      <div role="status" className="stack stack--tight">
        <strong>{title}</strong>
        <code className="zw-code mono">{text}</code>
        <p className="small soft">{children}</p>
        <div className="row">
          <CopyButton text={text} what={what} />
          {more}
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onDone}>
            I have copied it
          </Button>
        </div>
      </div>
    </Note>
  );
}

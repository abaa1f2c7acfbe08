/** Something to know, beside what one does. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

export function Note({
  tone = 'plain',
  icon = 'alert',
  children,
}: {
  readonly tone?: 'plain' | 'risk' | 'delete' | 'create' | 'unknown';
  readonly icon?: IconName;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={`zw-note zw-note--${tone}`}>
      <Icon name={icon} />
      <div className="grow stack stack--tight">{children}</div>
    </div>
  );
}

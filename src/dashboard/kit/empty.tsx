/** Nothing here, why, and what to do about it. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div className="zw-empty">
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {children === undefined ? null : <p className="soft">{children}</p>}
      {action}
    </div>
  );
}

/** While something is on its way. Shown after a moment only, so that quick answers do not flicker. */
export function Loading({ what }: { readonly what: string }): ReactNode {
  return (
    <div className="zw-loading" role="status">
      <span className="zw-loading__bar" aria-hidden="true" />
      <span className="small soft">Loading {what}…</span>
    </div>
  );
}

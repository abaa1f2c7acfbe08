/** A page's frame: its heading (which takes the focus when the page changes), actions, and a body that may fill the window. */
import { type ReactNode, useEffect, useRef } from 'react';

export function Page({
  title,
  heading,
  actions,
  lead,
  fills = false,
  children,
}: {
  /** For the window's title. */
  readonly title: string;
  /** What stands on the page; the title when absent. */
  readonly heading?: ReactNode;
  readonly actions?: ReactNode;
  readonly lead?: ReactNode;
  /** The body takes the rest of the window and scrolls inside: for tables. */
  readonly fills?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  usePageTitle(title);
  return (
    <div className={fills ? 'zw-page zw-page--fills' : 'zw-page'}>
      <header className="zw-page__head">
        <div className="grow">
          <PageHeading>{heading ?? title}</PageHeading>
          {lead === undefined ? null : <p className="soft">{lead}</p>}
        </div>
        {actions === undefined ? null : <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Zoneward`;
  }, [title]);
}

/** Takes the focus when a new page appears, so that keyboard and screen reader start there; not on the first load. */
export function PageHeading({ children }: { readonly children: ReactNode }): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) return;
    if (document.activeElement.closest('[data-keeps-focus]') !== null) return;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

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

/** What had the focus last. Once it is taken away, the browser starts again at the top and tells nobody. */
let lastFocused: Element | null = null;

/**
 * Takes the focus when a new page appears, and when what had it is gone (a button that has done its work, a plan that
 * was left), so that keyboard and screen reader go on from there; not on the first load.
 */
export function PageHeading({ children }: { readonly children: ReactNode }): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const isNew = useRef(true);
  useEffect(() => {
    const note = ({ target }: FocusEvent): void => {
      lastFocused = target instanceof Element ? target : null;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  useEffect(() => {
    const { activeElement, body } = document;
    const isNowhere = activeElement === null || activeElement === body;
    const held = isNowhere ? lastFocused : activeElement;
    // Taken out, or hidden until what follows it has been loaded.
    const wasLost = held !== null && !held.checkVisibility();
    // From the navigation, which stays; not from a field of this page that asked for the focus.
    const came = isNew.current && !isNowhere && activeElement.closest('#page, [data-keeps-focus]') === null;
    isNew.current = false;
    if (wasLost || came) heading.current?.focus({ preventScroll: true });
  });
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** The parts of a page, each at its own address. On a narrow screen the present one is scrolled into sight. */
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';

export interface Tab {
  readonly href: string;
  readonly label: string;
  readonly isHere: boolean;
}

export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }): ReactNode {
  const bar = useRef<HTMLElement>(null);
  const here = tabs.find(({ isHere }) => isHere)?.href;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another place to scroll to.
  useEffect(() => {
    const tab = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (bar.current === null || tab === null || tab === undefined) return;
    bar.current.scrollLeft = tab.offsetLeft - (bar.current.clientWidth - tab.offsetWidth) / 2;
  }, [here]);
  return (
    <nav className="zw-tabs" aria-label={label} ref={bar}>
      {tabs.map(({ href, label: name, isHere }) => (
        <Link key={name} href={href} {...(isHere ? { 'aria-current': 'page' } : {})}>
          {name}
        </Link>
      ))}
    </nav>
  );
}

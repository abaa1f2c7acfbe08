/** The two parts of the page of connections. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { PATHS } from '../../paths.ts';

const PARTS = [
  [PATHS.connections, 'Connections'],
  [PATHS.connectLinks, 'Links for customers'],
] as const;

export function ConnectionParts(): ReactNode {
  const [here] = useLocation();
  return (
    <nav className="zw-tabs" aria-label="Parts of the page">
      {PARTS.map(([href, label]) => (
        <Link key={href} href={href} {...(here === href ? { 'aria-current': 'page' } : {})}>
          {label}
        </Link>
      ))}
    </nav>
  );
}

/** The two parts of the page of connections. */
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { Tabs } from '../../kit/tabs.tsx';
import { PATHS } from '../../paths.ts';

const PARTS = [
  [PATHS.connections, 'Connections'],
  [PATHS.connectLinks, 'Links for customers'],
] as const;

export function ConnectionParts(): ReactNode {
  const [here] = useLocation();
  return (
    <Tabs
      label="Parts of the page"
      tabs={PARTS.map(([href, label]) => ({ href, label, isHere: here === href }))}
    />
  );
}

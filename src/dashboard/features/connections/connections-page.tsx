/** Connections */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function ConnectionsPage(): ReactNode {
  return <Page title="Connections">…</Page>;
}

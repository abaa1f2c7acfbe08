/** Zone */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function ZonePage(): ReactNode {
  return <Page title="Zone">…</Page>;
}

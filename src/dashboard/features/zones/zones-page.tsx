/** Zones */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function ZonesPage(): ReactNode {
  return <Page title="Zones">…</Page>;
}

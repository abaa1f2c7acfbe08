/** Change */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function ChangePage(): ReactNode {
  return <Page title="Change">…</Page>;
}

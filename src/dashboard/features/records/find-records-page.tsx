/** Records */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function FindRecordsPage(): ReactNode {
  return <Page title="Records">…</Page>;
}

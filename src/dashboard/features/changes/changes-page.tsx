/** Changes */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function ChangesPage(): ReactNode {
  return <Page title="Changes">…</Page>;
}

/** Connection */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function ConnectionPage(): ReactNode {
  return <Page title="Connection">…</Page>;
}

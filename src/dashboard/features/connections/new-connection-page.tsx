/** New connection */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function NewConnectionPage(): ReactNode {
  return <Page title="New connection">…</Page>;
}

/** Undo */
import type { ReactNode } from 'react';
import { Page } from '../../kit/page.tsx';

export function UndoPage(): ReactNode {
  return <Page title="Undo">…</Page>;
}

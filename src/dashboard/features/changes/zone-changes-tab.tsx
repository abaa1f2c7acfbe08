/** The change sets of one zone. */
import type { ReactNode } from 'react';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { ChangeList } from './change-list.tsx';

export function ZoneChangesTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  return <ChangeList filter={{ zone: zone.id }} isFiltered={false} />;
}

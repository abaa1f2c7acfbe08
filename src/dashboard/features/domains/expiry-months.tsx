/** The months to come, each with the names that end or renew themselves in it. */
import type { ReactNode } from 'react';
import type { ExpiryCalendar } from '../../../client/index.ts';
import { MonthGrid } from '../../kit/month-grid.tsx';
import { readableName } from '../zones/names.ts';

export function ExpiryMonths({ entries }: { readonly entries: ExpiryCalendar['items'] }): ReactNode {
  return (
    <MonthGrid
      title="When they end"
      entries={entries.map(({ domain, expiresAt, autoRenew, next }) => ({
        key: domain,
        name: readableName(domain),
        expiresAt,
        renewsItself: autoRenew,
        title: next.join(' '),
      }))}
      renews="renews itself, which may charge up to 30 days before"
      what={['name', 'names']}
    />
  );
}

/** The months to come, each with the names that end or renew themselves in it. */
import type { ReactNode } from 'react';
import type { ExpiryCalendar } from '../../../client/index.ts';
import { useNow } from '../../kit/time.tsx';
import { readableName } from '../zones/names.ts';
import { monthsFrom } from './months.ts';

export function ExpiryMonths({ entries }: { readonly entries: ExpiryCalendar['items'] }): ReactNode {
  const now = useNow();
  const months = monthsFrom(now, entries);
  const later = entries.length - months.reduce((sum, { entries: ones }) => sum + ones.length, 0);
  return (
    <section className="stack stack--tight" aria-labelledby="expiry">
      <h2 id="expiry">When they end</h2>
      <ol className="zw-months">
        {months.map(({ key, name, entries: ones }) => (
          <li key={key} data-none={ones.length === 0 || undefined}>
            <span className="tiny soft">{name}</span>
            {ones.length === 0 ? (
              <span className="visually-hidden">: none</span>
            ) : (
              <ul>
                {ones.map(({ domain, expiresAt, autoRenew, next }) => (
                  <li key={domain} className={autoRenew ? 'is-renewed' : 'is-ending'} title={next.join(' ')}>
                    <span className="zw-months__day">{dayOf(expiresAt)}</span>
                    <span className="cut">{readableName(domain)}</span>
                    <span className="visually-hidden">{autoRenew ? ', renews itself' : ', ends'}</span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
      <p className="tiny soft">
        <span className="zw-key is-ending" aria-hidden="true" /> ends{' '}
        <span className="zw-key is-renewed" aria-hidden="true" /> renews itself, which may charge up to 30
        days before
        {later === 0
          ? null
          : ` · ${later} ${later === 1 ? 'name ends' : 'names end'} before or after these months`}
      </p>
    </section>
  );
}

function dayOf(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric' }).format(Date.parse(at));
}

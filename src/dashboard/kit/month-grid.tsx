/** The months to come, each with what ends or renews itself in it. */
import type { ReactNode } from 'react';
import { monthsFrom } from './months.ts';
import { useNow } from './time.tsx';

export interface MonthEntry {
  readonly key: string;
  readonly name: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly renewsItself: boolean;
  /** On hover. */
  readonly title?: string;
}

export function MonthGrid({
  title,
  entries,
  renews,
  what,
}: {
  readonly title: string;
  readonly entries: readonly MonthEntry[];
  /** What renewing itself means here. */
  readonly renews: string;
  /** One of them, and several: `name`, `names`. */
  readonly what: readonly [one: string, many: string];
}): ReactNode {
  const now = useNow();
  const months = monthsFrom(now, entries);
  const later = entries.length - months.reduce((sum, { entries: ones }) => sum + ones.length, 0);
  return (
    <section className="stack stack--tight" aria-labelledby="expiry">
      <h2 id="expiry">{title}</h2>
      <ol className="zw-months">
        {months.map(({ key, name, entries: ones }) => (
          <li key={key} data-none={ones.length === 0 || undefined}>
            <span className="tiny soft">{name}</span>
            {ones.length === 0 ? (
              <span className="visually-hidden">: none</span>
            ) : (
              <Ends entries={ones} what={what} />
            )}
          </li>
        ))}
      </ol>
      <p className="tiny soft">
        <span className="zw-key is-ending" aria-hidden="true" /> ends{' '}
        <span className="zw-key is-renewed" aria-hidden="true" /> {renews}
        {later === 0
          ? null
          : ` · ${later} ${later === 1 ? `${what[0]} ends` : `${what[1]} end`} before or after these months`}
      </p>
    </section>
  );
}

/** More than these in one month are counted. */
const SHOWN_MAX = 12;

function Ends({
  entries,
  what,
}: {
  readonly entries: readonly MonthEntry[];
  readonly what: readonly [one: string, many: string];
}): ReactNode {
  const rest = entries.length - SHOWN_MAX;
  return (
    <>
      <ul>
        {entries.slice(0, SHOWN_MAX).map(({ key, name, expiresAt, renewsItself, title }) => (
          <li key={key} className={renewsItself ? 'is-renewed' : 'is-ending'} title={title}>
            <span className="zw-months__day">{dayOf(expiresAt)}</span>
            <span className="cut">{name}</span>
            <span className="visually-hidden">{renewsItself ? ', renews itself' : ', ends'}</span>
          </li>
        ))}
      </ul>
      {rest > 0 ? (
        <span className="tiny soft">
          and {rest.toLocaleString('en')} more {what[rest === 1 ? 0 : 1]}
        </span>
      ) : null}
    </>
  );
}

function dayOf(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric' }).format(Date.parse(at));
}

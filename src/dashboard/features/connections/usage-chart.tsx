/** A connection's calls to Cloudflare over time, what failed, and how much of its budget was left. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { UsageSeries } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { BarChart } from '../../kit/bar-chart.tsx';
import { formatClock } from '../../kit/clock.ts';
import { Loading } from '../../kit/empty.tsx';
import { LevelChart } from '../../kit/level-chart.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { bucketsOf, budgetOver, chooseSpan, sumOf } from './call-buckets.ts';

/** Cloudflare's own, for one user or account token in five minutes. */
const BUDGET = 1_200;
/** The finest stretch; longer ones are added up here. */
const STRETCH_SECONDS = 60;

export function UsageChart({
  connection,
  title = 'Calls to Cloudflare',
}: {
  readonly connection: string;
  /** Where several stand on one page: whose calls they are. */
  readonly title?: string;
}): ReactNode {
  const series = useQuery({
    queryKey: ['usage', 'series', connection],
    queryFn: ({ signal }) =>
      api.usageSeries({ query: { connection, bucketSeconds: STRETCH_SECONDS } }, { signal }),
  });
  if (series.error !== null) return <Problem error={series.error} onRetry={() => void series.refetch()} />;
  if (series.data === undefined) return <Loading what="usage" />;
  return <Known id={connection} title={title} series={series.data} />;
}

function Known({
  id,
  title,
  series: { items, budgets },
}: {
  readonly id: string;
  readonly title: string;
  readonly series: UsageSeries;
}): ReactNode {
  const now = useNow();
  const span = chooseSpan(items, now);
  const buckets = bucketsOf(items, now, span);
  const sum = sumOf(items);
  const latest = budgets[0];
  return (
    <section className="card stack stack--tight" aria-labelledby={`usage-${id}`}>
      <div className="row row--apart">
        <h2 id={`usage-${id}`}>{title}</h2>
        <span className="small soft">
          {sum.calls.toLocaleString('en')} in the last day · {sum.errors.toLocaleString('en')} failed ·{' '}
          {sum.rateLimited.toLocaleString('en')} rate limited
        </span>
      </div>
      <BarChart
        label={`Calls in the last ${span.label}`}
        bars={buckets.map(({ at, calls, errors }) => ({
          key: String(at),
          title: formatClock(at),
          parts: [
            { value: calls - errors, tone: 'accent' as const, name: 'answered' },
            { value: errors, tone: 'delete' as const, name: 'failed' },
          ],
        }))}
      />
      {latest === undefined ? null : (
        <>
          <LevelChart
            label={`Budget left in the last ${span.label}`}
            full={BUDGET}
            points={budgetOver(buckets, { full: BUDGET, bucketMs: span.bucketMs }).map((level, index) => {
              const at = buckets[index]?.at ?? 0;
              return { key: String(at), title: formatClock(at), level };
            })}
          />
          <p className="small soft">
            {latest.left.toLocaleString('en')} of {BUDGET.toLocaleString('en')} calls were left in the five
            minutes up to the last call, <Time at={latest.at} />; it fills up again by itself.
          </p>
        </>
      )}
    </section>
  );
}

/** A connection's calls to Cloudflare over time, what failed, and how much of its budget is left. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useUsage } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { BarChart } from '../../kit/bar-chart.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useNow } from '../../kit/time.tsx';
import { bucketCalls, chooseSpan } from './call-buckets.ts';

const CALLS_MAX = 500;
/** Cloudflare's own, for one user or account token in five minutes. */
const BUDGET = 1_200;

export function UsageChart({
  connection,
  title = 'Calls to Cloudflare',
}: {
  readonly connection: string;
  /** Where several stand on one page: whose calls they are. */
  readonly title?: string;
}): ReactNode {
  const now = useNow();
  const usage = useUsage({ connection });
  const calls = useQuery({
    queryKey: ['usage', 'calls', connection],
    queryFn: async ({ signal }) =>
      (await api.listCalls({ query: { connection, limit: CALLS_MAX } }, { signal })).items,
  });
  const error = usage.error ?? calls.error;
  if (error !== null)
    return <Problem error={error} onRetry={() => void Promise.all([usage.refetch(), calls.refetch()])} />;
  if (usage.data === undefined || calls.data === undefined) return <Loading what="usage" />;
  const span = chooseSpan(calls.data, now);
  const buckets = bucketCalls(calls.data, now, span);
  const failed = Object.values(usage.data.errors).reduce((sum, one) => sum + one, 0);
  const left = calls.data.find(({ budgetLeft }) => budgetLeft !== null)?.budgetLeft ?? null;
  return (
    <section className="card stack stack--tight" aria-labelledby={`usage-${connection}`}>
      <div className="row row--apart">
        <h2 id={`usage-${connection}`}>{title}</h2>
        <span className="small soft">
          {usage.data.calls.toLocaleString('en')} in the last day · {failed.toLocaleString('en')} failed ·{' '}
          {usage.data.rateLimited} rate limited
        </span>
      </div>
      <BarChart
        label={`Calls in the last ${span.label}`}
        bars={buckets.map(({ at, calls: all, errors }) => ({
          key: String(at),
          title: new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
          parts: [
            { value: all - errors, tone: 'accent' as const, name: 'answered' },
            { value: errors, tone: 'delete' as const, name: 'failed' },
          ],
        }))}
      />
      {left === null ? null : (
        <p className="small soft">
          {left.toLocaleString('en')} of {BUDGET.toLocaleString('en')} calls left in the last five-minute
          window that was seen.
        </p>
      )}
    </section>
  );
}

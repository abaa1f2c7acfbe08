/** Whose calls the sums are made of: each connection, those that are gone, and what was asked without one. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Connection, UsageSeries } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { sumOf } from '../connections/call-buckets.ts';

const DAY_SECONDS = 86_400;

export function ByConnection({ connections }: { readonly connections: readonly Connection[] }): ReactNode {
  const series = useQuery({
    queryKey: ['usage', 'by-connection'],
    queryFn: ({ signal }) => api.usageSeries({ query: { bucketSeconds: DAY_SECONDS } }, { signal }),
  });
  const items = series.data?.items ?? [];
  if (items.length === 0) return null;
  const shares = [...Map.groupBy(items, ({ connectionId }) => connectionId)]
    .map(([id, ones]) => ({ id, ...sumOf(ones) }))
    .sort((a, b) => b.calls - a.calls);
  return (
    <section className="card stack stack--tight" aria-labelledby="by-connection">
      <h2 id="by-connection">What they are made of</h2>
      <table className="zw-matrix zw-shares">
        <thead>
          <tr>
            <th scope="col">Connection</th>
            <th scope="col">Calls</th>
            <th scope="col">Failed</th>
            <th scope="col">Rate limited</th>
          </tr>
        </thead>
        <tbody>
          {shares.map(({ id, calls, errors, rateLimited }) => (
            <tr key={id ?? ''}>
              <th scope="row">
                <Whose id={id} connections={connections} />
              </th>
              <td>{calls.toLocaleString('en')}</td>
              <td>{errors.toLocaleString('en')}</td>
              <td>{rateLimited.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shares.some(({ id }) => id === null) ? (
        <p className="small soft">
          Without a connection: credentials that were tested before they were saved, or were never saved.
        </p>
      ) : null}
    </section>
  );
}

function Whose({
  id,
  connections,
}: {
  readonly id: UsageSeries['items'][number]['connectionId'];
  readonly connections: readonly Connection[];
}): ReactNode {
  if (id === null) return 'Without a connection';
  const known = connections.find((one) => one.id === id);
  if (known === undefined) return <span className="soft">A connection that was removed ({id})</span>;
  return <Link href={`/connections/${id}`}>{known.label}</Link>;
}

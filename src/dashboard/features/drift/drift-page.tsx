/** What was changed from outside and nobody accepted yet, zone by zone: who, through what, when; adopt it or take it back. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { allPages, type ZoneDrift } from '../../../client/index.ts';
import { forgetZones } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { valueText } from '../review/plan-rows.ts';
import { readableName, relativeName } from '../zones/names.ts';

const PAGE = 100;

export function DriftPage(): ReactNode {
  const drift = useQuery({
    queryKey: ['drift', 'inbox'],
    queryFn: async ({ signal }) => {
      const zones: ZoneDrift[] = [];
      const pages = allPages((cursor) =>
        api.listDrift({ query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } }, { signal }),
      );
      for await (const zone of pages) zones.push(zone);
      return zones;
    },
  });
  return (
    <Page
      title="Drift"
      lead="Changes from outside that nobody accepted yet: adopt them, or take them back through a plan"
    >
      {drift.isPending ? (
        <Loading what="drift" />
      ) : drift.error !== null ? (
        <Problem error={drift.error} onRetry={() => void drift.refetch()} />
      ) : drift.data.length === 0 ? (
        <Empty icon="check" title="No drift">
          Every zone is as it was last left through Zoneward, as far as it was read.
        </Empty>
      ) : (
        drift.data.map((zone) => <ZoneCard key={zone.zoneId} drift={zone} />)
      )}
    </Page>
  );
}

type Entry = ZoneDrift['entries'][number];

function ZoneCard({ drift }: { readonly drift: ZoneDrift }): ReactNode {
  const { zoneId, zoneName, entries, revision, acknowledged, freshness } = drift;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const real = entries.filter(({ standing }) => standing === 'drift');
  const adopt = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await api.adoptDrift({ zone: zoneId, body: { revision } });
      toast(`The changes in ${readableName(zoneName)} are accepted`, 'done');
      await forgetZones(queries);
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <section className="card stack stack--tight" aria-labelledby={`drift-${zoneId}`}>
      <header className="row row--apart">
        <h2 id={`drift-${zoneId}`}>
          <Link href={`/zones/${zoneName}`}>{readableName(zoneName)}</Link>
        </h2>
        <span className="row">
          <span className="small soft">
            verified <Time at={freshness.verifiedAt} /> ·{' '}
            <Link href={`/zones/${zoneName}/history?from=${acknowledged}&to=${revision}`}>
              in the history
            </Link>
          </span>
          <span className="row row--tight">
            <Button
              variant="default"
              size="compact-sm"
              loading={busy}
              aria-label={`Adopt the changes in ${readableName(zoneName)}`}
              onClick={() => void adopt()}
            >
              Adopt
            </Button>
            <Button
              size="compact-sm"
              leftSection={<Icon name="undo" size={14} />}
              disabled={real.length === 0}
              aria-label={`Revert… the changes in ${readableName(zoneName)}`}
              onClick={() => go(`/zones/${zoneName}/revert`)}
            >
              Revert…
            </Button>
          </span>
        </span>
      </header>
      {error === null ? null : <Problem error={error} />}
      <table className="zw-matrix zw-drift">
        <thead>
          <tr>
            <th scope="col">Record</th>
            <th scope="col">Expected</th>
            <th scope="col">Now</th>
            <th scope="col">Who</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.lineageId} entry={entry} zone={zoneName} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function EntryRow({ entry, zone }: { readonly entry: Entry; readonly zone: string }): ReactNode {
  const { expected, now, by, seenAt, standing, why, fields } = entry;
  const record = now ?? expected;
  return (
    <tr>
      <th scope="row" className="mono">
        {record === null ? '' : `${readableName(relativeName(record.name, zone))} ${record.type}`}
        {standing === 'drift' ? null : (
          <Badge tone="plain" {...(why === null ? {} : { title: why })}>
            {standing}
          </Badge>
        )}
      </th>
      <td className="mono zw-old" data-label="Expected">
        {expected === null ? <None text="nothing" /> : sideText(expected, fields)}
      </td>
      <td className="mono zw-new" data-label="Now">
        {now === null ? <None text="gone" /> : sideText(now, fields)}
      </td>
      <td data-label="Who">
        {by.actor ?? <span className="soft">unknown</span>}
        {by.interface === null ? null : <span className="soft"> · {by.interface}</span>}
      </td>
      <td className="soft" data-label="When">
        <Time at={by.changedAt ?? seenAt} />
      </td>
    </tr>
  );
}

function None({ text }: { readonly text: string }): ReactNode {
  return <span className="soft">{text}</span>;
}

function sideText(side: NonNullable<Entry['expected']>, fields: readonly string[]): string {
  const shown = fields.length === 0 ? ['content'] : fields;
  return shown
    .map((field) => {
      const key = (field === 'rdata' || field === 'data' ? 'content' : field) as keyof typeof side;
      return key === 'content' ? valueText(side[key]) : `${key} ${valueText(side[key])}`;
    })
    .join(', ');
}

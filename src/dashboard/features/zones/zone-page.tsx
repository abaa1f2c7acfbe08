/** One zone: what it is and how well it is known, and its parts as tabs. A tab is a line in `zone-tabs.tsx`. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, Suspense, useState } from 'react';
import { Link, useParams } from 'wouter';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { forgetZones, useZone } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge, ZoneStatus } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { sentence } from '../../kit/words.ts';
import { PATHS } from '../../paths.ts';
import { readableName } from './names.ts';
import { OutOfReach } from './out-of-reach.tsx';
import { ReadNow } from './read-now.tsx';
import { ZONE_TABS } from './zone-tabs.tsx';

export function ZonePage(): ReactNode {
  const { zone: name = '', '*': rest = '' } = useParams<{ zone: string; '*'?: string }>();
  const zone = useZone(name);
  if (zone.isPending) return <Loading what="zone" />;
  if (zone.error !== null)
    return (
      <Page title={name} heading={readableName(name)}>
        <Problem error={zone.error} onRetry={() => void zone.refetch()} />
        <p>
          <Link href={PATHS.zones}>All zones</Link>
        </p>
      </Page>
    );
  return <KnownZone zone={zone.data} tab={rest.split('/')[0] || 'records'} />;
}

function KnownZone({ zone, tab }: { readonly zone: ZoneWithAdvice; readonly tab: string }): ReactNode {
  const found = ZONE_TABS.find(({ segment }) => segment === tab);
  const { freshness } = zone;
  return (
    <Page
      title={`${readableName(zone.name)} · ${found?.label ?? tab}`}
      fills={found?.fills === true}
      heading={
        <span className="row">
          {readableName(zone.name)}
          <ZoneStatus status={zone.status} paused={zone.paused} />
          <OutOfReach zone={zone} />
        </span>
      }
      lead={
        <span className="row small">
          <span>
            {zone.plan ?? 'unknown'} plan · {zone.accountName} · verified <Time at={freshness.verifiedAt} />
          </span>
          {freshness.staleSince === null ? null : (
            <Badge tone="risk">
              changed since <Time at={freshness.staleSince} />
            </Badge>
          )}
        </span>
      }
      actions={<ReadNow zone={zone} />}
    >
      {tab === 'records' ? <Advice zone={zone} /> : null}
      <Tabs
        label="Parts of the zone"
        tabs={ZONE_TABS.filter(({ label }) => label !== '').map(({ segment, label }) => ({
          href: segment === 'records' ? `/zones/${zone.name}` : `/zones/${zone.name}/${segment}`,
          label,
          isHere: segment === (found?.parent ?? tab),
        }))}
      />
      {found === undefined ? (
        <Empty icon="search" title="There is no such part of a zone" />
      ) : (
        <Suspense fallback={<Loading what={found.label} />}>
          <found.tab zone={zone} />
        </Suspense>
      )}
    </Page>
  );
}

/** What stands between the zone and `active`. */
function Advice({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const { advice } = zone;
  if (advice.state === 'fine') return null;
  return (
    <Note tone={advice.state === 'gone' ? 'delete' : 'risk'} icon="flag">
      <p>{sentence(advice.message)}</p>
      <NextSteps lines={advice.next} of={{ zone: zone.name }} />
      {advice.nameServersToSet.length === 0 ? null : (
        <div className="row">
          {advice.nameServersToSet.map((one) => (
            <CopyText key={one} text={one} what="nameserver" />
          ))}
        </div>
      )}
      {zone.status === 'pending' ? (
        <Ask
          label="Ask Cloudflare to check now"
          done="Cloudflare looks at the nameservers"
          act={() => api.activateZone({ zone: zone.id })}
        />
      ) : null}
      {zone.paused && zone.status === 'active' ? (
        <Ask
          label="Unpause the zone"
          done="The zone is served through Cloudflare again"
          act={() => api.unpauseZone({ zone: zone.id })}
        />
      ) : null}
    </Note>
  );
}

/**
 * One request that changes how the zone stands, and the zone read anew. Activation: Cloudflare looks by itself, too;
 * asking makes it look now, at most once an hour on Free.
 */
function Ask({
  label,
  done,
  act,
}: {
  readonly label: string;
  readonly done: string;
  readonly act: () => Promise<unknown>;
}): ReactNode {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const queries = useQueryClient();
  const ask = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await act();
      toast(done);
    } catch (failure) {
      setError(failure);
    }
    await forgetZones(queries);
    setBusy(false);
  };
  return (
    <>
      <div>
        <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => void ask()}>
          {label}
        </Button>
      </div>
      {error === null ? null : <Problem error={error} />}
    </>
  );
}

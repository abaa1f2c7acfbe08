/** Domains brought up and taken down: how far each is, what it waits for, and what a person has to do. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import type { Provisioning } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { readableName } from '../zones/names.ts';
import { OneProvisioning } from './one-provisioning.tsx';
import { StartProvisioning } from './start-provisioning.tsx';
import { isMoving, ProvisioningState, StepBar, titleOf } from './steps.tsx';

const SHOWN_MAX = 200;
const LOOK_MS = 5_000;

export function ProvisioningPage(): ReactNode {
  const { '*': rest = '' } = useParams<{ '*'?: string }>();
  const what = decodeURIComponent(rest.split('/')[0] ?? '');
  if (what === 'new') return <StartProvisioning />;
  return what === '' ? <AllProvisionings /> : <OneProvisioning key={what} domain={what} />;
}

function AllProvisionings(): ReactNode {
  const all = useQuery({
    queryKey: ['provisionings'],
    queryFn: async ({ signal }) =>
      (await api.listProvisionings({ query: { limit: SHOWN_MAX } }, { signal })).items,
    refetchInterval: ({ state: { data } }) => (data?.some(isMoving) === true ? LOOK_MS : false),
  });
  const start = (
    <Button component={Link} href="/provisioning/new" leftSection={<Icon name="add" />}>
      Bring up a domain
    </Button>
  );
  return (
    <Page
      title="Provisioning"
      lead="From a name to a live domain: zone, nameservers, records, TLS, DNSSEC, checked at the end"
      actions={start}
    >
      {all.isPending ? (
        <Loading what="provisionings" />
      ) : all.error !== null ? (
        <Problem error={all.error} onRetry={() => void all.refetch()} />
      ) : all.data.length === 0 ? (
        <Empty icon="steps" title="No domain was brought up yet" action={start}>
          Name a domain and what it shall hold. The steps go on by themselves for days where they must, and
          say what they wait for.
        </Empty>
      ) : (
        <ul className="card zw-rows" aria-label="Provisionings">
          {all.data.map((one) => (
            <Row key={one.id} provisioning={one} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function Row({ provisioning }: { readonly provisioning: Provisioning }): ReactNode {
  const { domain, state, steps, holding, createdAt } = provisioning;
  const held = steps.find(({ name }) => name === holding) ?? null;
  return (
    <li className="zw-provisioning">
      {state === 'removed' ? (
        <span className="soft">{readableName(domain)}</span>
      ) : (
        <Link href={`/provisioning/${domain}`} className="zw-zonename">
          {readableName(domain)}
        </Link>
      )}
      <ProvisioningState provisioning={provisioning} />
      <StepBar steps={steps} />
      <span className="small soft">
        {held === null || state === 'removed' ? null : (
          <>
            {titleOf(held.name)}: {held.reason}
          </>
        )}
      </span>
      <span className="small soft">
        <Time at={createdAt} />
      </span>
    </li>
  );
}

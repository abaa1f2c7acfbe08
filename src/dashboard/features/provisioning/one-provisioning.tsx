/** One domain on its way: the steps, watched; carried on, or taken down again. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Provisioning } from '../../../client/index.ts';
import { forgetZones } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Who } from '../../kit/who.tsx';
import { PATHS } from '../../paths.ts';
import { readableName } from '../zones/names.ts';
import { isMoving, ProvisioningState, Stepper } from './steps.tsx';
import { TakeDown } from './take-down.tsx';

const LOOK_MS = 3_000;

export function OneProvisioning({ domain }: { readonly domain: string }): ReactNode {
  const one = useQuery({
    queryKey: ['provisioning', domain],
    queryFn: ({ signal }) => api.getProvisioning({ domain }, { signal }),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isMoving(data) ? LOOK_MS : false),
  });
  if (one.isPending) return <Loading what="provisioning" />;
  if (one.error !== null)
    return (
      <Page title={domain} heading={readableName(domain)}>
        <Problem error={one.error} onRetry={() => void one.refetch()} />
        <p>
          <Link href="/provisioning">All provisionings</Link>
        </p>
      </Page>
    );
  return <Known provisioning={one.data} />;
}

function Known({ provisioning }: { readonly provisioning: Provisioning }): ReactNode {
  const { domain, state, steps, holding, author, createdAt, dueAt, nameServers } = provisioning;
  const queries = useQueryClient();
  const [, go] = useLocation();
  const became = (fresh: Provisioning): void => {
    if (fresh.state === 'removed') {
      toast(`${readableName(domain)} is taken down`);
      go(PATHS.provisioning.replace('/*?', ''));
    }
    queries.setQueryData(['provisioning', domain], fresh);
    void queries.invalidateQueries({ queryKey: ['provisionings'] });
    void forgetZones(queries);
  };
  const resume = useMutation({ mutationFn: () => api.resumeProvisioning({ domain }), onSuccess: became });
  return (
    <Page
      title={`${readableName(domain)} · Provisioning`}
      heading={
        <span className="row">
          {readableName(domain)} <ProvisioningState provisioning={provisioning} />
        </span>
      }
      lead={
        <span className="small">
          begun <Time at={createdAt} /> by <Who principal={author} />
          {dueAt === null ? null : (
            <>
              {' '}
              · looked at again by itself <Time at={dueAt} />
            </>
          )}
        </span>
      }
      actions={
        state === 'removed' ? null : (
          <Button
            variant="default"
            leftSection={<Icon name="refresh" />}
            loading={resume.isPending}
            disabled={state === 'live'}
            onClick={() => resume.mutate()}
          >
            Try again now
          </Button>
        )
      }
    >
      {resume.error === null ? null : <Problem error={resume.error} />}
      <section className="card" aria-label="Steps">
        <Stepper steps={steps} holding={holding} />
      </section>
      {nameServers.length === 0 ? null : (
        <section className="card stack stack--tight" aria-labelledby="nameservers">
          <h2 id="nameservers">Nameservers for the registrar</h2>
          <div className="row">
            {nameServers.map((one) => (
              <CopyText key={one} text={one} what="nameserver" />
            ))}
          </div>
        </section>
      )}
      <Added provisioning={provisioning} />
      {state === 'removed' ? null : <TakeDown provisioning={provisioning} onDone={became} />}
    </Page>
  );
}

const ZONE_WORDS: Readonly<Record<Provisioning['added']['zone'], string>> = {
  none: 'not yet',
  meant: 'being made',
  made: 'made here',
  found: 'was there before, and stays',
  removed: 'made here, and removed again',
};

function Added({
  provisioning: { domain, zoneId, added, purchaseId },
}: {
  readonly provisioning: Provisioning;
}): ReactNode {
  return (
    <section className="card stack stack--tight" aria-labelledby="added">
      <h2 id="added">What came of it</h2>
      <dl className="facts">
        <dt>Zone</dt>
        <dd>
          {ZONE_WORDS[added.zone]}
          {zoneId === null || added.zone === 'removed' ? null : (
            <>
              {' · '}
              <Link href={`/zones/${domain}`}>open it</Link>
            </>
          )}
        </dd>
        {purchaseId === null ? null : (
          <>
            <dt>Purchase</dt>
            <dd>
              <Link href={`/domains/purchases/${purchaseId}`}>{purchaseId}</Link>
            </dd>
          </>
        )}
        {added.changeSetId === null ? null : (
          <>
            <dt>Records</dt>
            <dd>
              <Link href={`/changes/${added.changeSetId}`}>change set</Link>
              {added.recordsTakenBack ? ', taken back' : ''}
            </dd>
          </>
        )}
        {added.others.map(({ kind, changeSetId, takenBack }) => (
          <Other key={changeSetId} kind={kind} changeSetId={changeSetId} takenBack={takenBack} />
        ))}
      </dl>
    </section>
  );
}

function Other({ kind, changeSetId, takenBack }: Provisioning['added']['others'][number]): ReactNode {
  return (
    <>
      <dt>{kind === 'tls' ? 'TLS' : kind === 'dnssec' ? 'DNSSEC' : kind}</dt>
      <dd>
        <Link href={`/changes/${changeSetId}`}>change set</Link>
        {takenBack ? ', taken back' : ''}
      </dd>
    </>
  );
}

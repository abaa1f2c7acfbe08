/** DNSSEC of a zone: where it stands at Cloudflare and at the parent, the DS for the registrar, and what comes next. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Dnssec, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';

const STATUS_TONES: Readonly<Record<string, Tone>> = { active: 'create', pending: 'risk', error: 'delete' };

const STAGE_TONES: Readonly<Record<Dnssec['stage'], Tone>> = {
  off: 'plain',
  'waits-for-ds': 'risk',
  'waits-for-cloudflare': 'risk',
  active: 'create',
  'waits-for-resolvers': 'risk',
  'can-be-disabled': 'plain',
  'switching-off': 'risk',
  broken: 'delete',
};
const WAITED: Readonly<Record<NonNullable<Dnssec['waitsFor']>, string>> = {
  registrar: 'the registrar, which has to publish what stands below',
  cloudflare: 'Cloudflare, which looks by itself',
  resolvers: 'resolvers to forget the DS',
};

export function DnssecCard({
  zone,
  onPlan,
}: {
  readonly zone: ZoneWithAdvice;
  readonly onPlan: (query: string) => void;
}): ReactNode {
  const dnssec = useQuery({
    queryKey: ['dnssec', zone.id],
    queryFn: ({ signal }) => api.showDnssec({ zone: zone.id }, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  return (
    <section className="card stack stack--tight" aria-labelledby="dnssec">
      <h2 id="dnssec">DNSSEC</h2>
      {dnssec.isPending ? (
        <Loading what="DNSSEC" />
      ) : dnssec.error !== null ? (
        <Problem error={dnssec.error} onRetry={() => void dnssec.refetch()} />
      ) : (
        <Known dnssec={dnssec.data} zone={zone.name} onPlan={onPlan} />
      )}
    </section>
  );
}

function Known({
  dnssec: { status, stage, since, waitsFor, until, parent, atParent, says, next, ds, parentDs },
  zone,
  onPlan,
}: {
  readonly dnssec: Dnssec;
  readonly zone: string;
  readonly onPlan: (query: string) => void;
}): ReactNode {
  const isOn = status === 'active' || status === 'pending';
  return (
    <>
      <ol className="zw-chain">
        <Step
          isDone={isOn}
          name="Signed by Cloudflare"
          state={status}
          tone={STATUS_TONES[status] ?? 'plain'}
        />
        <Step
          isDone={atParent === 'matches'}
          name="DS at the parent"
          state={atParent === 'matches' ? 'there' : atParent}
          tone={atParent === 'matches' ? 'create' : atParent === 'other' ? 'delete' : 'plain'}
        />
        <Step
          isDone={status === 'active'}
          name="Chain of trust"
          state={status === 'active' ? 'whole' : 'not yet'}
          tone={status === 'active' ? 'create' : 'plain'}
        />
      </ol>
      <p className="row row--tight small" role="status">
        <Badge tone={STAGE_TONES[stage]}>{stage.replaceAll('-', ' ')}</Badge>
        <span className="soft">
          since <Time at={since} />
        </span>
        {waitsFor === null ? null : (
          <span>
            Waits for {WAITED[waitsFor]}
            {until === null ? null : (
              <>
                {' '}
                until <Time at={until} as="local" />
              </>
            )}
          </span>
        )}
      </p>
      <p>{says}</p>
      <NextSteps lines={next} of={{ zone }} />
      {ds === null || atParent === 'matches' ? null : (
        <div className="stack stack--tight">
          <span className="small soft">For the registrar:</span>
          <CopyText text={ds.text} what="DS record" />
        </div>
      )}
      {parentDs === null || parentDs.length === 0 ? null : (
        <p className="small soft mono">The parent has: {parentDs.join('; ')}</p>
      )}
      {parent.askedAt === null ? null : (
        <p className="small soft">
          The parent was asked <Time at={parent.askedAt} />
          {parent.dsSeenAt === null ? null : (
            <>
              ; a DS was last seen <Time at={parent.dsSeenAt} />
            </>
          )}
          {parent.dsGoneAt === null ? null : (
            <>
              , and was gone <Time at={parent.dsGoneAt} />
            </>
          )}
          .
        </p>
      )}
      <div className="row">
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => onPlan(`set=${encodeURIComponent(`dnssec=${isOn ? 'off' : 'on'}`)}`)}
        >
          {isOn ? 'Turn off…' : 'Turn on…'}
        </Button>
      </div>
    </>
  );
}

function Step({
  isDone,
  name,
  state,
  tone,
}: {
  readonly isDone: boolean;
  readonly name: string;
  readonly state: string;
  readonly tone: Tone;
}): ReactNode {
  return (
    <li className="zw-step" data-state={isDone ? 'done' : 'todo'}>
      <span className="grow">{name}</span>
      <Badge tone={tone}>{state}</Badge>
    </li>
  );
}

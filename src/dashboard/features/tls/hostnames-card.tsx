/** Customers' hostnames (SSL for SaaS): two statuses as one state, what the customer has to publish, quota, fallback. */
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CustomHostname, CustomHostnames } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Copy, CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { readableName } from '../zones/names.ts';
import { Act, Acts, type CardProps } from './certificates-card.tsx';
import { FormFoot } from './form-foot.tsx';

const TONES: Readonly<Record<CustomHostname['state'], Tone>> = {
  served: 'create',
  'waits-for-customer': 'risk',
  'under-way': 'risk',
  'timed-out': 'delete',
  blocked: 'delete',
  ending: 'plain',
};

interface HostnamesProps extends CardProps {
  /** Plans settings: `set=fallback_origin=…`. */
  readonly onSet: (query: string) => void;
}

export function HostnamesCard(props: HostnamesProps): ReactNode {
  const { zone } = props;
  const found = useQuery({
    queryKey: ['hostnames', zone.id],
    queryFn: ({ signal }) => api.listHostnames({ zone: zone.id }, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  return (
    <section className="card stack stack--tight" aria-labelledby="hostnames">
      <h2 id="hostnames">Hostnames of customers</h2>
      {found.isPending ? (
        <Loading what="hostnames" />
      ) : found.error !== null ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Known {...props} hostnames={found.data} />
      )}
    </section>
  );
}

function Known({
  zone,
  hostnames: { items, quota, fallback },
  onPlan,
  onSet,
}: HostnamesProps & { readonly hostnames: CustomHostnames }): ReactNode {
  const [opened, setOpened] = useState<CustomHostname | 'new' | null>(null);
  const [origin, setOrigin] = useState(fallback?.origin ?? `origin.${zone.name}`);
  const setFallback = (event: FormEvent): void => {
    event.preventDefault();
    onSet(`set=${encodeURIComponent(`fallback_origin=${origin.trim()}`)}`);
  };
  return (
    <>
      <p className="small soft">
        {quota.allocated === 0
          ? 'SSL for SaaS is not switched on for this zone.'
          : `${quota.used} of ${quota.allocated} hostnames used.`}{' '}
        {fallback === null
          ? 'There is no fallback origin.'
          : `The fallback origin is ${fallback.origin} (${fallback.status.replaceAll('_', ' ')}).`}
      </p>
      {quota.allocated === 0 ? null : (
        <form className="row zw-inlineform" aria-label="Fallback origin" onSubmit={setFallback}>
          <TextInput
            label="Fallback origin"
            size="xs"
            value={origin}
            onChange={(event) => setOrigin(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" size="compact-sm">
            Set…
          </Button>
          <Act label="Serve a hostname…" onAct={() => setOpened('new')} />
        </form>
      )}
      {opened === null ? null : (
        <HostnameForm
          key={opened === 'new' ? '' : opened.id}
          existing={opened === 'new' ? null : opened}
          onPlan={onPlan}
          onDone={() => setOpened(null)}
        />
      )}
      <ul className="zw-rows" aria-label="Hostnames of customers">
        {items.map((one) => (
          <Hostname key={one.id} one={one} onPlan={onPlan} onEdit={() => setOpened(one)} />
        ))}
      </ul>
    </>
  );
}

function Hostname({
  one: { hostname, state, says, next, origin, ssl, ownership },
  onPlan,
  onEdit,
}: Pick<CardProps, 'onPlan'> & { readonly one: CustomHostname; readonly onEdit: () => void }): ReactNode {
  const proofs = state === 'served' ? [] : [...ownership.slice(0, 1), ...(ssl?.proofs ?? [])];
  // What the proofs below say already, with a way to copy it.
  const more = next.filter((line) => !proofs.some(({ text }) => line.endsWith(text)));
  return (
    <li className="zw-certificate">
      <span className="mono">{readableName(hostname)}</span>
      <Badge tone={TONES[state]}>{state.replaceAll('-', ' ')}</Badge>
      <span className="small soft">{origin ?? 'the fallback origin'}</span>
      <span className="small soft">{ssl?.authority ?? 'no certificate'}</span>
      <p className="small zw-certificate__more">{says}</p>
      {more.map((line) => (
        <p key={line} className="small zw-certificate__more">
          → {line}
        </p>
      ))}
      {proofs.map(({ text }) => (
        <div key={text} className="small zw-certificate__more">
          → the customer publishes <CopyText text={text} what="record" />
        </div>
      ))}
      <Acts of={`hostname ${hostname}`}>
        {proofs.length === 0 ? null : (
          <>
            <span className="small">
              All for the customer <Copy text={next.join('\n')} what="instructions" />
            </span>
            <Act label="Publish…" onAct={() => onPlan({ change: { kind: 'hostname-proofs', hostname } })} />
          </>
        )}
        {state === 'timed-out' ? (
          <Act
            label="Validate again…"
            onAct={() => onPlan({ change: { kind: 'hostname-restart', hostname } })}
          />
        ) : null}
        <Act label="Change…" onAct={onEdit} />
        <Act label="Delete…" onAct={() => onPlan({ change: { kind: 'hostname-delete', hostname } })} />
      </Acts>
    </li>
  );
}

/** A new one, or another way to serve one that is there. */
function HostnameForm({
  existing,
  onPlan,
  onDone,
}: Pick<CardProps, 'onPlan'> & {
  readonly existing: CustomHostname | null;
  readonly onDone: () => void;
}): ReactNode {
  const [hostname, setHostname] = useState(existing?.hostname ?? '');
  const [method, setMethod] = useState(existing?.ssl?.method ?? 'txt');
  const [minTls, setMinTls] = useState(existing?.ssl?.minTls ?? '');
  const [origin, setOrigin] = useState(existing?.origin ?? '');
  const [wildcard, setWildcard] = useState(existing?.ssl?.wildcard ?? false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onPlan({
      change: {
        kind: existing === null ? 'hostname-add' : 'hostname-edit',
        hostname: hostname.trim(),
        method,
        wildcard,
        ...(minTls === '' ? {} : { minTls }),
        ...(origin.trim() === '' ? {} : { origin: origin.trim() }),
      },
    });
  };
  return (
    <form className="stack stack--tight" aria-label="A hostname of a customer" onSubmit={submit}>
      <div className="zw-twocolumns">
        <TextInput
          label="Hostname"
          placeholder="shop.customer.example"
          value={hostname}
          disabled={existing !== null}
          onChange={(event) => setHostname(event.currentTarget.value)}
          required
        />
        <NativeSelect
          label="Proved by"
          value={method}
          onChange={(event) => setMethod(event.currentTarget.value)}
          data={['txt', 'http', 'email']}
        />
        <TextInput
          label="Origin"
          description="Empty: the fallback origin"
          value={origin}
          onChange={(event) => setOrigin(event.currentTarget.value)}
        />
        <NativeSelect
          label="TLS at least"
          value={minTls}
          onChange={(event) => setMinTls(event.currentTarget.value)}
          data={[{ value: '', label: 'as the zone' }, '1.0', '1.1', '1.2', '1.3']}
        />
        <Checkbox
          label="Names one level below it too"
          checked={wildcard}
          onChange={(event) => setWildcard(event.currentTarget.checked)}
        />
      </div>
      <FormFoot submit="Plan it" onDone={onDone} />
    </form>
  );
}

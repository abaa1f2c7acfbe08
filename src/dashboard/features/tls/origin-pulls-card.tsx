/** Client certificates that Cloudflare shows to the origin, for the zone or for single hostnames. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { OriginPullCertificates } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { UploadForm } from './certificate-forms.tsx';
import { Act, Acts, type CardProps, Row } from './certificates-card.tsx';
import { FormFoot } from './form-foot.tsx';

type Pull = OriginPullCertificates['items'][number];

export function OriginPullsCard({ zone, onPlan }: CardProps): ReactNode {
  const [opened, setOpened] = useState<'upload' | 'hostname' | null>(null);
  const found = useQuery({
    queryKey: ['tls', zone.id, 'origin-pulls'],
    queryFn: ({ signal }) => api.listOriginPullCertificates({ zone: zone.id }, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  const onDone = (): void => setOpened(null);
  if (found.isPending) return <Loading what="client certificates" />;
  if (found.error !== null) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  const { items } = found.data;
  const ofHostnames = items.filter(({ level }) => level === 'hostname');
  return (
    <section className="card stack stack--tight" aria-labelledby="origin-pulls">
      <h2 id="origin-pulls">Origin pulls</h2>
      <p className="small soft">
        Cloudflare shows a client certificate to the origin, which tells it from everyone else.
        {items.length === 0 ? ' There is none of your own.' : ''}
      </p>
      <div className="row">
        <Act label="Upload a client certificate…" onAct={() => setOpened('upload')} />
        {ofHostnames.length === 0 ? null : (
          <Act label="Set up a hostname…" onAct={() => setOpened('hostname')} />
        )}
      </div>
      {opened === 'upload' ? (
        <UploadForm zone={zone} target={{ kind: 'origin-pull-upload' }} onPlan={onPlan} onDone={onDone} />
      ) : null}
      {opened === 'hostname' ? (
        <PullHostnameForm zone={zone} onPlan={onPlan} onDone={onDone} certificates={ofHostnames} />
      ) : null}
      <ul className="zw-rows" aria-label="Client certificates">
        {items.map(({ id, level, status, issuer, expiresAt }) => (
          <Row
            key={id}
            kind={`for the ${level}`}
            status={status}
            hosts={[id]}
            from={issuer}
            expiresAt={expiresAt}
          >
            <Acts of={`client certificate ${id}`}>
              <Act label="Delete…" onAct={() => onPlan({ change: { kind: 'origin-pull-delete', id } })} />
            </Acts>
          </Row>
        ))}
      </ul>
    </section>
  );
}

function PullHostnameForm({
  zone,
  certificates,
  onPlan,
  onDone,
}: CardProps & { readonly certificates: readonly Pull[]; readonly onDone: () => void }): ReactNode {
  const [hostname, setHostname] = useState('');
  const [certificateId, setCertificate] = useState(certificates[0]?.id ?? '');
  const [state, setState] = useState('on');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const enabled = state === 'removed' ? null : state === 'on';
    onPlan({ change: { kind: 'origin-pull-hostname', hostname: hostname.trim(), certificateId, enabled } });
  };
  return (
    <form className="stack stack--tight" aria-label="Origin pulls of a hostname" onSubmit={submit}>
      <div className="zw-twocolumns">
        <TextInput
          label="Hostname"
          placeholder={`api.${zone.name}`}
          value={hostname}
          onChange={(event) => setHostname(event.currentTarget.value)}
          required
        />
        <NativeSelect
          label="Client certificate"
          value={certificateId}
          onChange={(event) => setCertificate(event.currentTarget.value)}
          data={certificates.map(({ id, issuer }) => ({
            value: id,
            label: `${id.slice(0, 8)}… by ${issuer}`,
          }))}
        />
        <NativeSelect
          label="Shown"
          value={state}
          onChange={(event) => setState(event.currentTarget.value)}
          data={['on', 'off', 'removed']}
        />
      </div>
      <FormFoot submit="Plan it" onDone={onDone} />
    </form>
  );
}

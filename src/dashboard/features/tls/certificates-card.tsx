/**
 * The certificates of a zone: what the edge serves, what was uploaded, what stands at origins; what they wait for, and
 * what can be done with each. Every change goes through its plan.
 */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ZoneCertificates, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { saveText } from '../../kit/save-text.ts';
import { Time } from '../../kit/time.tsx';
import { readableName } from '../zones/names.ts';
import type { CertificateChange, CertificateDraft } from './certificate-change.ts';
import { OrderForm, OriginCaForm, UploadForm, type UploadTarget } from './certificate-forms.tsx';

export interface CardProps {
  readonly zone: ZoneWithAdvice;
  readonly onPlan: (draft: CertificateDraft) => void;
}

export function CertificatesCard({ zone, onPlan }: CardProps): ReactNode {
  const found = useQuery({
    queryKey: ['tls', zone.id, 'certificates'],
    queryFn: ({ signal }) => api.listCertificates({ zone: zone.id }, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  return (
    <section className="card stack stack--tight" aria-labelledby="certificates">
      <h2 id="certificates">Certificates</h2>
      {found.isPending ? (
        <Loading what="certificates" />
      ) : found.error !== null ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Known zone={zone} certificates={found.data} onPlan={onPlan} />
      )}
    </section>
  );
}

type Opened = { readonly kind: 'order' } | { readonly kind: 'origin-ca' } | UploadTarget;

function Known({
  zone,
  certificates: { packs, own, origin, quota, ownQuota },
  onPlan,
}: CardProps & { readonly certificates: ZoneCertificates }): ReactNode {
  const [opened, setOpened] = useState<Opened | null>(null);
  const form = { zone, onPlan, onDone: () => setOpened(null) };
  const act = (label: string, change: CertificateChange): ReactNode => (
    <Act label={label} onAct={() => onPlan({ change })} />
  );
  return (
    <>
      <div className="row">
        <Act label="Order…" onAct={() => setOpened({ kind: 'order' })} />
        <Act label="Upload…" onAct={() => setOpened({ kind: 'upload' })} />
        <Act label="Make one for the origin…" onAct={() => setOpened({ kind: 'origin-ca' })} />
      </div>
      {opened === null ? null : opened.kind === 'order' ? (
        <OrderForm {...form} />
      ) : opened.kind === 'origin-ca' ? (
        <OriginCaForm {...form} />
      ) : (
        <UploadForm {...form} target={opened} />
      )}
      {packs.length + own.length === 0 ? (
        <p className="soft">The edge has no certificate for this zone: turn universal SSL on.</p>
      ) : null}
      <ul className="zw-rows" aria-label="Certificates">
        {packs.map(({ id, type, status, hosts, authority, expiresAt, proofs, delegations, errors }) => (
          <Row key={id} kind={type} status={status} hosts={hosts} from={authority} expiresAt={expiresAt}>
            {errors.map((line) => (
              <p key={line} className="small zw-certificate__more">
                {line}
              </p>
            ))}
            {proofs.map(({ text }) => (
              <div key={text} className="small zw-certificate__more">
                → waits for <CopyText text={text} what="proof" />
              </div>
            ))}
            {(proofs.length === 0 ? [] : delegations).map(({ text }) => (
              <div key={text} className="small zw-certificate__more">
                → or, for good: <CopyText text={text} what="delegation" />
              </div>
            ))}
            <Acts of={`${type} certificate for ${hosts.join(', ')}`}>
              {proofs.length === 0 ? null : act('Publish…', { kind: 'proofs', id })}
              {status === 'validation_timed_out' ? act('Validate again…', { kind: 'restart', id }) : null}
              {type === 'advanced' ? act('Delete…', { kind: 'delete', id }) : null}
            </Acts>
          </Row>
        ))}
        {own.map(({ id, status, hosts, issuer, expiresAt }) => (
          <Row key={id} kind="uploaded" status={status} hosts={hosts} from={issuer} expiresAt={expiresAt}>
            <Acts of={`own certificate for ${hosts.join(', ')}`}>
              <Act label="Replace…" onAct={() => setOpened({ kind: 'replace', id })} />
              {own.length > 1 ? act('Prefer…', { kind: 'prioritize', ids: [id] }) : null}
              {act('Delete…', { kind: 'delete', id })}
            </Acts>
          </Row>
        ))}
        {origin.map(({ id, hosts, expiresAt, certificate }) => (
          <Row
            key={id}
            kind="at the origin"
            status="issued"
            hosts={hosts}
            from="Cloudflare origin CA"
            expiresAt={expiresAt}
          >
            <Acts of={`Origin CA certificate for ${hosts.join(', ')}`}>
              {certificate === null ? null : (
                <Act label="Download" onAct={() => saveText(`${zone.name}.origin.pem`, certificate)} />
              )}
              {act('Revoke…', { kind: 'origin-ca-revoke', id })}
            </Acts>
          </Row>
        ))}
      </ul>
      <p className="small soft">
        {quota.used} of {quota.allocated} advanced certificates used; {own.length} of {ownQuota ?? 'unknown'}{' '}
        uploaded.
      </p>
    </>
  );
}

/** What can be done with one thing; without anything, nothing. */
export function Acts({ of, children }: { readonly of: string; readonly children: ReactNode }): ReactNode {
  return (
    <fieldset className="row row--tight zw-acts" aria-label={of}>
      {children}
    </fieldset>
  );
}

export function Act({ label, onAct }: { readonly label: string; readonly onAct: () => void }): ReactNode {
  return (
    <Button variant="default" size="compact-xs" onClick={onAct}>
      {label}
    </Button>
  );
}

export function Row({
  kind,
  status,
  hosts,
  from,
  expiresAt,
  children,
}: {
  readonly kind: string;
  readonly status: string;
  readonly hosts: readonly string[];
  readonly from: string | null;
  readonly expiresAt: string | null;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <li className="zw-certificate">
      <span className="mono">{hosts.map(readableName).join(', ')}</span>
      <span className="row row--tight">
        <Badge tone={toneOf(status)}>{status.replaceAll('_', ' ')}</Badge>
        <Badge>{kind}</Badge>
      </span>
      <span className="small soft">{from ?? 'authority unknown'}</span>
      <span className="small">
        {expiresAt === null ? (
          <span className="soft">no end known</span>
        ) : (
          <>
            until <Time at={expiresAt} as="local" />
          </>
        )}
      </span>
      {children}
    </li>
  );
}

function toneOf(status: string): Tone {
  if (status === 'active') return 'create';
  if (/(expired|deleted|timed_out|inactive|failed)/.test(status)) return 'delete';
  return /(pending|initializing|staging|holding|backup)/.test(status) ? 'risk' : 'plain';
}

/** The certificates of a zone: what the edge serves, what was uploaded, what stands at origins; and what they wait for. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ZoneCertificates, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { readableName } from '../zones/names.ts';

export function CertificatesCard({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
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
        <Known certificates={found.data} />
      )}
    </section>
  );
}

function Known({
  certificates: { packs, own, origin, quota, ownQuota },
}: {
  readonly certificates: ZoneCertificates;
}): ReactNode {
  return (
    <>
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
          </Row>
        ))}
        {own.map(({ id, status, hosts, issuer, expiresAt }) => (
          <Row key={id} kind="uploaded" status={status} hosts={hosts} from={issuer} expiresAt={expiresAt} />
        ))}
        {origin.map(({ id, hosts, expiresAt }) => (
          <Row
            key={id}
            kind="at the origin"
            status="issued"
            hosts={hosts}
            from="Cloudflare origin CA"
            expiresAt={expiresAt}
          />
        ))}
      </ul>
      <p className="small soft">
        {quota.used} of {quota.allocated} advanced certificates used; {own.length} of {ownQuota ?? 'unknown'}{' '}
        uploaded.
      </p>
    </>
  );
}

function Row({
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

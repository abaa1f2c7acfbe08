/** SSL/TLS of a zone on one screen: each thing with its value, a verdict, why, and the way to mend it through a plan. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { TlsReport, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Copy } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { type CertificateDraft, queryOf } from './certificate-change.ts';
import { CertificatesCard } from './certificates-card.tsx';
import { DnssecCard } from './dnssec-card.tsx';
import { wordsOfFix } from './fix-words.ts';
import { HostnamesCard } from './hostnames-card.tsx';
import { OriginPullsCard } from './origin-pulls-card.tsx';

type Finding = TlsReport['findings'][number];

const TONES: Readonly<Record<Finding['verdict'], Tone>> = {
  good: 'create',
  'could-be-better': 'risk',
  bad: 'delete',
  unknown: 'unknown',
};
const WORDS: Readonly<Record<Finding['verdict'], string>> = {
  good: 'good',
  'could-be-better': 'could be better',
  bad: 'bad',
  unknown: 'unknown',
};

export function TlsTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const tls = useQuery({
    queryKey: ['tls', zone.id],
    queryFn: ({ signal }) => api.showTls({ zone: zone.id }, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  const [, go] = useLocation();
  if (tls.isPending) return <Loading what="SSL/TLS: each setting is asked of Cloudflare" />;
  if (tls.error !== null) return <Problem error={tls.error} onRetry={() => void tls.refetch()} />;
  const { findings } = tls.data;
  const bad = findings.filter(({ verdict }) => verdict === 'bad').length;
  const better = findings.filter(({ verdict }) => verdict === 'could-be-better').length;
  const plan = (query: string): void => go(`/zones/${zone.name}/settings-plan?${query}`);
  const change = (draft: CertificateDraft): void =>
    go(`/zones/${zone.name}/certificate-plan?${queryOf(draft)}`);
  return (
    <div className="stack">
      <div className="row row--apart">
        <span className="row" role="status">
          <Badge tone={bad > 0 ? 'delete' : better > 0 ? 'risk' : 'create'}>
            {bad > 0 ? `${bad} bad` : better > 0 ? `${better} could be better` : 'all good'}
          </Badge>
          <span className="soft small">{findings.length} things looked at</span>
        </span>
        <span className="row">
          <Button variant="default" onClick={() => plan('baseline=modern')}>
            Baseline “modern”…
          </Button>
          <Button variant="default" onClick={() => plan('baseline=strict')}>
            Baseline “strict”…
          </Button>
          <Button
            variant="subtle"
            color="gray"
            leftSection={<Icon name="refresh" />}
            loading={tls.isFetching}
            onClick={() => void tls.refetch()}
          >
            Ask again
          </Button>
        </span>
      </div>
      <section className="card zw-verdicts" aria-label="SSL/TLS">
        {findings.map((finding) => (
          <FindingRow key={`${finding.what} ${finding.value}`} finding={finding} onFix={plan} />
        ))}
      </section>
      <CertificatesCard zone={zone} onPlan={change} />
      <OriginPullsCard zone={zone} onPlan={change} />
      <HostnamesCard zone={zone} onPlan={change} onSet={plan} />
      <DnssecCard zone={zone} onPlan={plan} />
    </div>
  );
}

function FindingRow({
  finding: { title, value, verdict, why, fix },
  onFix,
}: {
  readonly finding: Finding;
  readonly onFix: (query: string) => void;
}): ReactNode {
  const words = fix === null ? null : wordsOfFix(fix);
  return (
    <article className="zw-verdict">
      <h3>{title}</h3>
      <span className="mono">{value}</span>
      <Badge tone={TONES[verdict]}>{WORDS[verdict]}</Badge>
      <p className="small soft">{why}</p>
      {fix === null ? null : words === null ? (
        <span className="row row--tight small zw-verdict__fix">
          <code className="mono tiny">{fix}</code>
          <Copy text={fix} what="command" />
        </span>
      ) : (
        <Button
          className="zw-verdict__fix"
          variant="default"
          size="compact-sm"
          title={words.join(' ')}
          aria-label={`${shortOf(words)}… (${words.join(' ')})`}
          onClick={() => onFix(words.map((word) => `set=${encodeURIComponent(word)}`).join('&'))}
        >
          {shortOf(words)}…
        </Button>
      )}
    </article>
  );
}

/** `always_use_https=on` as `Set to on`: what it sets stands at the head of the row. */
function shortOf(words: readonly string[]): string {
  const [only] = words;
  return words.length === 1 && only !== undefined
    ? `Set to ${only.slice(only.indexOf('=') + 1)}`
    : `Set ${words.length} settings`;
}

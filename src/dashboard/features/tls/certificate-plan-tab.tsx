/** The plan of a change of certificates or hostnames; an upload is applied with its key, which no job carries. */
import { type ReactNode, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { PlanInput, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Empty } from '../../kit/empty.tsx';
import { Review } from '../review/review.tsx';
import { draftOf, forgetDraft, wordsOf } from './certificate-change.ts';

export function CertificatePlanTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const [params] = useSearchParams();
  const [, go] = useLocation();
  const address = params.toString();
  const draft = useMemo(() => draftOf(address), [address]);
  const input = useMemo((): PlanInput | null => {
    if (draft === null) return null;
    const { change, privateKey } = draft;
    // Held against its certificate before anything is stored.
    const whole = privateKey === undefined || !('certificate' in change) ? change : { ...change, privateKey };
    return { kind: 'certificates', zone: zone.id, change: whole };
  }, [draft, zone.id]);
  if (draft === null || input === null)
    return (
      <Empty icon="edit" title="Nothing is to be changed">
        A certificate and its key are held by the page alone: after a reload they have to be given again.
      </Empty>
    );
  const { change, privateKey } = draft;
  return (
    <Review
      input={input}
      summary={`${wordsOf(change)} in ${zone.name}`}
      onBack={() => go(`/zones/${zone.name}/tls`)}
      onSaved={forgetDraft}
      {...(privateKey === undefined
        ? {}
        : { applyWith: ({ id }) => api.applyWithKey({ id, body: { privateKey } }) })}
    />
  );
}

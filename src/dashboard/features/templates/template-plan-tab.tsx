/** The plan of a template that stands in the address: applied, or taken out again. */
import { type ReactNode, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { Empty } from '../../kit/empty.tsx';
import { Review } from '../review/review.tsx';
import { templatePlanOf } from './template-address.ts';

export function TemplatePlanTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const [params] = useSearchParams();
  const [, go] = useLocation();
  const address = params.toString();
  const input = useMemo(() => templatePlanOf(address, zone.id), [address, zone.id]);
  if (input === null) return <Empty icon="edit" title="The address names no template" />;
  const isRemoval = input.kind === 'template-removal';
  const key = params.get('template') ?? '';
  return (
    <Review
      input={input}
      summary={isRemoval ? `A template removed from ${zone.name}` : `${key} in ${zone.name}`}
      onBack={() => go(isRemoval ? `/zones/${zone.name}/templates` : `/templates/${key}?zone=${zone.name}`)}
    />
  );
}

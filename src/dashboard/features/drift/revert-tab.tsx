/** The plan that takes the drift of a zone back. */
import { type ReactNode, useMemo } from 'react';
import { useLocation } from 'wouter';
import type { PlanInput, ZoneWithAdvice } from '../../../client/index.ts';
import { PATHS } from '../../paths.ts';
import { Review } from '../review/review.tsx';

export function RevertTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const input = useMemo((): PlanInput => ({ kind: 'revert', zones: [zone.id] }), [zone.id]);
  const [, go] = useLocation();
  return <Review input={input} summary={`drift of ${zone.name} taken back`} onBack={() => go(PATHS.drift)} />;
}

/** The plan of settings that stand in the address: `?set=mode=strict&set=hsts=on`, or `?baseline=modern`. */
import { type ReactNode, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { PlanInput, ZoneWithAdvice } from '../../../client/index.ts';
import { Empty } from '../../kit/empty.tsx';
import { Review } from '../review/review.tsx';

export function SettingsPlanTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const [params] = useSearchParams();
  const [, go] = useLocation();
  const address = params.toString();
  const input = useMemo((): PlanInput | null => {
    const given = new URLSearchParams(address);
    const words = given.getAll('set');
    const baseline = given.get('baseline');
    if (baseline === 'modern' || baseline === 'strict')
      return { kind: 'settings', zones: [zone.id], baseline };
    return words.length === 0 ? null : { kind: 'settings', zones: [zone.id], words };
  }, [address, zone.id]);
  if (input === null) return <Empty icon="edit" title="No setting is to be changed" />;
  const what = input.kind === 'settings' ? (input.baseline ?? (input.words ?? []).join(' ')) : '';
  return (
    <Review input={input} summary={`${what} in ${zone.name}`} onBack={() => go(`/zones/${zone.name}/tls`)} />
  );
}

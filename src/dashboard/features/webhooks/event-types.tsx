/** Which events a webhook is told: every one, families, or single types. */
import { Checkbox, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/session.ts';
import { Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { type Family, familiesOf, withType } from './webhook-words.ts';

export function EventTypes({
  types,
  onChange,
}: {
  /** Null: every event, also of kinds that are yet to come. */
  readonly types: readonly string[] | null;
  readonly onChange: (types: readonly string[] | null) => void;
}): ReactNode {
  const known = useQuery({
    queryKey: ['webhook-event-types'],
    queryFn: async ({ signal }) => familiesOf((await api.listWebhookEventTypes({}, { signal })).items),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <fieldset className="zw-fieldset stack">
      <legend>What it is told</legend>
      <SegmentedControl
        className="zw-narrow"
        aria-label="Which events"
        value={types === null ? 'all' : 'some'}
        onChange={(value) => onChange(value === 'all' ? null : [])}
        data={[
          { value: 'all', label: 'Every event' },
          { value: 'some', label: 'Chosen ones' },
        ]}
      />
      {types === null ? (
        <p className="small soft">Also events of kinds that a later version brings.</p>
      ) : known.isPending ? (
        <Loading what="events" />
      ) : known.error !== null ? (
        <Problem error={known.error} onRetry={() => void known.refetch()} />
      ) : (
        <div className="zw-families">
          {known.data.map((family) => (
            <OneFamily key={family.name} family={family} chosen={types} onChange={onChange} />
          ))}
        </div>
      )}
    </fieldset>
  );
}

function OneFamily({
  family: { name, all, types },
  chosen,
  onChange,
}: {
  readonly family: Family;
  readonly chosen: readonly string[];
  readonly onChange: (types: readonly string[]) => void;
}): ReactNode {
  const isWhole = chosen.includes(all);
  return (
    <div className="stack stack--tight">
      <Checkbox
        label={<strong className="mono">{all}</strong>}
        aria-label={`All of ${name}`}
        checked={isWhole}
        onChange={(event) => onChange(withType(chosen, all, event.currentTarget.checked))}
      />
      {types.map(({ type, about }) => (
        <Checkbox
          key={type}
          size="xs"
          label={<span className="mono">{type.slice(name.length + 1)}</span>}
          description={about}
          aria-label={type}
          checked={isWhole || chosen.includes(type)}
          disabled={isWhole}
          onChange={(event) => onChange(withType(chosen, type, event.currentTarget.checked))}
        />
      ))}
    </div>
  );
}

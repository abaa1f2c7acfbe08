/** Templates that are in force in a zone: what each put there, whether all of it still stands, and the way out. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AppliedTemplates, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { removeAddress } from './template-address.ts';

type Applied = AppliedTemplates['items'][number];

export function ZoneTemplatesTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const applied = useQuery({
    // Beside the zone's records, so that whatever changed those renews this.
    queryKey: ['records', zone.id, 'templates'],
    queryFn: async ({ signal }) => (await api.listAppliedTemplates({ zone: zone.id }, { signal })).items,
  });
  if (applied.isPending) return <Loading what="templates" />;
  if (applied.error !== null) return <Problem error={applied.error} onRetry={() => void applied.refetch()} />;
  const choose = (
    <Button component={Link} href="/templates" leftSection={<Icon name="add" />}>
      Choose a template
    </Button>
  );
  if (applied.data.length === 0)
    return (
      <Empty icon="template" title="No template is applied here" action={choose}>
        A template puts in what a service needs, knows afterwards which records are its own, and can be taken
        out as a whole.
      </Empty>
    );
  return (
    <>
      <div className="row">{choose}</div>
      <ul className="card zw-rows" aria-label="Templates of the zone">
        {applied.data.map((one) => (
          <Row key={one.id} applied={one} zone={zone.name} />
        ))}
      </ul>
    </>
  );
}

function Row({
  applied: { id, key, title, host, standing, appliedAt, changeSetId, records, spf },
  zone,
}: {
  readonly applied: Applied;
  readonly zone: string;
}): ReactNode {
  return (
    <li className="zw-applied">
      <span className="stack stack--tight">
        <Link href={`/templates/${key}?zone=${zone}`} className="zw-zonename">
          {title}
        </Link>
        <span className="small soft">
          {host === '' ? 'the zone itself' : `at ${host}`} ·{' '}
          <Link href={`/changes/${changeSetId}`}>applied</Link> <Time at={appliedAt} />
        </span>
      </span>
      <Badge
        tone={standing === 'whole' ? 'create' : 'risk'}
        title={standing === 'whole' ? 'All it needs is there' : 'Some of its records were changed or removed'}
      >
        {standing}
      </Badge>
      <ul className="zw-bare small">
        {records.map(({ name, type, content }) => (
          <li key={`${name} ${type} ${content}`} className="cut" title={content}>
            <span className="zw-type">{type}</span> <span className="mono">{name}</span>
          </li>
        ))}
        {spf.map(({ name, rules }) => (
          <li key={`spf ${name}`} className="cut">
            <span className="zw-type">SPF</span> <span className="mono">{rules.join(' ')}</span>
          </li>
        ))}
      </ul>
      <Button
        component={Link}
        href={removeAddress(zone, id)}
        size="compact-sm"
        variant="default"
        aria-label={`Remove ${title}…`}
      >
        Remove…
      </Button>
    </li>
  );
}

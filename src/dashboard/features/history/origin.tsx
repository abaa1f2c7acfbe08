/** Where a revision came from: a change set of ours, somebody outside, or the first look. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Revision } from '../../../client/index.ts';
import { Badge } from '../../kit/badge.tsx';

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function originText({ origin }: Revision): string {
  if (origin.kind === 'first-read') return 'first read';
  if (origin.kind === 'change-set') return 'a change set';
  return `from outside, by ${textOf(origin['actor']) ?? 'somebody unknown'}`;
}

export function Origin({ origin }: Pick<Revision, 'origin'>): ReactNode {
  if (origin.kind === 'first-read') return <span className="soft">first read of the zone</span>;
  if (origin.kind === 'change-set') {
    const id = textOf(origin['changeSetId']);
    return id === null ? <span>a change set</span> : <Link href={`/changes/${id}`}>by a change set</Link>;
  }
  const actor = textOf(origin['actor']);
  const via = textOf(origin['interface']);
  return (
    <span className="row row--tight">
      <Badge tone="risk">outside</Badge>
      <span>{actor ?? <span className="soft">somebody; the audit log does not tell</span>}</span>
      {via === null ? null : <span className="soft">through {via}</span>}
    </span>
  );
}

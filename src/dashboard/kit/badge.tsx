/** A word with a colour that means the same everywhere. The word says it too, so colour is never the only sign. */
import type { ReactNode } from 'react';

export type Tone = 'create' | 'update' | 'delete' | 'risk' | 'unknown' | 'accent' | 'plain';

export function Badge({
  tone = 'plain',
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}): ReactNode {
  return (
    <span className={`zw-badge zw-badge--${tone}`} title={title}>
      {children}
    </span>
  );
}

const ZONE_TONES: Readonly<Record<string, Tone>> = {
  active: 'create',
  pending: 'risk',
  initializing: 'risk',
  moved: 'delete',
  deleted: 'delete',
};

export function ZoneStatus({
  status,
  paused = false,
}: {
  readonly status: string;
  readonly paused?: boolean;
}): ReactNode {
  return (
    <span className="row row--tight">
      <Badge tone={ZONE_TONES[status] ?? 'plain'}>{status}</Badge>
      {paused ? <Badge tone="risk">paused</Badge> : null}
    </span>
  );
}

const CONNECTION_TONES: Readonly<Record<string, Tone>> = {
  active: 'create',
  paused: 'risk',
  limited: 'risk',
  expiring: 'risk',
  untested: 'unknown',
};

export function ConnectionStateBadge({ state }: { readonly state: string }): ReactNode {
  return <Badge tone={CONNECTION_TONES[state] ?? 'delete'}>{state}</Badge>;
}

const CHANGE_SET_TONES: Readonly<Record<string, Tone>> = {
  planned: 'plain',
  approved: 'accent',
  applying: 'update',
  applied: 'create',
  'partly-applied': 'risk',
  failed: 'delete',
  interrupted: 'risk',
  cancelled: 'plain',
  unknown: 'unknown',
};

export function ChangeSetStatusBadge({ status }: { readonly status: string }): ReactNode {
  return <Badge tone={CHANGE_SET_TONES[status] ?? 'plain'}>{status}</Badge>;
}

const RISK_TONES: Readonly<Record<string, Tone>> = {
  none: 'plain',
  low: 'create',
  medium: 'risk',
  high: 'delete',
};

export function RiskBadge({ risk }: { readonly risk: string }): ReactNode {
  return <Badge tone={RISK_TONES[risk] ?? 'plain'}>{risk === 'none' ? 'no risk' : `${risk} risk`}</Badge>;
}

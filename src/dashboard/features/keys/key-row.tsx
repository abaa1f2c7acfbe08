/** One API key in the list. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ApiKey } from '../../../client/index.ts';
import { useConnections, useZones } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Time } from '../../kit/time.tsx';
import { readableName } from '../zones/names.ts';
import { KEY_TONES, keyState } from './key-words.ts';

export function KeyRow({
  apiKey,
  all,
  now,
  onRevoke,
}: {
  readonly apiKey: ApiKey;
  readonly all: readonly ApiKey[];
  readonly now: number;
  readonly onRevoke: () => void;
}): ReactNode {
  const { id, label, scopes, createdAt, createdBy, lastUsedAt } = apiKey;
  const session = useSession();
  const isOwn = session.kind === 'signed-in' && session.session.key.id === id;
  const state = keyState(apiKey, now);
  return (
    <li className="zw-keyrow" data-ended={state === 'stands' ? undefined : true}>
      <span className="stack stack--tight">
        <span className="row">
          <strong className="cut">{label}</strong>
          {isOwn ? <Badge tone="accent">yours</Badge> : null}
        </span>
        <span className="tiny soft">
          <CopyText text={id} what="id of the key" />
        </span>
      </span>
      <span className="stack stack--tight">
        <span className="row row--tight">
          {scopes.map((scope) => (
            <Badge key={scope} tone={scope === 'admin' ? 'risk' : 'plain'}>
              {scope}
            </Badge>
          ))}
        </span>
        <Reach apiKey={apiKey} />
      </span>
      <span className="stack stack--tight small">
        <span>
          <Badge tone={KEY_TONES[state]}>{state}</Badge> <Until apiKey={apiKey} />
        </span>
        <span className="soft">
          last used <Time at={lastUsedAt} />
        </span>
      </span>
      <span className="small soft">
        made <Time at={createdAt} /> by{' '}
        <span title={createdBy}>{all.find((one) => one.id === createdBy)?.label ?? createdBy}</span>
      </span>
      <span>
        {state === 'stands' ? (
          <Button size="compact-sm" variant="default" aria-label={`Revoke ${label}…`} onClick={onRevoke}>
            Revoke…
          </Button>
        ) : null}
      </span>
    </li>
  );
}

function Until({
  apiKey: { revokedAt, expiresAt },
}: {
  readonly apiKey: Pick<ApiKey, 'revokedAt' | 'expiresAt'>;
}): ReactNode {
  if (revokedAt !== null) return <Time at={revokedAt} />;
  if (expiresAt === null) return <span className="soft">without an end</span>;
  return (
    <span className="soft">
      ends <Time at={expiresAt} />
    </span>
  );
}

function Reach({
  apiKey: { connectionIds, zoneIds, namePatterns },
}: {
  readonly apiKey: Pick<ApiKey, 'connectionIds' | 'zoneIds' | 'namePatterns'>;
}): ReactNode {
  const connections = useConnections();
  const zones = useZones();
  if (connectionIds === null && zoneIds === null && namePatterns === null)
    return <span className="small soft">reaches everything</span>;
  const labels = new Map(connections.data?.map(({ id, label }) => [id, label]));
  const names = new Map(zones.data?.map(({ id, name }) => [id, name]));
  return (
    <span className="small soft">
      reaches{' '}
      <Some
        ids={connectionIds}
        many="connections"
        draw={(id) => <Link href={`/connections/${id}`}>{labels.get(id) ?? id}</Link>}
      />
      {connectionIds !== null && zoneIds !== null ? ', ' : null}
      <Some
        ids={zoneIds}
        many="zones"
        draw={(id) => {
          const name = names.get(id);
          return name === undefined ? id : <Link href={`/zones/${name}`}>{readableName(name)}</Link>;
        }}
      />
      {namePatterns === null ? null : (
        <>
          {connectionIds === null && zoneIds === null ? null : ', '}
          the names <span className="mono">{namePatterns.join(' ')}</span>
        </>
      )}
    </span>
  );
}

const NAMED_MAX = 3;

function Some({
  ids,
  many,
  draw,
}: {
  readonly ids: readonly string[] | null;
  readonly many: string;
  readonly draw: (id: string) => ReactNode;
}): ReactNode {
  if (ids === null) return null;
  const rest = ids.length - NAMED_MAX;
  return (
    <>
      {ids.slice(0, NAMED_MAX).map((id, index) => (
        <span key={id}>
          {index === 0 ? null : ', '}
          {draw(id)}
        </span>
      ))}
      {rest > 0 ? ` and ${rest.toLocaleString('en')} more ${many}` : null}
    </>
  );
}

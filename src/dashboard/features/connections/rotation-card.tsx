/** When a connection's token is replaced, how the last replacements went, and a replacement now. */
import { Button, NumberInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Connection, Rotation } from '../../../client/index.ts';
import { forgetConnections } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { useActing } from '../../kit/acting.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';

const SHOWN_MAX = 5;
const LOOK_EVERY_MS = 3_000;
const DAYS_DEFAULT = 90;

export function RotationCard({ connection }: { readonly connection: Connection }): ReactNode {
  const { id, rotation } = connection;
  const queries = useQueryClient();
  const { error, setError, busy, act } = useActing(() => forgetConnections(queries));
  const rotations = useQuery({
    queryKey: ['connection', id, 'rotations'],
    queryFn: ({ signal }) => api.listRotations({ connection: id, query: { limit: SHOWN_MAX } }, { signal }),
    // One that is under way is carried on by the server's worker.
    refetchInterval: (query) => (query.state.data?.items[0]?.dueAt == null ? false : LOOK_EVERY_MS),
  });
  const rotate = (): Promise<void> =>
    act('rotate', async () => {
      await api.rotateConnection({ connection: id, body: {} });
      toast('A new token is being made');
    });
  const underWay = rotations.data?.items.find(({ dueAt }) => dueAt !== null);
  const obstacle = rotations.data?.obstacle ?? null;
  return (
    <section className="card stack stack--tight" aria-labelledby="rotation">
      <h2 id="rotation">Rotation</h2>
      <dl className="facts small">
        <dt>Next</dt>
        <dd>
          <Time at={rotation.dueAt} never="not planned" />
        </dd>
        <dt>Last</dt>
        <dd>
          <Time at={rotation.lastRotatedAt} />
        </dd>
      </dl>
      <EveryDays connection={connection} onError={setError} />
      {error === null ? null : <Problem error={error} />}
      {obstacle === null ? null : (
        <Note tone="risk">
          <p className="small">{obstacle.message}</p>
          <NextSteps lines={obstacle.next} of={{ connection: id }} />
        </Note>
      )}
      <Latest rotations={rotations.data?.items ?? []} />
      <div className="row">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="refresh" size={14} />}
          loading={busy !== ''}
          disabled={obstacle !== null || underWay !== undefined}
          onClick={() => void rotate()}
        >
          Replace the token now
        </Button>
        {underWay === undefined ? null : (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={() => void act('cancel', () => api.cancelRotation({ connection: id }))}
          >
            Give it up
          </Button>
        )}
      </div>
    </section>
  );
}

function Latest({ rotations }: { readonly rotations: readonly Rotation[] }): ReactNode {
  if (rotations.length === 0) return null;
  return (
    <ul className="zw-plainlist small">
      {rotations.map((one) => (
        <li key={one.id}>
          <RotationLine rotation={one} />
        </li>
      ))}
    </ul>
  );
}

function EveryDays({
  connection,
  onError,
}: {
  readonly connection: Connection;
  readonly onError: (error: unknown) => void;
}): ReactNode {
  const [days, setDays] = useState<number | string>(connection.rotation.everyDays);
  const queries = useQueryClient();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    onError(null);
    try {
      await api.editConnection({ connection: connection.id, body: { rotateEveryDays: Number(days) } });
      toast('Saved');
    } catch (failure) {
      onError(failure);
    }
    await forgetConnections(queries);
  };
  return (
    <form className="row" onSubmit={(event) => void save(event)}>
      <NumberInput
        size="xs"
        w={150}
        aria-label="Days between rotations; 0 is never"
        value={days}
        onChange={setDays}
        min={0}
        max={365}
        suffix=" days"
        placeholder={`${DAYS_DEFAULT} days`}
      />
      {Number(days) === connection.rotation.everyDays ? null : (
        <Button size="compact-sm" type="submit" variant="default">
          Save
        </Button>
      )}
    </form>
  );
}

const STEP_WORDS: Readonly<Record<string, readonly [string, Tone]>> = {
  minting: ['making the new token', 'update'],
  proving: ['proving that it can do what the old one could', 'update'],
  draining: ['switched; the old one runs out', 'update'],
  revoking: ['deleting the old one', 'update'],
  done: ['done', 'create'],
  'backing-out': ['backing out', 'risk'],
  'backed-out': ['backed out; the old one stays', 'risk'],
};

function RotationLine({ rotation }: { readonly rotation: Rotation }): ReactNode {
  const [words, tone] = STEP_WORDS[rotation.step] ?? [rotation.step, 'plain'];
  return (
    <span className="row row--tight">
      <Time at={rotation.startedAt} />
      <Badge tone={tone}>{words}</Badge>
      {rotation.lastError === null ? null : <span className="soft">{rotation.lastError.message}</span>}
    </span>
  );
}

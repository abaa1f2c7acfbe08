/** Tells every event of a range of time again: for a receiver that lost some, or was off. */
import { Button, Modal, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api } from '../../api/session.ts';
import { Icon } from '../../kit/icons.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';

const RANGES: readonly (readonly [hours: string, label: string])[] = [
  ['1', 'the last hour'],
  ['24', 'the last day'],
  ['168', 'the last 7 days'],
  ['720', 'the last 30 days'],
];
const HOUR_MS = 3_600_000;

export function ReplayRange({ webhook }: { readonly webhook: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [hours, setHours] = useState('24');
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: (since: string) => api.replayWebhookRange({ webhook, body: { since } }),
    onSuccess: ({ deliveries, until }) => {
      void queries.invalidateQueries({ queryKey: ['deliveries', webhook] });
      if (until !== null) return;
      toast(
        deliveries === 1
          ? '1 event is told again'
          : `${deliveries.toLocaleString('en')} events are told again`,
      );
      setOpen(false);
    },
  });
  const goOn = replay.data?.until ?? null;
  return (
    <>
      <Button variant="default" leftSection={<Icon name="undo" />} onClick={() => setOpen(true)}>
        Tell again…
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Tell events again">
        <div className="stack">
          <p>
            Each under its own id, so that a receiver which remembers ids takes none twice. What happened
            while the webhook was off is told, too.
          </p>
          <NativeSelect
            label="Events of"
            value={hours}
            onChange={(event) => setHours(event.currentTarget.value)}
            data={RANGES.map(([value, label]) => ({ value, label }))}
            data-autofocus
          />
          {goOn === null ? null : (
            <Note tone="risk">
              {replay.data?.deliveries.toLocaleString('en')} are on their way, as far as{' '}
              <Time at={goOn} as="local" />. The rest comes with the next call.
            </Note>
          )}
          {replay.error === null ? null : <Problem error={replay.error} />}
          <div className="row">
            <Button
              loading={replay.isPending}
              onClick={() =>
                replay.mutate(goOn ?? new Date(Date.now() - Number(hours) * HOUR_MS).toISOString())
              }
            >
              {goOn === null ? 'Tell them again' : 'Go on'}
            </Button>
            <Button variant="default" onClick={() => setOpen(false)}>
              Leave it
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

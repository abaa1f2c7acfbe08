/** A new signing secret, and how long the old one signs beside it. */
import { Button, Modal, NativeSelect } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Webhook } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Problem } from '../../kit/problem.tsx';
import { keepSecret } from './shown-secret.ts';

const OVERLAPS: readonly (readonly [seconds: string, label: string])[] = [
  ['86400', 'for a day'],
  ['3600', 'for an hour'],
  ['604800', 'for a week'],
  ['0', 'not at all: the old one may be known to others'],
];

export function RotateDialog({
  isOpen,
  webhook,
  onRotated,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly webhook: string;
  readonly onRotated: (fresh: Webhook) => void;
  readonly onClose: () => void;
}): ReactNode {
  const [overlap, setOverlap] = useState('86400');
  const rotate = useMutation({
    mutationFn: () => api.rotateWebhookSecret({ webhook, body: { overlapSeconds: Number(overlap) } }),
    onSuccess: ({ secret, ...fresh }) => {
      keepSecret(webhook, secret);
      onRotated(fresh);
      onClose();
    },
  });
  return (
    <Modal opened={isOpen} onClose={onClose} title="A new secret">
      <div className="stack">
        <p>
          Meanwhile each message carries both signatures, so that your receiver can change over without
          missing one.
        </p>
        <NativeSelect
          label="The old secret signs beside it"
          value={overlap}
          onChange={(event) => setOverlap(event.currentTarget.value)}
          data={OVERLAPS.map(([value, label]) => ({ value, label }))}
          data-autofocus
        />
        {rotate.error === null ? null : <Problem error={rotate.error} />}
        <div className="row">
          <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
            Make a new secret
          </Button>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** Removes exactly what a provisioning added. Where that is the zone itself, its name has to be typed. */
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Provisioning } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { readableName } from '../zones/names.ts';

export function TakeDown({
  provisioning: { domain, added },
  onDone,
}: {
  readonly provisioning: Provisioning;
  readonly onDone: (fresh: Provisioning) => void;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const removesZone = added.zone === 'made' || added.zone === 'meant';
  const name = readableName(domain);
  const isConfirmed = !removesZone || [domain, name].includes(typed.trim().toLowerCase());
  const remove = useMutation({
    mutationFn: () =>
      api.takeDownProvisioning({ domain, body: removesZone ? { allow: ['zone-delete'] } : {} }),
    onSuccess: (fresh) => {
      setOpen(false);
      onDone(fresh);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isConfirmed) remove.mutate();
  };
  if (!isOpen)
    return (
      <div className="row">
        <Button
          variant="default"
          leftSection={<Icon name="trash" />}
          onClick={() => setOpen(true)}
          aria-expanded={false}
        >
          Take it down…
        </Button>
      </div>
    );
  return (
    <form className="card stack" onSubmit={submit} aria-labelledby="take-down">
      <h2 id="take-down">Take {name} down</h2>
      <p>
        {removesZone
          ? 'The zone was made here: it is deleted at Cloudflare, with every record in it. A zone that holds records of others is not deleted.'
          : added.zone === 'found'
            ? 'The zone was there before and stays; the records and settings that were put in are taken back.'
            : 'Nothing was made at Cloudflare yet; the steps end.'}{' '}
        A registration stays: names cannot be given back.
      </p>
      {removesZone ? (
        <TextInput
          label={`To delete the zone, type ${name}`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          autoFocus
        />
      ) : null}
      {remove.error === null ? null : <Problem error={remove.error} />}
      <div className="row">
        <Button type="submit" color="red" disabled={!isConfirmed} loading={remove.isPending}>
          Take it down
        </Button>
        <Button variant="default" onClick={() => setOpen(false)}>
          Leave it
        </Button>
      </div>
    </form>
  );
}

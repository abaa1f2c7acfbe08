/** The private key of an upload, given again: no change set holds one. */
import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ChangeSetDetails } from '../../../client/index.ts';
import { objectsOf } from '../review/plan-rows.ts';
import { PemField } from '../tls/pem-field.tsx';

/** Whether something of it is still to be sent together with a private key. */
export function needsKey({ plans }: Pick<ChangeSetDetails, 'plans'>): boolean {
  return plans.some((plan) =>
    objectsOf(plan).some(
      ({ id, keySha256 }) =>
        keySha256 !== null &&
        !plan.outcomes.some(({ groupId, state }) => groupId === id && state !== 'not-applied'),
    ),
  );
}

export function KeyForm({
  isBusy,
  onKey,
}: {
  readonly isBusy: boolean;
  readonly onKey: (privateKey: string) => void;
}): ReactNode {
  const [privateKey, setKey] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onKey(privateKey);
  };
  return (
    <form className="card stack stack--tight" aria-label="Private key" onSubmit={submit}>
      <PemField
        label="Private key"
        description="It uploads a certificate, whose key is stored nowhere: give it again. PEM, unencrypted"
        value={privateKey}
        onChange={setKey}
      />
      <div className="row">
        <Button type="submit" loading={isBusy}>
          Apply with this key
        </Button>
      </div>
    </form>
  );
}

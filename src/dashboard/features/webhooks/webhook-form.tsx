/** Address, words and events of a webhook: for a new one, and for one that is there. */
import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Webhook } from '../../../client/index.ts';
import { CardForm } from '../../kit/card-form.tsx';
import { EventTypes } from './event-types.tsx';

export interface WebhookWish {
  readonly url: string;
  readonly description: string;
  readonly types: readonly string[] | null;
}

export function WebhookForm({
  title,
  action,
  of = null,
  onSave,
  onCancel,
}: {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  /** What is there already. */
  readonly of?: Webhook | null;
  readonly onSave: (wish: WebhookWish) => Promise<void>;
  readonly onCancel: () => void;
}): ReactNode {
  const [wish, setWish] = useState<WebhookWish>({
    url: of?.url ?? '',
    description: of?.description ?? '',
    types: of?.types ?? null,
  });
  const save = useMutation({ mutationFn: () => onSave({ ...wish, url: wish.url.trim() }) });
  const isWhole = wish.url.trim() !== '' && wish.types?.length !== 0;
  return (
    <CardForm title={title} action={action} isWhole={isWhole} sending={save} onCancel={onCancel}>
      <div className="zw-twocolumns">
        <TextInput
          label="Address"
          description="Each event is posted there, signed"
          placeholder="https://product.example/hooks/zoneward"
          value={wish.url}
          onChange={(event) => setWish({ ...wish, url: event.currentTarget.value })}
          spellCheck={false}
          autoComplete="off"
          required
          autoFocus
        />
        <TextInput
          label="Description"
          description="For people"
          value={wish.description}
          onChange={(event) => setWish({ ...wish, description: event.currentTarget.value })}
          maxLength={1_024}
        />
      </div>
      <EventTypes types={wish.types} onChange={(types) => setWish({ ...wish, types })} />
    </CardForm>
  );
}

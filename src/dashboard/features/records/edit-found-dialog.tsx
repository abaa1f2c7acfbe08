/** What is to become of all records that a search found. */
import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';

export interface FoundSet {
  readonly content?: string;
  readonly ttl?: string;
  readonly proxied?: boolean;
}

export function EditFoundDialog({
  isOpen,
  count,
  content,
  onClose,
  onSet,
}: {
  readonly isOpen: boolean;
  readonly count: number;
  /** What was searched for, to begin with. */
  readonly content: string;
  readonly onClose: () => void;
  readonly onSet: (set: FoundSet) => void;
}): ReactNode {
  const [next, setNext] = useState('');
  const [ttl, setTtl] = useState('');
  const [proxied, setProxied] = useState('');
  const set: FoundSet = {
    ...(next.trim() === '' ? {} : { content: next.trim() }),
    ...(ttl.trim() === '' ? {} : { ttl: ttl.trim() }),
    ...(proxied === '' ? {} : { proxied: proxied === 'yes' }),
  };
  const isEmpty = Object.keys(set).length === 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isEmpty) onSet(set);
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Edit ${count} ${count === 1 ? 'record' : 'records'}`}>
      <form className="stack" onSubmit={submit}>
        <p className="small soft">
          What you leave empty stays as it is. The plan comes first; nothing is written yet.
        </p>
        <TextInput
          label="New content"
          description={content === '' ? undefined : `instead of what holds ${content}`}
          classNames={{ input: 'mono' }}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          spellCheck={false}
          data-autofocus
        />
        <TextInput
          label="New TTL"
          placeholder="auto, 300, 5m"
          value={ttl}
          onChange={(event) => setTtl(event.currentTarget.value)}
        />
        <NativeSelect
          label="Proxy"
          value={proxied}
          onChange={(event) => setProxied(event.currentTarget.value)}
          data={[
            { value: '', label: 'as it is' },
            { value: 'yes', label: 'on' },
            { value: 'no', label: 'off' },
          ]}
        />
        <Button type="submit" disabled={isEmpty}>
          Plan it
        </Button>
      </form>
    </Modal>
  );
}

/** What can be done to the selected records at once. Each act is one step, so one Ctrl+Z takes it back. */
import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DnsRecord } from '../../../client/index.ts';
import { Icon } from '../../kit/icons.tsx';
import { toast } from '../../kit/toasts.tsx';
import { isProxiable } from './record-types.ts';
import { editOf, type RecordSet, replaceIn, type Staged, type Staging, withStaged } from './staging.ts';

interface BulkProps {
  readonly zone: string;
  /** As they are shown, with what is staged for them. */
  readonly records: readonly DnsRecord[];
  readonly staging: Staging;
  readonly onStage: (changes: readonly Staged[]) => void;
  readonly onRemove: () => void;
  readonly onClear: () => void;
}

export function BulkBar(props: BulkProps): ReactNode {
  const { records, onClear, onRemove } = props;
  const [dialog, setDialog] = useState<'replace' | 'ttl' | null>(null);
  const editable = records.filter(({ id, readOnly }) => readOnly === null && !id.startsWith('new-'));
  const setAll = (which: readonly DnsRecord[], set: RecordSet, what: string): void => {
    const changes = which.map((record) => editOf(props.staging, record, set));
    props.onStage(changes);
    toast(`Staged: ${what} of ${which.length} ${which.length === 1 ? 'record' : 'records'}`);
    setDialog(null);
  };
  const proxiable = editable.filter(({ type }) => isProxiable(type));
  return (
    <section className="zw-foot zw-foot--bulk" aria-label="Selected records">
      <strong>{records.length.toLocaleString('en')} selected</strong>
      <div className="row grow">
        <Button size="compact-sm" variant="default" onClick={() => setDialog('replace')}>
          Find and replace…
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setDialog('ttl')}>
          TTL…
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={proxiable.length === 0}
          onClick={() => setAll(proxiable, { proxied: true }, 'the proxy on')}
        >
          Proxy on
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={proxiable.length === 0}
          onClick={() => setAll(proxiable, { proxied: false }, 'the proxy off')}
        >
          Proxy off
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          color="red"
          leftSection={<Icon name="trash" size={14} />}
          onClick={onRemove}
        >
          Remove
        </Button>
      </div>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Select none
      </Button>
      <ReplaceDialog
        isOpen={dialog === 'replace'}
        onClose={() => setDialog(null)}
        records={editable}
        staging={props.staging}
        onStage={(changes) => {
          props.onStage(changes);
          toast(`Staged: ${changes.length} replaced`);
          setDialog(null);
        }}
      />
      <TtlDialog
        isOpen={dialog === 'ttl'}
        onClose={() => setDialog(null)}
        onSet={(ttl) => setAll(editable, { ttl }, `TTL ${ttl}`)}
      />
    </section>
  );
}

const EXAMPLES_MAX = 4;

function ReplaceDialog({
  isOpen,
  onClose,
  records,
  staging,
  onStage,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly records: readonly DnsRecord[];
  readonly staging: Staging;
  readonly onStage: (changes: readonly Staged[]) => void;
}): ReactNode {
  const [field, setField] = useState<'content' | 'name' | 'comment'>('content');
  const [find, setFind] = useState('');
  const [replace, setReplace] = useState('');
  const changes = isOpen ? replaceIn(staging, records, { field, find, replace }) : [];
  const byId = new Map(records.map((one) => [one.id, one]));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (changes.length > 0) onStage(changes);
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="Find and replace">
      <form className="stack" onSubmit={submit}>
        <NativeSelect
          label="In"
          value={field}
          onChange={(event) => setField(event.currentTarget.value as 'content' | 'name' | 'comment')}
          data={[
            { value: 'content', label: 'Content' },
            { value: 'name', label: 'Name' },
            { value: 'comment', label: 'Comment' },
          ]}
        />
        <TextInput
          label="Find"
          classNames={{ input: 'mono' }}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
          data-autofocus
          spellCheck={false}
        />
        <TextInput
          label="Replace with"
          classNames={{ input: 'mono' }}
          value={replace}
          onChange={(event) => setReplace(event.currentTarget.value)}
          spellCheck={false}
        />
        <div role="status" className="small soft">
          {find === ''
            ? `In ${records.length} records.`
            : `${changes.length} of ${records.length} records hold it.`}
          {changes.slice(0, EXAMPLES_MAX).map((change) => {
            const record = byId.get(change.key);
            if (record === undefined || change.kind !== 'edit') return null;
            const next = withStaged(record, change);
            return (
              <div key={change.key} className="mono cut">
                {record[field]} → {next[field]}
              </div>
            );
          })}
        </div>
        <Button type="submit" disabled={changes.length === 0}>
          Stage {changes.length} {changes.length === 1 ? 'change' : 'changes'}
        </Button>
      </form>
    </Modal>
  );
}

function TtlDialog({
  isOpen,
  onClose,
  onSet,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onSet: (ttl: string) => void;
}): ReactNode {
  const [ttl, setTtl] = useState('300');
  const isValid = /^(auto|\d+\s*[smhd]?)$/i.test(ttl.trim());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) onSet(ttl.trim().toLowerCase());
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="TTL of the selected records">
      <form className="stack" onSubmit={submit}>
        <TextInput
          label="TTL"
          description="auto, seconds, or 5m, 1h, 1d"
          value={ttl}
          onChange={(event) => setTtl(event.currentTarget.value)}
          error={isValid ? null : 'This is no time.'}
          data-autofocus
        />
        <Button type="submit" disabled={!isValid}>
          Stage
        </Button>
      </form>
    </Modal>
  );
}

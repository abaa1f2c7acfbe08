/** What a new API key may do, what it reaches, and for how long. */
import { Checkbox, MultiSelect, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { CreatedApiKey, NewApiKey } from '../../../client/index.ts';
import { useConnections, useZones } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { CardForm } from '../../kit/card-form.tsx';
import { readableName } from '../zones/names.ts';
import { patternsOf, SCOPES, type Scope } from './key-words.ts';

const DAY_MS = 86_400_000;
const LASTS: readonly (readonly [days: string, label: string])[] = [
  ['', 'until it is revoked'],
  ['7', 'a week'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
];
/** More are found by typing. */
const CHOICES_MAX = 50;

interface Draft {
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly connectionIds: readonly string[];
  readonly zoneIds: readonly string[];
  readonly patterns: string;
  readonly lasts: string;
}

const EMPTY: Draft = {
  label: '',
  scopes: ['read'],
  connectionIds: [],
  zoneIds: [],
  patterns: '',
  lasts: '',
};

interface FieldsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

export function KeyForm({
  onMade,
  onCancel,
}: {
  readonly onMade: (key: CreatedApiKey) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const [draft, setDraft] = useState(EMPTY);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const make = useMutation({
    mutationFn: () => api.createApiKey({ body: wishOf(draft) }),
    onSuccess: onMade,
  });
  const isWhole = draft.label.trim() !== '' && draft.scopes.length > 0;
  return (
    <CardForm
      title="A new API key"
      action="Make the key"
      isWhole={isWhole}
      sending={make}
      onCancel={onCancel}
    >
      <div className="zw-fields2">
        <TextInput
          label="Label"
          placeholder="backend, production"
          value={draft.label}
          onChange={(event) => set({ label: event.currentTarget.value })}
          maxLength={128}
          autoComplete="off"
          required
          autoFocus
        />
        <NativeSelect
          label="It stands"
          value={draft.lasts}
          onChange={(event) => set({ lasts: event.currentTarget.value })}
          data={LASTS.map(([value, label]) => ({ value, label }))}
        />
      </div>
      <Scopes draft={draft} set={set} />
      <Reach draft={draft} set={set} />
    </CardForm>
  );
}

function Scopes({ draft: { scopes }, set }: FieldsProps): ReactNode {
  const isAdmin = scopes.includes('admin');
  return (
    <fieldset className="zw-fieldset">
      <legend>What it may do</legend>
      <div className="zw-fields2">
        {SCOPES.map(([scope, says]) => (
          <Checkbox
            key={scope}
            label={scope}
            description={says}
            checked={scopes.includes(scope) || isAdmin}
            disabled={isAdmin && scope !== 'admin'}
            onChange={(event) =>
              set({
                scopes: event.currentTarget.checked
                  ? [...scopes, scope]
                  : scopes.filter((one) => one !== scope),
              })
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

function Reach({ draft, set }: FieldsProps): ReactNode {
  const connections = useConnections();
  const zones = useZones();
  return (
    <fieldset className="zw-fieldset">
      <legend>What it reaches</legend>
      <div className="zw-fields2">
        <MultiSelect
          label="Connections"
          placeholder={draft.connectionIds.length === 0 ? 'all of them' : ''}
          value={[...draft.connectionIds]}
          onChange={(connectionIds) => set({ connectionIds })}
          data={(connections.data ?? []).map(({ id, label }) => ({ value: id, label }))}
          searchable
          clearable
          limit={CHOICES_MAX}
          nothingFoundMessage="No connection is called so"
        />
        <MultiSelect
          label="Zones"
          placeholder={draft.zoneIds.length === 0 ? 'all of them' : ''}
          value={[...draft.zoneIds]}
          onChange={(zoneIds) => set({ zoneIds })}
          data={(zones.data ?? []).map(({ id, name }) => ({ value: id, label: readableName(name) }))}
          searchable
          clearable
          limit={CHOICES_MAX}
          nothingFoundMessage="No zone is called so"
        />
        <Textarea
          label="Names in a zone"
          placeholder="all of them, or: @ *.dyn"
          value={draft.patterns}
          onChange={(event) => set({ patterns: event.currentTarget.value })}
          classNames={{ input: 'mono' }}
          autosize
          minRows={1}
          maxRows={6}
          spellCheck={false}
        />
      </div>
    </fieldset>
  );
}

/** Empty is everything: a key is narrowed by what is named. */
function wishOf({ label, scopes, connectionIds, zoneIds, patterns, lasts }: Draft): NewApiKey {
  const some = (ids: readonly string[]): readonly string[] | null => (ids.length === 0 ? null : ids);
  return {
    label: label.trim(),
    scopes: scopes.includes('admin') ? ['admin'] : scopes,
    connectionIds: some(connectionIds),
    zoneIds: some(zoneIds),
    namePatterns: patternsOf(patterns),
    ...(lasts === '' ? {} : { expiresAt: new Date(Date.now() + Number(lasts) * DAY_MS).toISOString() }),
  };
}

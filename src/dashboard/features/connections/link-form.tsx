/** What a link for a customer opens: for what, under which name, in which colours, for how long. */
import { ColorInput, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { MadeConnectSession, NewConnectSession } from '../../../client/index.ts';
import { useConnections } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { CardForm } from '../../kit/card-form.tsx';

const LASTS: readonly (readonly [seconds: string, label: string])[] = [
  ['1800', 'half an hour'],
  ['14400', '4 hours'],
  ['86400', 'a day'],
  ['259200', '3 days'],
  ['604800', '7 days'],
];
const SWATCHES = ['#0e5f5c', '#1d4ed8', '#7a2ea0', '#c2410c', '#15803d', '#111827'];

interface Draft {
  readonly profile: 'minimum' | 'full';
  readonly label: string;
  readonly relink: string;
  readonly brand: string;
  readonly colour: string;
  readonly logoUrl: string;
  readonly returnUrl: string;
  readonly lasts: string;
}

const EMPTY: Draft = {
  profile: 'full',
  label: '',
  relink: '',
  brand: '',
  colour: '',
  logoUrl: '',
  returnUrl: '',
  lasts: '86400',
};

interface FieldsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

export function LinkForm({
  onMade,
  onCancel,
}: {
  readonly onMade: (link: MadeConnectSession) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const [draft, setDraft] = useState(EMPTY);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const make = useMutation({
    mutationFn: () => api.createConnectSession({ body: wishOf(draft) }),
    onSuccess: onMade,
  });
  return (
    <CardForm title="A link for a customer" action="Make the link" sending={make} onCancel={onCancel}>
      <Purpose draft={draft} set={set} />
      <Look draft={draft} set={set} />
    </CardForm>
  );
}

function Purpose({ draft, set }: FieldsProps): ReactNode {
  const connections = useConnections();
  return (
    <>
      <SegmentedControl
        className="zw-narrow"
        aria-label="What the credential shall be able to do"
        value={draft.profile}
        onChange={(value) => set({ profile: value === 'minimum' ? 'minimum' : 'full' })}
        data={[
          { value: 'full', label: 'See and change' },
          { value: 'minimum', label: 'See only' },
        ]}
      />
      <div className="zw-fields2">
        <NativeSelect
          label="For"
          value={draft.relink}
          onChange={(event) => set({ relink: event.currentTarget.value })}
          data={[
            { value: '', label: 'a new connection' },
            ...(connections.data ?? []).map(({ id, label }) => ({
              value: id,
              label: `a new credential for ${label}`,
            })),
          ]}
        />
        <TextInput
          label="Name of the connection"
          placeholder="the customer may name it"
          value={draft.label}
          onChange={(event) => set({ label: event.currentTarget.value })}
          disabled={draft.relink !== ''}
        />
        <NativeSelect
          label="The link lasts"
          value={draft.lasts}
          onChange={(event) => set({ lasts: event.currentTarget.value })}
          data={LASTS.map(([value, label]) => ({ value, label }))}
        />
      </div>
    </>
  );
}

function Look({ draft, set }: FieldsProps): ReactNode {
  return (
    <fieldset className="zw-fieldset">
      <legend>As the customer sees it</legend>
      <div className="zw-fields2">
        <TextInput
          label="Your name"
          placeholder="Zoneward"
          value={draft.brand}
          onChange={(event) => set({ brand: event.currentTarget.value })}
        />
        <ColorInput
          label="Colour"
          placeholder="#0e5f5c"
          format="hex"
          swatches={SWATCHES}
          value={draft.colour}
          onChange={(colour) => set({ colour })}
          disabled={draft.brand.trim() === ''}
        />
        <TextInput
          label="Address of a logo"
          placeholder="https://…"
          value={draft.logoUrl}
          onChange={(event) => set({ logoUrl: event.currentTarget.value })}
          disabled={draft.brand.trim() === ''}
          spellCheck={false}
        />
        <TextInput
          label="Then back to"
          placeholder="https://…"
          value={draft.returnUrl}
          onChange={(event) => set({ returnUrl: event.currentTarget.value })}
          spellCheck={false}
        />
      </div>
    </fieldset>
  );
}

/** Without what was left empty: colours and a logo belong to a name. */
function wishOf(draft: Draft): NewConnectSession {
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const [label, name, returnUrl] = [text(draft.label), text(draft.brand), text(draft.returnUrl)];
  return {
    profile: draft.profile,
    lastsSeconds: Number(draft.lasts),
    ...(draft.relink === '' ? (label === null ? {} : { label }) : { relink: draft.relink }),
    ...(returnUrl === null ? {} : { returnUrl }),
    ...(name === null ? {} : { brand: { name, colour: text(draft.colour), logoUrl: text(draft.logoUrl) } }),
  };
}

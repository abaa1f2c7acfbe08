/**
 * One record, edited where it stands. It is checked while one types (by the server, which knows the rules and asks
 * Cloudflare nothing); Enter or Ctrl+S stages it, Escape leaves it as it was.
 */
import { Autocomplete, Button, Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { InputProblem, RecordText } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import { api } from '../../api/session.ts';
import { useHotkey } from '../../kit/hotkeys.ts';
import { isProxiable, TYPE_HINTS } from './record-types.ts';

const CHECK_AFTER_MS = 180;
const TTLS = ['auto', '60', '300', '1800', '3600', '14400', '86400'];

export function RecordEditor({
  zone,
  value,
  isNew,
  onStage,
  onCancel,
}: {
  readonly zone: string;
  readonly value: Required<RecordText>;
  readonly isNew: boolean;
  readonly onStage: (record: Required<RecordText>) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const [draft, setDraft] = useState(value);
  const problems = useRecordCheck(zone, draft);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const form = useRef<HTMLFormElement>(null);
  // All of it is to be seen, also when the row stands at the edge.
  useEffect(() => {
    void form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const set = (change: Partial<RecordText>): void => setDraft((before) => ({ ...before, ...change }));
  const stage = (): void => {
    if (errors.length === 0 && draft.content.trim() !== '')
      onStage({ ...draft, proxied: isProxiable(draft.type) && draft.proxied });
  };
  useHotkey('mod+s', stage);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    stage();
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    onCancel();
  };
  const canStage = errors.length === 0 && draft.content.trim() !== '';
  return (
    <form
      ref={form}
      className="zw-editor"
      data-keeps-focus
      onSubmit={submit}
      onKeyDown={leave}
      aria-label={isNew ? 'New record' : `Edit ${value.name} ${value.type}`}
    >
      <RecordFields draft={draft} set={set} isNew={isNew} isWrong={errors.length > 0} />
      <Problems problems={draft.content === '' ? [] : problems} />
      <div className="row row--apart">
        <Checkbox
          label="Proxied through Cloudflare"
          checked={isProxiable(draft.type) && draft.proxied}
          disabled={!isProxiable(draft.type)}
          onChange={(event) => set({ proxied: event.currentTarget.checked })}
        />
        <div className="row">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" disabled={!canStage}>
            {isNew ? 'Stage new record' : 'Stage change'}
          </Button>
        </div>
      </div>
    </form>
  );
}

function RecordFields({
  draft,
  set,
  isNew,
  isWrong,
}: {
  readonly draft: Required<RecordText>;
  readonly set: (change: Partial<RecordText>) => void;
  readonly isNew: boolean;
  readonly isWrong: boolean;
}): ReactNode {
  const hint = TYPE_HINTS.find(({ type }) => type === draft.type);
  return (
    <div className="zw-editor__fields">
      <TextInput
        label="Name"
        classNames={{ input: 'mono' }}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        placeholder="@ or www"
        autoFocus={isNew}
        spellCheck={false}
      />
      <Select
        label="Type"
        value={draft.type}
        onChange={(type) => set({ type: type ?? draft.type })}
        data={[...new Set([...TYPE_HINTS.map(({ type }) => type), draft.type])]}
        searchable
        allowDeselect={false}
        comboboxProps={{ width: 140, position: 'bottom-start' }}
      />
      <TextInput
        className="zw-editor__content"
        label={`Content${hint === undefined ? '' : `: ${hint.what}`}`}
        classNames={{ input: 'mono' }}
        value={draft.content}
        onChange={(event) => set({ content: event.currentTarget.value })}
        placeholder={hint?.example ?? ''}
        error={isWrong && draft.content !== ''}
        autoFocus={!isNew}
        spellCheck={false}
        autoComplete="off"
      />
      <Autocomplete
        label="TTL"
        value={draft.ttl}
        onChange={(ttl) => set({ ttl })}
        data={TTLS}
        comboboxProps={{ width: 110, position: 'bottom-start' }}
      />
      <TextInput
        label="Comment"
        value={draft.comment}
        onChange={(event) => set({ comment: event.currentTarget.value })}
      />
      <TagsInput
        label="Tags"
        value={[...draft.tags]}
        onChange={(tags) => set({ tags })}
        placeholder={draft.tags.length === 0 ? 'name:value' : ''}
      />
    </div>
  );
}

function Problems({ problems }: { readonly problems: readonly InputProblem[] }): ReactNode {
  return (
    <div role="status" aria-live="polite" className="zw-editor__problems">
      {problems.map((problem) => (
        <p key={`${problem.code} ${problem.message}`} className={`small is-${problem.severity}`}>
          {problem.message}
          {typeof problem['next'] === 'string' ? <span className="soft"> {problem['next']}</span> : null}
        </p>
      ))}
    </div>
  );
}

/** What the server says of the record as it is typed; the last answer stands while the next is on its way. */
function useRecordCheck(zone: string, draft: Required<RecordText>): readonly InputProblem[] {
  const [settled] = useDebouncedValue(draft, CHECK_AFTER_MS);
  const { data, error } = useQuery({
    queryKey: ['record-check', zone, settled],
    queryFn: async ({ signal }) => (await api.checkRecord({ zone, body: settled }, { signal })).problems,
    enabled: settled.content.trim() !== '',
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  if (error !== null) {
    const { code, detail, status } = failureOf(error);
    // That the check cannot be made is no fault of the record; the plan will look at it again.
    return [{ code, severity: status === 422 ? 'error' : 'warning', message: detail }];
  }
  return data ?? [];
}

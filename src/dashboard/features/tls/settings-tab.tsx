/** Settings of a zone and of its DNS: shown by what they are called, edited in place, planned together. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { SettingList, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { type SettingRow, settingRows, wordOf } from './setting-rows.ts';

type Setting = SettingList['items'][number];

export function SettingsTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const settings = useQuery({
    queryKey: ['settings', zone.id],
    queryFn: async ({ signal }) => (await api.listSettings({ zone: zone.id }, { signal })).items,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  if (settings.isPending) return <Loading what="settings: each is asked of Cloudflare" />;
  if (settings.error !== null)
    return <Problem error={settings.error} onRetry={() => void settings.refetch()} />;
  return <Known zone={zone} settings={settings.data} />;
}

function Known({
  zone,
  settings,
}: {
  readonly zone: ZoneWithAdvice;
  readonly settings: readonly Setting[];
}): ReactNode {
  const [search, setSearch] = useQueryState('search');
  const [wanted, setWanted] = useState<ReadonlyMap<string, string>>(new Map());
  const [, go] = useLocation();
  const rows = useMemo(() => settings.flatMap(settingRows), [settings]);
  const shown = rows.filter(({ name }) => name.includes(search.trim().toLowerCase().replaceAll(' ', '_')));
  const words = rows.flatMap((row) => {
    const value = wanted.get(row.name);
    return value === undefined || value === row.text ? [] : [wordOf(row.name, value)];
  });
  const plan = (): void =>
    go(
      `/zones/${zone.name}/settings-plan?${words.map((word) => `set=${encodeURIComponent(word)}`).join('&')}`,
    );
  useHotkey('mod+s', plan, words.length > 0);
  const set = (name: string, value: string): void => setWanted(new Map(wanted).set(name, value));
  return (
    <div className="stack">
      <search className="zw-filters">
        <SearchField label="Find a setting" value={search} onChange={setSearch} />
      </search>
      {shown.length === 0 ? (
        <Empty icon="search" title="No setting is called so" />
      ) : (
        <section className="card zw-settings" aria-label="Settings">
          {shown.map((row) => (
            <SettingField key={row.name} row={row} value={wanted.get(row.name) ?? row.text} onChange={set} />
          ))}
        </section>
      )}
      {words.length === 0 ? null : (
        <section className="zw-foot" aria-label="Staged settings">
          <strong className="grow">
            {words.length} {words.length === 1 ? 'change' : 'changes'}
          </strong>
          <Button variant="default" onClick={() => setWanted(new Map())}>
            Discard
          </Button>
          <Button onClick={plan}>Review the plan</Button>
        </section>
      )}
    </div>
  );
}

function SettingField({
  row: { name, text, choices, isEditable, error },
  value,
  onChange,
}: {
  readonly row: SettingRow;
  readonly value: string;
  readonly onChange: (name: string, value: string) => void;
}): ReactNode {
  const id = `setting-${name}`;
  const isChanged = value !== text;
  return (
    <div className="zw-setting" data-changed={isChanged || undefined}>
      <label htmlFor={id} className="mono">
        {name}
      </label>
      {error !== null ? (
        <span className="small soft">{error}</span>
      ) : choices === null ? (
        <TextInput
          id={id}
          size="xs"
          value={value}
          disabled={!isEditable}
          onChange={(event) => onChange(name, event.currentTarget.value)}
        />
      ) : (
        <NativeSelect
          id={id}
          size="xs"
          value={value}
          disabled={!isEditable}
          onChange={(event) => onChange(name, event.currentTarget.value)}
          data={[...choices]}
        />
      )}
      {isEditable || error !== null ? null : <Badge tone="plain">not editable here</Badge>}
      {isChanged ? <Badge tone="update">was {text === '' ? 'empty' : text}</Badge> : null}
    </div>
  );
}

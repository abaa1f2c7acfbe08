/** Settings of a zone and of its DNS: shown by what they are called, edited in place, planned together. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { SettingList, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { GROUP_NAMES, grouped, groupOf } from './setting-groups.ts';
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
  const [only, setOnly] = useQueryState('group');
  const [editable, setEditable] = useQueryState('editable');
  const [wanted, setWanted] = useState<ReadonlyMap<string, string>>(new Map());
  const [, go] = useLocation();
  const rows = useMemo(() => settings.flatMap(settingRows), [settings]);
  const text = search.trim().toLowerCase().replaceAll(' ', '_');
  const shown = rows.filter(
    (row) =>
      row.name.includes(text) &&
      (only === '' || groupOf(row.name) === only) &&
      (editable === '' || row.isEditable),
  );
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
        <FilterSelect
          label="All groups"
          value={only}
          onChange={setOnly}
          choices={GROUP_NAMES.map((group) => [group, group] as const)}
        />
        <FilterSelect
          label="Editable or not"
          value={editable}
          onChange={setEditable}
          choices={[['only', 'Editable only']]}
        />
        <span className="small soft" role="status">
          {shown.length} of {rows.length}
        </span>
      </search>
      {shown.length === 0 ? (
        <Empty icon="search" title="No setting fits">
          Take a filter away, or search for another part of its name.
        </Empty>
      ) : (
        grouped(shown).map(([group, ones]) => (
          <section key={group} className="stack stack--tight" aria-label={group}>
            <h2>{group}</h2>
            <div className="card zw-settings">
              {ones.map((row) => (
                <SettingField
                  key={row.name}
                  row={row}
                  value={wanted.get(row.name) ?? row.text}
                  onChange={set}
                />
              ))}
            </div>
          </section>
        ))
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
  if (!isEditable)
    return (
      <div className="zw-setting is-fixed">
        <span className="mono">{name}</span>
        {error === null ? (
          <>
            <span className="mono cut" title={text}>
              {text === '' ? <span className="soft">empty</span> : text}
            </span>
            <span className="tiny soft">not to be changed on this plan, or by this credential</span>
          </>
        ) : (
          <span className="small zw-setting__error">{error}</span>
        )}
      </div>
    );
  return (
    <div className="zw-setting" data-changed={isChanged || undefined}>
      <label htmlFor={id} className="mono">
        {name}
      </label>
      {choices === null ? (
        <TextInput
          id={id}
          size="xs"
          value={value}
          onChange={(event) => onChange(name, event.currentTarget.value)}
        />
      ) : (
        <NativeSelect
          id={id}
          size="xs"
          value={value}
          onChange={(event) => onChange(name, event.currentTarget.value)}
          data={[...choices]}
        />
      )}
      {isChanged ? <Badge tone="update">was {text === '' ? 'empty' : text}</Badge> : null}
    </div>
  );
}

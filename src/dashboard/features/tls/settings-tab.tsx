/** Settings of a zone and of its DNS: shown by what they are called, edited in place, planned together. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { SettingList, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { SettingField } from './setting-field.tsx';
import { GROUP_NAMES, grouped, groupOf } from './setting-groups.ts';
import { faultOf, type SettingRow, settingRows, wordOf } from './setting-rows.ts';

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
  const [wanted, setWanted] = useState<ReadonlyMap<string, string>>(new Map());
  const [, go] = useLocation();
  const rows = useMemo(() => settings.flatMap(settingRows), [settings]);
  const changed = rows.flatMap((row) => {
    const value = wanted.get(row.name);
    return value === undefined || value === row.text ? [] : [{ row, value }];
  });
  const isWrong = changed.some(({ row, value }) => faultOf(row, value) !== null);
  const plan = (): void => {
    const words = changed.map(({ row, value }) => `set=${encodeURIComponent(wordOf(row.name, value))}`);
    go(`/zones/${zone.name}/settings-plan?${words.join('&')}`);
  };
  const mayPlan = changed.length > 0 && !isWrong;
  useHotkey('mod+s', plan, mayPlan);
  return (
    <div className="stack">
      <Found
        rows={rows}
        wanted={wanted}
        onChange={(name, value) => setWanted(new Map(wanted).set(name, value))}
      />
      {changed.length === 0 ? null : (
        <section className="zw-foot" aria-label="Staged settings">
          <strong className="grow">
            {changed.length} {changed.length === 1 ? 'change' : 'changes'}
          </strong>
          <Button variant="default" onClick={() => setWanted(new Map())}>
            Discard
          </Button>
          <Button disabled={!mayPlan} onClick={plan}>
            Review the plan
          </Button>
        </section>
      )}
    </div>
  );
}

function Found({
  rows,
  wanted,
  onChange,
}: {
  readonly rows: readonly SettingRow[];
  readonly wanted: ReadonlyMap<string, string>;
  readonly onChange: (name: string, value: string) => void;
}): ReactNode {
  const [search, setSearch] = useQueryState('search');
  const [only, setOnly] = useQueryState('group');
  const [editable, setEditable] = useQueryState('editable');
  const text = search.trim().toLowerCase();
  const shown = rows.filter(
    ({ name, title, isEditable }) =>
      [name, name.replaceAll('_', ' '), title.toLowerCase()].some((one) => one.includes(text)) &&
      (only === '' || groupOf(name) === only) &&
      (editable === '' || isEditable),
  );
  return (
    <>
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
                  onChange={(value) => onChange(row.name, value)}
                />
              ))}
            </div>
          </section>
        ))
      )}
    </>
  );
}

/** Above the records: search and filters, which live in the address; files; a new record. */
import { Button, Menu } from '@mantine/core';
import type { ReactNode, RefObject } from 'react';
import { useLocation } from 'wouter';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Icon } from '../../kit/icons.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { ExportMenuItems } from './export-menu.tsx';
import type { RowFilter } from './record-rows.ts';

type SetFilter = { readonly [Name in keyof RowFilter]: (value: string) => void };

export function useRowFilter(): readonly [RowFilter, SetFilter] {
  const [text, setText] = useQueryState('search');
  const [type, setType] = useQueryState('type');
  const [proxied, setProxied] = useQueryState('proxied');
  const [only, setOnly] = useQueryState('show');
  return [
    { text, type, proxied, only },
    { text: setText, type: setType, proxied: setProxied, only: setOnly },
  ];
}

export function RecordToolbar({
  zone,
  types,
  shown,
  total,
  hasStaged,
  filter,
  set,
  newButton,
  onNew,
}: {
  readonly zone: string;
  readonly types: readonly string[];
  readonly shown: number;
  readonly total: number;
  readonly hasStaged: boolean;
  readonly filter: RowFilter;
  readonly set: SetFilter;
  readonly newButton: RefObject<HTMLButtonElement | null>;
  readonly onNew: () => void;
}): ReactNode {
  return (
    <div className="zw-toolbar">
      <search className="zw-filters grow">
        <SearchField label="Search records" value={filter.text} onChange={set.text} />
        <FilterSelect
          label="Any type"
          value={filter.type}
          onChange={set.type}
          choices={types.map((one) => [one, one])}
        />
        <FilterSelect
          label="Proxied or not"
          value={filter.proxied}
          onChange={set.proxied}
          choices={[
            ['yes', 'Proxied'],
            ['no', 'DNS only'],
          ]}
        />
        {hasStaged ? (
          <FilterSelect
            label="All records"
            value={filter.only}
            onChange={set.only}
            choices={[['staged', 'Staged only']]}
          />
        ) : null}
        <span className="soft small" role="status">
          {shown === total
            ? `${total.toLocaleString('en')} records`
            : `${shown.toLocaleString('en')} of ${total.toLocaleString('en')}`}
        </span>
      </search>
      <div className="row">
        <FileMenu zone={zone} />
        <Button ref={newButton} leftSection={<Icon name="add" />} onClick={onNew}>
          New record
        </Button>
      </div>
    </div>
  );
}

function FileMenu({ zone }: { readonly zone: string }): ReactNode {
  const [, go] = useLocation();
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="dots" />}>
          File
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="upload" />} onClick={() => go(`/zones/${zone}/import`)}>
          Import a zone file…
        </Menu.Item>
        <ExportMenuItems zone={zone} />
      </Menu.Dropdown>
    </Menu>
  );
}

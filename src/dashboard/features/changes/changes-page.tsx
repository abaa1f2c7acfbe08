/** All change sets, newest first. */
import type { ReactNode } from 'react';
import { type ChangeSetFilter, useZones } from '../../api/queries.ts';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Page } from '../../kit/page.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { readableName } from '../zones/names.ts';
import { ChangeList } from './change-list.tsx';

export const STATUSES = [
  'planned',
  'approved',
  'applying',
  'applied',
  'partly-applied',
  'failed',
  'interrupted',
  'cancelled',
  'unknown',
] as const;

/** More zones than a select can show are narrowed on the zone's own page. */
const ZONES_SHOWN_MAX = 300;

export function ChangesPage(): ReactNode {
  const [status, setStatus] = useQueryState('status');
  const [zone, setZone] = useQueryState('zone');
  const zones = useZones();
  const known = STATUSES.find((one) => one === status);
  const filter: ChangeSetFilter = {
    ...(known === undefined ? {} : { status: known }),
    ...(zone === '' ? {} : { zone }),
  };
  return (
    <Page title="Changes" fills lead="What was planned and applied, and what can be taken back">
      <search className="zw-filters">
        <FilterSelect
          label="Any status"
          value={status}
          onChange={setStatus}
          choices={STATUSES.map((one) => [one, one])}
        />
        <FilterSelect
          label="Any zone"
          value={zone}
          onChange={setZone}
          choices={(zones.data ?? [])
            .slice(0, ZONES_SHOWN_MAX)
            .map(({ id, name }) => [id, readableName(name)])}
        />
      </search>
      <ChangeList filter={filter} isFiltered={status !== '' || zone !== ''} />
    </Page>
  );
}

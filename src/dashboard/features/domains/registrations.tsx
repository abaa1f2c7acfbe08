/** What an account holds: each name with its end and whether it renews itself. */
import { Button, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ExpiryCalendar, Registration, RegistrationList } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SaveButton } from '../../kit/save-button.tsx';
import { SearchField } from '../../kit/search-field.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { counted } from '../../kit/words.ts';
import { readableName } from '../zones/names.ts';
import { ExpiryMonths } from './expiry-months.tsx';
import { domainsAt, type Place } from './place.ts';

const SEARCH_FROM = 6;

interface Held {
  readonly list: RegistrationList;
  readonly calendar: ExpiryCalendar['items'];
}

export function Registrations({ place }: { readonly place: Place }): ReactNode {
  const queries = useQueryClient();
  const key = ['domains', place];
  const read = async (refresh: boolean, signal?: AbortSignal): Promise<Held> => {
    const how = signal === undefined ? {} : { signal };
    const list = await api.listDomains({ query: { ...place, ...(refresh ? { refresh } : {}) } }, how);
    const { items } = await api.domainCalendar({ query: { ...place } }, how);
    return { list, calendar: items };
  };
  const held = useQuery({ queryKey: key, queryFn: ({ signal }) => read(false, signal) });
  const again = useMutation({
    mutationFn: () => read(true),
    onSuccess: (fresh) => queries.setQueryData(key, fresh),
    onError: (error) => toast(error instanceof Error ? error.message : String(error), 'problem'),
  });
  if (held.isPending) return <Loading what="registrations" />;
  if (held.error !== null) return <Problem error={held.error} onRetry={() => void held.refetch()} />;
  const { list, calendar } = held.data;
  if (list.items.length === 0)
    return (
      <Empty
        icon="globe"
        title="No name is registered in this account"
        action={
          <Button component={Link} href={domainsAt('search', place)} leftSection={<Icon name="search" />}>
            Find a name
          </Button>
        }
      >
        A zone may be here all the same: its name is then held by another registrar.
      </Empty>
    );
  return (
    <>
      <div className="row row--apart">
        <span className="small soft">
          {list.items.length} {list.items.length === 1 ? 'name' : 'names'}, read <Time at={list.readAt} />
        </span>
        <span className="row">
          <CalendarButton place={place} />
          <Button
            variant="default"
            leftSection={<Icon name="refresh" />}
            loading={again.isPending}
            onClick={() => again.mutate()}
          >
            Read now
          </Button>
        </span>
      </div>
      <ExpiryMonths entries={calendar} />
      <Names
        list={list.items}
        calendar={calendar}
        place={place}
        onChanged={() => void queries.invalidateQueries({ queryKey: key })}
      />
    </>
  );
}

function CalendarButton({ place }: { readonly place: Place }): ReactNode {
  const load = (): Promise<string> => api.domainICalendar({ query: { ...place } });
  return <SaveButton label="iCalendar" file="domains.ics" load={load} />;
}

function Names({
  list,
  calendar,
  place,
  onChanged,
}: {
  readonly list: readonly Registration[];
  readonly calendar: ExpiryCalendar['items'];
  readonly place: Place;
  readonly onChanged: () => void;
}): ReactNode {
  const [search, setSearch] = useQueryState('search');
  const wanted = search.trim().toLowerCase();
  const daysLeft = new Map(calendar.map(({ domain, daysLeft }) => [domain, daysLeft]));
  const shown = list
    .filter(({ domain }) => domain.includes(wanted) || readableName(domain).includes(wanted))
    .toSorted((a, b) => (daysLeft.get(a.domain) ?? 1e6) - (daysLeft.get(b.domain) ?? 1e6));
  return (
    <>
      {list.length >= SEARCH_FROM ? (
        <SearchField label="Search registrations" value={search} onChange={setSearch} />
      ) : null}
      {shown.length === 0 ? (
        <Empty icon="search" title="No registration is called so" />
      ) : (
        <ul className="card zw-rows" aria-label="Registrations">
          {shown.map((one) => (
            <Name
              key={one.domain}
              registration={one}
              daysLeft={daysLeft.get(one.domain) ?? null}
              place={place}
              onChanged={onChanged}
            />
          ))}
        </ul>
      )}
    </>
  );
}

function Name({
  registration: { domain, status, expiresAt, autoRenew, locked, privacyMode },
  daysLeft,
  place,
  onChanged,
}: {
  readonly registration: Registration;
  readonly daysLeft: number | null;
  readonly place: Place;
  readonly onChanged: () => void;
}): ReactNode {
  const [error, setError] = useState<unknown>(null);
  const set = useMutation({
    mutationFn: (wanted: boolean) =>
      api.setAutoRenew({ domain, query: { ...place }, body: { autoRenew: wanted } }),
    onMutate: () => setError(null),
    onSuccess: ({ autoRenew: now }) => {
      toast(`${readableName(domain)} ${now ? 'renews itself' : 'does not renew itself any more'}`);
      onChanged();
    },
    onError: setError,
  });
  const shown = set.isPending ? set.variables : autoRenew;
  return (
    <li className="zw-domain">
      <span className="row">
        <strong>{readableName(domain)}</strong>
        <Badge tone={STATUS_TONES[status] ?? 'risk'}>{status.replaceAll('_', ' ')}</Badge>
      </span>
      <span>
        {expiresAt === null ? (
          <span className="soft">not registered yet</span>
        ) : (
          <>
            {autoRenew ? 'renews by ' : 'ends '}
            <Time at={expiresAt} as="local" />{' '}
            {daysLeft === null ? null : (
              <Badge tone={toneOfEnd(daysLeft, autoRenew)}>
                {daysLeft < 0 ? 'over' : `in ${counted(daysLeft, 'day')}`}
              </Badge>
            )}
          </>
        )}
      </span>
      <span className="small soft">
        {locked ? 'locked' : 'not locked'} ·{' '}
        {privacyMode === null ? 'privacy unknown' : `privacy: ${privacyMode}`}
      </span>
      <Switch
        label="Auto-renew"
        aria-label={`Auto-renew of ${readableName(domain)}`}
        checked={shown}
        disabled={set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      {error === null ? null : <Problem error={error} />}
    </li>
  );
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  active: 'create',
  expired: 'delete',
  suspended: 'delete',
  pending_delete: 'delete',
};
/** An end that nobody has to think of yet has no colour. */
const AHEAD_DAYS = 180;
const SOON_DAYS = 60;

export function toneOfEnd(daysLeft: number, autoRenew: boolean): Tone {
  if (daysLeft < 0) return 'delete';
  if (autoRenew || daysLeft >= AHEAD_DAYS) return 'plain';
  return daysLeft < SOON_DAYS ? 'delete' : 'risk';
}

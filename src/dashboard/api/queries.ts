/** What pages read, each under a key that says what it is; a change tells by key what is no longer fresh. */
import {
  type QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import {
  allPages,
  type ChangeSetDetails,
  type ChangeSetPage,
  type Connection,
  type DnsRecord,
  type Operations,
  type Plan,
  type PlanInput,
  type Usage,
  type Zone,
  type ZoneWithAdvice,
} from '../../client/index.ts';
import { api } from './session.ts';

/** The largest page that the server gives. */
const PAGE_MAX = 500;

async function collect<Item>(pages: AsyncGenerator<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

export function useZones(): UseQueryResult<readonly Zone[]> {
  return useQuery({
    queryKey: ['zones'],
    queryFn: ({ signal }) =>
      collect(
        allPages((cursor) =>
          api.listZones(
            { query: { limit: PAGE_MAX, ...(cursor === undefined ? {} : { cursor }) } },
            { signal },
          ),
        ),
      ),
  });
}

/** By id or name. */
export function useZone(zone: string): UseQueryResult<ZoneWithAdvice> {
  return useQuery({ queryKey: ['zone', zone], queryFn: ({ signal }) => api.getZone({ zone }, { signal }) });
}

export interface ZoneRecords {
  readonly revision: number;
  readonly records: readonly DnsRecord[];
}

/** All records of a zone, of one revision. */
export function useRecords(zone: string): UseQueryResult<ZoneRecords> {
  return useQuery({
    queryKey: ['records', zone],
    queryFn: async ({ signal }) => {
      let revision = 0;
      const records = await collect(
        allPages(async (cursor) => {
          const page = await api.listRecords(
            { zone, query: { limit: PAGE_MAX, ...(cursor === undefined ? {} : { cursor }) } },
            { signal },
          );
          ({ revision } = page);
          return page;
        }),
      );
      return { revision, records };
    },
  });
}

export function useConnections(): UseQueryResult<readonly Connection[]> {
  return useQuery({
    queryKey: ['connections'],
    queryFn: ({ signal }) =>
      collect(
        allPages((cursor) =>
          api.listConnections(
            { query: { limit: PAGE_MAX, ...(cursor === undefined ? {} : { cursor }) } },
            { signal },
          ),
        ),
      ),
  });
}

export function useConnection(connection: string): UseQueryResult<Connection> {
  return useQuery({
    queryKey: ['connection', connection],
    queryFn: ({ signal }) => api.getConnection({ connection }, { signal }),
  });
}

export type ChangeSetFilter = NonNullable<Operations['listChangeSets']['input']['query']>;

export function useChangeSets(
  filter: ChangeSetFilter,
): UseInfiniteQueryResult<{ readonly pages: readonly ChangeSetPage[] }> {
  return useInfiniteQuery({
    queryKey: ['change-sets', filter],
    queryFn: ({ pageParam, signal }) =>
      api.listChangeSets(
        { query: { ...filter, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page: ChangeSetPage) => page.next ?? undefined,
  });
}

export function useChangeSet(id: string): UseQueryResult<ChangeSetDetails> {
  return useQuery({
    queryKey: ['change-set', id],
    queryFn: ({ signal }) => api.getChangeSet({ id }, { signal }),
  });
}

/** Reads the zones at Cloudflare, so it is asked once for an input and not again behind anyone's back. */
export function usePlan(input: PlanInput): UseQueryResult<Plan> {
  return useQuery({
    queryKey: ['plan', input],
    queryFn: ({ signal }) => api.plan({ body: input }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

export function useUsage(query: { readonly connection?: string }): UseQueryResult<Usage> {
  return useQuery({ queryKey: ['usage', query], queryFn: ({ signal }) => api.usage({ query }, { signal }) });
}

/** After records of zones changed, or may have. */
export async function forgetZones(queries: QueryClient): Promise<void> {
  await Promise.all(
    [
      'zones',
      'zone',
      'records',
      'change-sets',
      'history',
      'drift',
      'found',
      'tls',
      'settings',
      'dnssec',
      'hostnames',
    ].map((first) => queries.invalidateQueries({ queryKey: [first] })),
  );
}

export async function forgetConnections(queries: QueryClient): Promise<void> {
  await Promise.all(
    ['connections', 'connection', 'zones', 'usage'].map((first) =>
      queries.invalidateQueries({ queryKey: [first] }),
    ),
  );
}

/** How many changes from outside each zone holds that nobody has accepted. */
import { useQuery } from '@tanstack/react-query';
import { allPages } from '../../../client/index.ts';
import { api } from '../../api/session.ts';

const NONE: ReadonlyMap<string, number> = new Map();
const PAGE_MAX = 500;

/** By zone id; empty until it is known, and where the key may not know. */
export function useDriftCounts(): ReadonlyMap<string, number> {
  const { data } = useQuery({
    queryKey: ['drift', 'counts'],
    queryFn: async ({ signal }) => {
      const counts = new Map<string, number>();
      const pages = allPages((cursor) =>
        api.listDrift(
          { query: { limit: PAGE_MAX, ...(cursor === undefined ? {} : { cursor }) } },
          { signal },
        ),
      );
      for await (const { zoneId, entries } of pages)
        counts.set(zoneId, entries.filter(({ standing }) => standing === 'drift').length);
      return counts;
    },
  });
  return data ?? NONE;
}

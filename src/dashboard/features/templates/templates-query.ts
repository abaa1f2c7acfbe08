/** The templates that come with Zoneward: asked once, they change with its version only. */
import { queryOptions, type UseQueryOptions } from '@tanstack/react-query';
import type { Template } from '../../../client/index.ts';
import { api } from '../../api/session.ts';

export const TEMPLATES_QUERY: UseQueryOptions<readonly Template[]> = queryOptions<readonly Template[]>({
  queryKey: ['templates'],
  queryFn: async ({ signal }) => (await api.listTemplates({}, { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
});

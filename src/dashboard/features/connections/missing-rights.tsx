/** Cloudflare's form with the rights that a connection lacks. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/session.ts';
import { FormLink } from './form-link.tsx';

export function MissingRights({ connection }: { readonly connection: string }): ReactNode {
  const { data } = useQuery({
    queryKey: ['missing-rights', connection],
    queryFn: async ({ signal }) => (await api.linkForMissingRights({ connection }, { signal })).link,
  });
  return <FormLink link={data ?? null} label="A token with these rights" />;
}

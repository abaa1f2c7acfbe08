/** Cloudflare's form with the rights that a connection lacks. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/session.ts';
import { Icon } from '../../kit/icons.tsx';

export function MissingRights({ connection }: { readonly connection: string }): ReactNode {
  const { data } = useQuery({
    queryKey: ['missing-rights', connection],
    queryFn: async ({ signal }) => (await api.linkForMissingRights({ connection }, { signal })).link,
  });
  if (data === null || data === undefined) return null;
  return (
    <div className="row">
      <Button
        component="a"
        size="compact-sm"
        variant="default"
        href={data.userUrl}
        target="_blank"
        rel="noreferrer"
        rightSection={<Icon name="external" size={14} />}
      >
        A token with these rights
      </Button>
      <span className="small soft">{data.rights.join(', ')}</span>
    </div>
  );
}

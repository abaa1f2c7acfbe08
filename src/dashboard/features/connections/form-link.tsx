/** The way to Cloudflare's token form, with the rights that it has filled in. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../../kit/icons.tsx';

export function FormLink({
  link,
  label,
}: {
  /** Null: nothing to ask for. */
  readonly link: { readonly userUrl: string; readonly rights: readonly string[] } | null;
  readonly label: string;
}): ReactNode {
  if (link === null) return null;
  return (
    <div className="row">
      <Button
        component="a"
        size="compact-sm"
        variant="default"
        href={link.userUrl}
        target="_blank"
        rel="noreferrer"
        rightSection={<Icon name="external" size={14} />}
      >
        {label}
      </Button>
      <span className="small soft">{link.rights.join(', ')}</span>
    </div>
  );
}

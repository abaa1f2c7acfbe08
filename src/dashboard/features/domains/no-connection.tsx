/** Where there is no account to hold a name. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Empty } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { PATHS } from '../../paths.ts';

export function NoConnection(): ReactNode {
  return (
    <Empty
      icon="link"
      title="No connection to Cloudflare yet"
      action={
        <Button component={Link} href={PATHS.newConnection} leftSection={<Icon name="add" />}>
          Connect an account
        </Button>
      }
    >
      Names are held by a Cloudflare account. Connect one, and its registrations stand here.
    </Empty>
  );
}

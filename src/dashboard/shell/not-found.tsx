/** An address that leads nowhere. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Empty } from '../kit/empty.tsx';
import { Page } from '../kit/page.tsx';
import { PATHS } from '../paths.ts';

export function NotFound(): ReactNode {
  return (
    <Page title="Not found">
      <Empty
        icon="search"
        title="There is no page at this address"
        action={<Link href={PATHS.zones}>To the zones</Link>}
      >
        The link may be old, or a part of it is missing.
      </Empty>
    </Page>
  );
}

/** SSL/TLS of all zones as it was last seen: verdicts zone by zone, and when certificates end. */
import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { Empty } from '../../kit/empty.tsx';
import { Page } from '../../kit/page.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { CertificateCalendar } from './certificate-calendar.tsx';
import { FleetTable } from './fleet-table.tsx';

const PARTS = [
  ['', 'Zones'],
  ['calendar', 'Ends of certificates'],
] as const;

export function FleetPage(): ReactNode {
  const { '*': part = '' } = useParams<{ '*'?: string }>();
  return (
    <Page
      title={part === 'calendar' ? 'Ends of certificates' : 'SSL/TLS'}
      heading="SSL/TLS"
      fills
      lead="Every zone as it was last seen. Cloudflare is asked when a zone is opened, and by the worker"
    >
      <Tabs
        label="Parts of the page"
        tabs={PARTS.map(([segment, label]) => ({
          href: segment === '' ? '/tls' : `/tls/${segment}`,
          label,
          isHere: segment === part,
        }))}
      />
      {part === '' ? (
        <FleetTable />
      ) : part === 'calendar' ? (
        <CertificateCalendar />
      ) : (
        <Empty icon="search" title="There is no such part of this page" />
      )}
    </Page>
  );
}

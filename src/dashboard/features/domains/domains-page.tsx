/** Names: what is held and when it ends, what could be bought and for how much, and what became of what was ordered. */
import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { NoConnection } from './no-connection.tsx';
import { domainsAt, type Place, type PlaceChoice, usePlace } from './place.ts';
import { PurchaseDetails } from './purchase-details.tsx';
import { Purchases } from './purchases.tsx';
import { RegisterName } from './register-name.tsx';
import { Registrations } from './registrations.tsx';
import { SearchNames } from './search-names.tsx';
import { TransferNames } from './transfer-names.tsx';

const PARTS = [
  ['', 'Registrations'],
  ['search', 'Find a name'],
  ['transfer', 'Transfer in'],
  ['purchases', 'Purchases'],
] as const;

export function DomainsPage(): ReactNode {
  const { '*': rest = '' } = useParams<{ '*'?: string }>();
  const [part = '', what = ''] = rest.split('/');
  const choice = usePlace();
  const { place } = choice;
  return (
    <Page
      title={PARTS.find(([segment]) => segment === part)?.[1] ?? 'Domains'}
      heading="Domains"
      lead="Registrations, what they cost, and when they end"
      actions={<Where choice={choice} />}
    >
      {choice.isPending ? (
        <Loading what="connections" />
      ) : choice.error !== null ? (
        <Problem error={choice.error} />
      ) : place === null ? (
        <NoConnection />
      ) : (
        <>
          <Tabs
            label="Parts of the page"
            tabs={PARTS.map(([segment, label]) => ({
              href: domainsAt(segment, place),
              label,
              isHere: segment === (part === 'register' ? 'search' : part),
            }))}
          />
          {place.sandbox === true ? (
            <Note icon="flag">
              Cloudflare’s test registrar: it behaves as the live one and charges nothing.
            </Note>
          ) : null}
          <Part part={part} what={decodeURIComponent(what)} place={place} />
        </>
      )}
    </Page>
  );
}

function Part({
  part,
  what,
  place,
}: {
  readonly part: string;
  readonly what: string;
  readonly place: Place;
}): ReactNode {
  const key = `${place.connection} ${String(place.sandbox)}`;
  if (part === '') return <Registrations key={key} place={place} />;
  if (part === 'search') return <SearchNames key={key} place={place} />;
  if (part === 'register' && what !== '')
    return <RegisterName key={`${key} ${what}`} name={what} place={place} />;
  if (part === 'transfer') return <TransferNames key={key} place={place} />;
  if (part === 'purchases')
    return what === '' ? <Purchases place={place} /> : <PurchaseDetails key={what} id={what} place={place} />;
  return <Empty icon="search" title="There is no such part of this page" />;
}

function Where({
  choice: { connections, connection, registrar, setConnection, setRegistrar },
}: {
  readonly choice: PlaceChoice;
}): ReactNode {
  return (
    <>
      {connections.length < 2 ? null : (
        <FilterSelect
          label="First connection"
          value={connection}
          onChange={setConnection}
          choices={connections.map(({ id, label }) => [id, label] as const)}
        />
      )}
      <FilterSelect
        label="Live registrar"
        value={registrar}
        onChange={setRegistrar}
        choices={[['test', 'Test registrar']]}
      />
    </>
  );
}

/** Names that might be bought, by words or by name, with the prices of this moment. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { DomainOffer } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { readableName } from '../zones/names.ts';
import { domainsAt, type Place } from './place.ts';

const FOUND_MAX = 20;

export function SearchNames({ place }: { readonly place: Place }): ReactNode {
  const [asked, setAsked] = useQueryState('text');
  const [text, setText] = useState(asked);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(text.trim());
  };
  return (
    <>
      <form className="row" role="search" onSubmit={submit}>
        <SearchField label="A name, or words for one" value={text} onChange={setText} />
        <Button type="submit" disabled={text.trim() === ''}>
          Look
        </Button>
      </form>
      {asked === '' ? (
        <Empty icon="search" title="Which name shall it be?">
          A whole name as northwind.com is checked; words bring suggestions. Looking costs nothing.
        </Empty>
      ) : (
        <Offers place={place} text={asked} />
      )}
    </>
  );
}

function Offers({ place, text }: { readonly place: Place; readonly text: string }): ReactNode {
  const offers = useQuery({
    queryKey: ['offers', place, text],
    queryFn: async ({ signal }) => {
      const isName = /^[^\s.]+(\.[^\s.]+)+$/.test(text);
      const [checked, found] = await Promise.all([
        isName ? api.checkDomains({ query: { ...place, names: text } }, { signal }) : null,
        api.searchDomains(
          { query: { ...place, text: text.split('.')[0] ?? text, limit: FOUND_MAX } },
          { signal },
        ),
      ]);
      const own = checked?.items ?? [];
      return [...own, ...found.items.filter(({ name }) => own.every((one) => one.name !== name))];
    },
    refetchOnWindowFocus: false,
  });
  if (offers.isPending) return <Loading what="names and prices from Cloudflare" />;
  if (offers.error !== null) return <Problem error={offers.error} onRetry={() => void offers.refetch()} />;
  if (offers.data.length === 0)
    return (
      <Empty icon="search" title="Nothing was found">
        Try fewer words, or a whole name.
      </Empty>
    );
  return (
    <ul className="card zw-rows" aria-label="Offers">
      {offers.data.map((offer) => (
        <Offer key={offer.name} offer={offer} place={place} />
      ))}
    </ul>
  );
}

function Offer({
  offer: { name, registrable, price, tier, reason },
  place,
}: {
  readonly offer: DomainOffer;
  readonly place: Place;
}): ReactNode {
  const shown = readableName(name);
  return (
    <li className="zw-offer">
      <strong>{shown}</strong>
      {registrable ? (
        <span>
          {price === null ? (
            'no price named'
          ) : (
            <>
              {price.registration} {price.currency} <span className="soft">the first year</span>
              {price.renewal === price.registration ? null : (
                <span className="soft">, then {price.renewal}</span>
              )}
            </>
          )}
          {tier === 'premium' ? <Badge tone="risk">premium</Badge> : null}
        </span>
      ) : (
        <span className="soft">{reasonWords(reason)}</span>
      )}
      {registrable ? (
        <Button
          component={Link}
          variant="default"
          size="compact-sm"
          aria-label={`Register ${shown}…`}
          href={domainsAt(`register/${encodeURIComponent(name)}`, place)}
        >
          Register…
        </Button>
      ) : (
        <Badge>not for sale</Badge>
      )}
    </li>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  domain_unavailable: 'Somebody holds it.',
  domain_premium: 'Premium names are not sold through the API; the Cloudflare dashboard may sell it.',
  extension_not_supported: 'Cloudflare does not sell names under this extension.',
  extension_not_supported_via_api: 'Only the Cloudflare dashboard sells names under this extension.',
  extension_disallows_registration: 'Nothing can be registered under this extension now.',
};

/** Cloudflare's word for why not, as a sentence; its word where we know none. */
export function reasonWords(reason: string | null): string {
  if (reason === null) return 'Cloudflare says no, and not why.';
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}

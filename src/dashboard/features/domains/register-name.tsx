/** Buying a name: checked now, for so many years, and only when its whole price was typed by hand. */
import { Button, NativeSelect, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { DomainOffer, Extension } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import { api } from '../../api/session.ts';
import { CardForm } from '../../kit/card-form.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { readableName } from '../zones/names.ts';
import { isSameAmount, totalOf } from './money.ts';
import { domainsAt, type Place } from './place.ts';
import { reasonWords } from './search-names.tsx';
import { SpendLimitNote } from './spend-limit.tsx';
import { TypedAmount } from './typed-amount.tsx';

const YEARS_MAX = 10;

export function RegisterName({ name, place }: { readonly name: string; readonly place: Place }): ReactNode {
  const checked = useQuery({
    queryKey: ['offer', place, name],
    queryFn: async ({ signal }) => {
      const [offers, extension] = await Promise.all([
        api.checkDomains({ query: { ...place, names: name } }, { signal }),
        extensionOf(name, place, signal),
      ]);
      return { offer: offers.items[0] ?? null, extension };
    },
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (checked.isPending) return <Loading what={`the price of ${readableName(name)}`} />;
  if (checked.error !== null) return <Problem error={checked.error} onRetry={() => void checked.refetch()} />;
  const { offer, extension } = checked.data;
  if (offer === null || !offer.registrable || offer.price === null)
    return (
      <Empty
        icon="globe"
        title={`${readableName(name)} cannot be registered here`}
        action={
          <Button component={Link} variant="default" href={domainsAt('search', place)}>
            Find another
          </Button>
        }
      >
        {offer === null || offer.registrable ? 'Cloudflare names no price.' : reasonWords(offer.reason)}
      </Empty>
    );
  return (
    <div className="stack zw-order">
      <SpendLimitNote currency={offer.price.currency} />
      <Order offer={offer} price={offer.price} extension={extension} place={place} />
    </div>
  );
}

/** Null where Cloudflare does not tell. */
async function extensionOf(name: string, place: Place, signal: AbortSignal): Promise<Extension | null> {
  const extension = name.split('.').slice(1).join('.');
  try {
    return await api.getExtension({ extension, query: { ...place } }, { signal });
  } catch (error) {
    if (failureOf(error).status === 404) return null;
    throw error;
  }
}

function Order({
  offer: { name },
  price,
  extension,
  place,
}: {
  readonly offer: DomainOffer;
  readonly price: NonNullable<DomainOffer['price']>;
  readonly extension: Extension | null;
  readonly place: Place;
}): ReactNode {
  const yearsMin = extension?.yearsMin ?? 1;
  const yearsMax = extension?.yearsMax ?? YEARS_MAX;
  const [years, setYears] = useState(yearsMin);
  const [autoRenew, setAutoRenew] = useState(false);
  const [typed, setTyped] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const total = totalOf(price, years);
  const buy = useMutation({
    mutationFn: () =>
      api.registerDomain({ body: { domain: name, years, autoRenew, confirmPrice: total, ...place } }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['purchases'] });
      void queries.invalidateQueries({ queryKey: ['domains'] });
      go(domainsAt(`purchases/${id}`, place));
    },
  });
  return (
    <CardForm
      title={`Register ${readableName(name)}`}
      action={`Buy for ${total} ${price.currency}`}
      isWhole={isSameAmount(typed, total)}
      sending={buy}
      onCancel={() => go(domainsAt('search', place))}
    >
      <div className="row zw-inlineform">
        <NativeSelect
          label="Years"
          value={String(years)}
          onChange={(event) => setYears(Number(event.currentTarget.value))}
          data={Array.from({ length: yearsMax - yearsMin + 1 }, (_, index) => String(yearsMin + index))}
        />
        <Switch
          label="Auto-renew"
          description={`${price.renewal} ${price.currency} a year, charged up to 30 days before the end`}
          checked={autoRenew}
          onChange={(event) => setAutoRenew(event.currentTarget.checked)}
        />
      </div>
      <Price price={price} total={total} />
      <TypedAmount
        verb="buy"
        total={total}
        warning="Registrations cannot be taken back, and the money is not returned."
        value={typed}
        onChange={setTyped}
      />
    </CardForm>
  );
}

function Price({
  price,
  total,
}: {
  readonly price: NonNullable<DomainOffer['price']>;
  readonly total: string;
}): ReactNode {
  return (
    <dl className="facts">
      <dt>The first year</dt>
      <dd>
        {price.registration} {price.currency}
      </dd>
      <dt>Each further year</dt>
      <dd>
        {price.renewal} {price.currency}
      </dd>
      <dt>In all, now</dt>
      <dd>
        <strong className="zw-total">
          {total} {price.currency}
        </strong>
      </dd>
      <dt>Registrant</dt>
      <dd>the default contact of the Cloudflare account</dd>
    </dl>
  );
}

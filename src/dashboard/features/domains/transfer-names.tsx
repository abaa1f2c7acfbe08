/** Names brought in from another registrar: asked what stands in the way, then begun for the amount that was typed. */
import { Button, PasswordInput, Switch, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { TransferOffer } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { readableName } from '../zones/names.ts';
import { isSameAmount } from './money.ts';
import { domainsAt, type Place } from './place.ts';
import { SpendLimitNote } from './spend-limit.tsx';
import { TypedAmount } from './typed-amount.tsx';

/** The server takes so many at once. */
const NAMES_MAX = 50;

export function TransferNames({ place }: { readonly place: Place }): ReactNode {
  const [asked, setAsked] = useQueryState('names');
  const [text, setText] = useState(asked.replaceAll(' ', '\n'));
  const names = namesIn(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(names.join(' '));
  };
  if (place.sandbox === true)
    return (
      <Empty icon="globe" title="The test registrar takes no transfers">
        Choose the live registrar above.
      </Empty>
    );
  return (
    <>
      <form className="card stack zw-order" onSubmit={submit}>
        <Textarea
          label="Names at other registrars"
          description="One a line. Checking changes nothing and costs nothing."
          classNames={{ input: 'mono' }}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={names.length > NAMES_MAX ? `At most ${NAMES_MAX} at once.` : null}
          spellCheck={false}
        />
        <div className="row">
          <Button type="submit" disabled={names.length === 0 || names.length > NAMES_MAX}>
            Check {names.length < 2 ? 'it' : `${names.length} names`}
          </Button>
        </div>
      </form>
      {asked === '' ? <BeforeATransfer /> : <Offers place={place} names={asked.split(' ')} />}
    </>
  );
}

function namesIn(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().split(/[\s,;]+/))].filter((name) => name !== '');
}

function BeforeATransfer(): ReactNode {
  return (
    <Note icon="flag">
      <strong>What a transfer needs</strong>
      <ul className="zw-plainlist small">
        <li>a zone of the name in this account, with DNSSEC off while it moves</li>
        <li>the name unlocked at its registrar of today, and older than 60 days</li>
        <li>the code which that registrar gives out. It is sent on, and kept nowhere here</li>
      </ul>
      <p className="small soft">
        It takes days, adds a year, and can be called off at the other registrar only.
      </p>
    </Note>
  );
}

function Offers({ place, names }: { readonly place: Place; readonly names: readonly string[] }): ReactNode {
  const { connection } = place;
  const offers = useQuery({
    queryKey: ['transfers', connection, names],
    queryFn: async ({ signal }) =>
      (
        await api.checkTransfers(
          { body: { connection, domains: names.map((domain) => ({ domain })) } },
          { signal },
        )
      ).items,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (offers.isPending) return <Loading what="what stands in the way, from Cloudflare" />;
  if (offers.error !== null) return <Problem error={offers.error} onRetry={() => void offers.refetch()} />;
  const currency = offers.data.find(({ price }) => price !== null)?.price?.currency;
  return (
    <>
      {currency === undefined ? null : <SpendLimitNote currency={currency} />}
      <ul className="card zw-rows" aria-label="Transfers">
        {offers.data.map((offer) => (
          <Offer key={offer.name} offer={offer} place={place} />
        ))}
      </ul>
    </>
  );
}

function Offer({ offer, place }: { readonly offer: TransferOffer; readonly place: Place }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { name, transferable, price, message, next } = offer;
  const shown = readableName(name);
  if (!transferable || price === null)
    return (
      <li className="zw-transfer">
        <span className="row row--apart">
          <strong>{shown}</strong>
          <Badge tone="risk">not yet</Badge>
        </span>
        <p className="small">{message ?? 'Cloudflare names no price.'}</p>
        <NextSteps lines={next} of={{ zone: name }} />
      </li>
    );
  return (
    <li className="zw-transfer">
      <span className="row row--apart">
        <span>
          <strong>{shown}</strong>{' '}
          <span className="soft">
            {price.transfer} {price.currency}, with a year added; then {price.renewal} a year
          </span>
        </span>
        {isOpen ? null : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Transfer it in… (${shown})`}
            onClick={() => setOpen(true)}
          >
            Transfer it in…
          </Button>
        )}
      </span>
      {isOpen ? <Order name={name} price={price} place={place} onCancel={() => setOpen(false)} /> : null}
    </li>
  );
}

function Order({
  name,
  price,
  place,
  onCancel,
}: {
  readonly name: string;
  readonly price: NonNullable<TransferOffer['price']>;
  readonly place: Place;
  readonly onCancel: () => void;
}): ReactNode {
  const [code, setCode] = useState('');
  const [autoRenew, setAutoRenew] = useState(true);
  const [typed, setTyped] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const { transfer: total, currency } = price;
  const isReady = code.trim() !== '' && isSameAmount(typed, total);
  const begin = useMutation({
    mutationFn: () =>
      api.startTransfer({
        body: {
          connection: place.connection,
          domain: name,
          authCode: code.trim(),
          confirmPrice: total,
          autoRenew,
        },
      }),
    onSuccess: ({ id }) => {
      for (const first of ['purchases', 'domains']) void queries.invalidateQueries({ queryKey: [first] });
      go(domainsAt(`purchases/${id}`, place));
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady && !begin.isPending) begin.mutate();
  };
  return (
    <form className="stack zw-order" onSubmit={submit} aria-label={`Transfer ${readableName(name)} in`}>
      <PasswordInput
        label="Code of its registrar"
        description="Also called auth code or EPP code. It is sent to Cloudflare and kept nowhere."
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        autoFocus
      />
      <Switch
        label="Auto-renew"
        description={`${price.renewal} ${currency} a year`}
        checked={autoRenew}
        onChange={(event) => setAutoRenew(event.currentTarget.checked)}
      />
      <TypedAmount
        verb="begin"
        total={total}
        warning="Charged when the transfer is done; Cloudflare has no call that takes a transfer back."
        value={typed}
        onChange={setTyped}
      />
      {begin.error === null ? null : <Problem error={begin.error} />}
      <div className="row">
        <Button type="submit" disabled={!isReady} loading={begin.isPending}>
          Begin the transfer for {total} {currency}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

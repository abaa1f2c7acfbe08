/** Links with which customers give a credential: made here, shown once, called off while they are open. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ConnectSession, MadeConnectSession } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { ShownOnce } from '../../kit/shown-once.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Who } from '../../kit/who.tsx';
import { ConnectionParts } from './connection-parts.tsx';
import { LinkForm } from './link-form.tsx';

const KEY = ['connect-sessions'];
/** Somebody may be using one. */
const LOOK_MS = 10_000;

export function LinksPage(): ReactNode {
  const queries = useQueryClient();
  const [wish, setWish] = useQueryState('do');
  const [made, setMade] = useState<MadeConnectSession | null>(null);
  const links = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await api.listConnectSessions({}, { signal })).items,
    refetchInterval: ({ state: { data } }) => (data?.some(({ state }) => state === 'open') ? LOOK_MS : false),
  });
  const make = (
    <Button leftSection={<Icon name="add" />} onClick={() => setWish('make')}>
      Make a link
    </Button>
  );
  return (
    <Page
      title="Links for customers"
      heading="Connections"
      lead="A link opens one page, in your colours, on which a customer gives one credential"
      actions={wish === 'make' ? null : make}
    >
      <ConnectionParts />
      {made === null ? null : <Made link={made} onDone={() => setMade(null)} />}
      {wish === 'make' ? (
        <LinkForm
          onCancel={() => setWish('')}
          onMade={(link) => {
            setMade(link);
            setWish('');
            void queries.invalidateQueries({ queryKey: KEY });
          }}
        />
      ) : null}
      {links.isPending ? (
        <Loading what="links" />
      ) : links.error !== null ? (
        <Problem error={links.error} onRetry={() => void links.refetch()} />
      ) : links.data.length > 0 ? (
        <ul className="card zw-rows" aria-label="Links">
          {links.data.map((link) => (
            <Row key={link.id} link={link} />
          ))}
        </ul>
      ) : wish === 'make' || made !== null ? null : (
        <Empty icon="link" title="No link was made yet" action={make}>
          Send one to somebody whose Cloudflare account you are to look after. They need no account here, and
          the link works once.
        </Empty>
      )}
    </Page>
  );
}

/** The one moment at which the link is there to be copied. */
function Made({
  link: { url, expiresAt },
  onDone,
}: {
  readonly link: MadeConnectSession;
  readonly onDone: () => void;
}): ReactNode {
  if (url === null) return null;
  return (
    <ShownOnce
      title="The link is made. It is shown here once, and kept nowhere."
      text={url}
      what="link"
      icon="link"
      more={
        <Button component="a" size="compact-sm" variant="default" href={url} target="_blank" rel="noreferrer">
          Look at the page
        </Button>
      }
      onDone={onDone}
    >
      It works once, and ends <Time at={expiresAt} />. Whoever holds it can give a credential and do nothing
      else.
    </ShownOnce>
  );
}

const TONES: Readonly<Record<ConnectSession['state'], Tone>> = {
  open: 'accent',
  used: 'create',
  revoked: 'plain',
  expired: 'plain',
};

function Row({ link }: { readonly link: ConnectSession }): ReactNode {
  const { id, state, label, brand, relink, createdAt, createdBy, tries } = link;
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.revokeConnectSession({ id }),
    onSuccess: () => {
      toast('The link opens nothing any more');
      void queries.invalidateQueries({ queryKey: KEY });
    },
  });
  return (
    <li className="zw-linkrow">
      <span className="stack stack--tight">
        <strong className="cut">{label ?? brand?.name ?? 'Without a name'}</strong>
        <span className="small soft">
          {link.profile === 'full' ? 'see and change' : 'see only'}
          {relink === null ? null : (
            <>
              , a new credential for <Link href={`/connections/${relink}`}>this connection</Link>
            </>
          )}
        </span>
      </span>
      <Badge tone={TONES[state]}>{state}</Badge>
      <Became link={link} />
      <span className="small soft">
        made <Time at={createdAt} /> by <Who principal={createdBy} />
        {tries === 0 ? null : ` · ${tries} ${tries === 1 ? 'try' : 'tries'}`}
      </span>
      <span>
        {state === 'open' ? (
          <Button
            size="compact-sm"
            variant="default"
            color="red"
            loading={revoke.isPending}
            onClick={() => revoke.mutate()}
          >
            Revoke
          </Button>
        ) : null}
      </span>
      {revoke.error === null ? null : <Problem error={revoke.error} />}
    </li>
  );
}

function Became({
  link: { state, connectionId, usedAt, expiresAt },
}: {
  readonly link: ConnectSession;
}): ReactNode {
  if (state === 'used')
    return (
      <span className="small">
        used <Time at={usedAt} />
        {connectionId === null ? null : (
          <>
            {' '}
            · <Link href={`/connections/${connectionId}`}>the connection</Link>
          </>
        )}
      </span>
    );
  if (state === 'revoked') return <span className="small soft">called off</span>;
  return (
    <span className="small soft">
      {state === 'open' ? 'ends' : 'ended'} <Time at={expiresAt} />
    </span>
  );
}

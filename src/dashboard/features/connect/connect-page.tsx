/**
 * Where a customer gives a credential: opened by a link, in the colours of whoever sent it, without an account here.
 * What the link does not open is said without a word of how the server works.
 */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, type ReactNode, useEffect, useMemo, useState } from 'react';
import { type Connected, createClient, type ConnectPage as Opened } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { Brand } from '../../shell/brand.tsx';
import { inkOn } from './brand-colour.ts';
import { CredentialStep } from './credential-step.tsx';
import { forgetSecret, useLinkSecret } from './link-secret.ts';

type BrandOf = Opened['brand'];

export function ConnectPage(): ReactNode {
  const secret = useLinkSecret();
  return secret === null ? <NoLink /> : <Link key={secret} secret={secret} />;
}

function Link({ secret }: { readonly secret: string }): ReactNode {
  const client = useMemo(() => createClient({ server: '', apiKey: secret }), [secret]);
  const [done, setDone] = useState<Connected | null>(null);
  const opened = useQuery({
    queryKey: ['connect', secret],
    queryFn: ({ signal }) => client.getConnectPage({}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (opened.isPending)
    return (
      <Frame brand={null} title="Connect">
        <Loading what="the page of your link" />
      </Frame>
    );
  if (opened.error !== null)
    return failureOf(opened.error).status === 401 ? (
      <NoLink />
    ) : (
      <Frame brand={null} title="Connect">
        <h1>Connect Cloudflare</h1>
        <Problem error={opened.error} onRetry={() => void opened.refetch()} />
      </Frame>
    );
  const { brand } = opened.data;
  if (done !== null) return <Done brand={brand} connected={done} />;
  return (
    <Frame brand={brand} title="Connect Cloudflare">
      <Intro page={opened.data} />
      <TokenStep page={opened.data} />
      <CredentialStep
        secret={secret}
        asksLabel={opened.data.label === null && !opened.data.isRelink}
        onDone={(connected) => {
          forgetSecret();
          setDone(connected);
        }}
      />
    </Frame>
  );
}

function Frame({
  brand,
  title,
  children,
}: {
  readonly brand: BrandOf;
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  const name = brand?.name ?? 'Zoneward';
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  const colour = brand?.colour ?? null;
  const style =
    colour === null ? {} : ({ '--zw-brand': colour, '--zw-on-brand': inkOn(colour) } as CSSProperties);
  return (
    <main className="zw-door zw-connect" style={style} id="page">
      <div className="zw-door__card zw-connect__card">
        {brand === null ? <Brand /> : <TheirBrand brand={brand} />}
        {children}
      </div>
    </main>
  );
}

function TheirBrand({ brand: { name, logoUrl } }: { readonly brand: NonNullable<BrandOf> }): ReactNode {
  const [hasLogo, setHasLogo] = useState(logoUrl !== null);
  return (
    <span className="zw-brand">
      {hasLogo && logoUrl !== null ? (
        <img
          className="zw-connect__logo"
          src={logoUrl}
          alt=""
          referrerPolicy="no-referrer"
          onError={() => setHasLogo(false)}
        />
      ) : null}
      <span>{name}</span>
    </span>
  );
}

function Intro({ page: { brand, profile, isRelink, expiresAt } }: { readonly page: Opened }): ReactNode {
  const name = brand?.name ?? 'Zoneward';
  return (
    <header className="stack stack--tight">
      <h1>{isRelink ? `A new token for ${name}` : `Connect Cloudflare to ${name}`}</h1>
      <p>
        {profile === 'full'
          ? `With the token that you make here, ${name} can see your domains and change their DNS and TLS.`
          : `With the token that you make here, ${name} can see your domains, and can change nothing.`}{' '}
        You can take it back at Cloudflare at any time.
      </p>
      <p className="small soft">
        Two steps, about a minute. This link ends <Time at={expiresAt} />.
      </p>
    </header>
  );
}

function TokenStep({ page: { link } }: { readonly page: Opened }): ReactNode {
  if (link === null) return null;
  return (
    <section className="stack stack--tight zw-connect__step" aria-labelledby="step-make">
      <h2 id="step-make">1 · Make a token at Cloudflare</h2>
      <ol className="zw-plainlist">
        {forVisitors(link.instructions).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      <Button
        component="a"
        className="zw-connect__go"
        href={link.userUrl}
        target="_blank"
        rel="noreferrer"
        rightSection={<Icon name="external" />}
      >
        Open Cloudflare’s form
      </Button>
      <details className="small soft">
        <summary>What it will be able to do</summary>
        <ul className="zw-plainlist">
          {link.rights.map((right) => (
            <li key={right}>{right}</li>
          ))}
        </ul>
        <p>
          In a company account, an administrator can make{' '}
          <a href={link.accountUrl} target="_blank" rel="noreferrer">
            a token of the account
          </a>{' '}
          instead.
        </p>
      </details>
    </section>
  );
}

/** What is said to whoever runs the server is not said to a stranger: its command line, where it runs. */
function forVisitors(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !/zoneward/i.test(line));
}

function Done({
  brand,
  connected: { connection, returnUrl },
}: {
  readonly brand: BrandOf;
  readonly connected: Connected;
}): ReactNode {
  const name = brand?.name ?? 'Zoneward';
  return (
    <Frame brand={brand} title="Connected">
      <h1>Connected</h1>
      <Note tone="create" icon="check">
        <div role="status">
          <strong>{connection.accountName ?? connection.label}</strong> is connected to {name}. The token is
          sealed; nobody can read it from here again.
        </div>
      </Note>
      {connection.state === 'active' ? null : (
        <Note tone="risk">
          It is {connection.state} as yet: {name} may ask you for more rights.
        </Note>
      )}
      {returnUrl === null ? (
        <p>You can close this page.</p>
      ) : (
        <Button component="a" className="zw-connect__go" href={returnUrl} data-autofocus>
          Back to {name}
        </Button>
      )}
    </Frame>
  );
}

function NoLink(): ReactNode {
  useEffect(forgetSecret, []);
  return (
    <Frame brand={null} title="This link is used up">
      <h1>This link opens nothing any more</h1>
      <p>
        It was used already, was called off, or is too old. That is no fault of yours, and nothing that you
        have connected before is touched.
      </p>
      <Note tone="plain" icon="link">
        Ask whoever sent it to you for a new one.
      </Note>
    </Frame>
  );
}

/** The first step of a new connection: Cloudflare's own form, with the rights filled in. */
import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/session.ts';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';

export function TokenLinkStep({
  profile,
  onProfile,
}: {
  readonly profile: 'minimum' | 'full';
  readonly onProfile: (profile: 'minimum' | 'full') => void;
}): ReactNode {
  const link = useQuery({
    queryKey: ['token-link', profile],
    queryFn: async ({ signal }) => (await api.linkForProfile({ query: { profile } }, { signal })).link,
  });
  return (
    <section className="card stack" aria-labelledby="step-make">
      <h2 id="step-make">1 · Make a token at Cloudflare</h2>
      <div className="row">
        <SegmentedControl
          aria-label="What it shall be able to do"
          value={profile}
          onChange={(value) => onProfile(value === 'full' ? 'full' : 'minimum')}
          data={[
            { value: 'full', label: 'See and change' },
            { value: 'minimum', label: 'See only' },
          ]}
        />
      </div>
      {link.error === null ? null : <Problem error={link.error} onRetry={() => void link.refetch()} />}
      {link.data === null || link.data === undefined ? null : (
        <>
          <p className="soft small">
            The form opens with {link.data.rights.length} rights filled in: {link.data.rights.join(', ')}.
          </p>
          <ol className="zw-plainlist small">
            {link.data.instructions.filter(isForAForm).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
          <div className="row">
            <Button
              component="a"
              href={link.data.userUrl}
              target="_blank"
              rel="noreferrer"
              rightSection={<Icon name="external" />}
            >
              Open Cloudflare's form
            </Button>
            <Button
              component="a"
              variant="default"
              href={link.data.accountUrl}
              target="_blank"
              rel="noreferrer"
              rightSection={<Icon name="external" />}
            >
              For a token of the account
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

/** What is said of commands is done by the step below. */
function isForAForm(line: string): boolean {
  return !/zoneward [a-z]/.test(line);
}

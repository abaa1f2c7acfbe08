/**
 * The door: an API key, or a link that `zoneward serve` printed, which signs in by itself. The address that was asked
 * for stays, and opens afterwards.
 */
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { SignIn } from '../../client/index.ts';
import { signIn } from '../api/session.ts';
import { usePageTitle } from '../kit/page.tsx';
import { Problem } from '../kit/problem.tsx';
import { Brand } from './brand.tsx';

export function SignInPage(): ReactNode {
  usePageTitle('Sign in');
  const [key, setKey] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const [, go] = useLocation();
  const enter = async (by: SignIn): Promise<void> => {
    setAsking(true);
    setError(null);
    try {
      await signIn(by);
    } catch (failure) {
      setError(failure);
      setAsking(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is taken once, when the page opens.
  useEffect(() => {
    const link = location.hash.slice(1);
    if (link === '') return;
    // It works once, and has no place in the history.
    go(location.pathname + location.search, { replace: true });
    void enter({ link });
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim() !== '') void enter({ apiKey: key.trim() });
  };
  return (
    <main className="zw-door">
      <form className="zw-door__card" onSubmit={submit}>
        <Brand />
        <h1>Sign in</h1>
        <p className="soft">
          With an API key of this server. <code className="mono">zoneward serve</code> prints one on the
          sandbox; elsewhere make one:
        </p>
        <pre className="zw-code mono">zoneward api-keys create --label me --scope admin</pre>
        <PasswordInput
          label="API key"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="current-password"
          data-autofocus
          autoFocus
          spellCheck={false}
          required
        />
        {error === null ? null : <Problem error={error} />}
        <Button type="submit" loading={isAsking} fullWidth>
          Sign in
        </Button>
      </form>
    </main>
  );
}

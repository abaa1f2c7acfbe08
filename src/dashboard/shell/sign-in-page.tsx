/** The door: an API key, once. The address that was asked for stays, and opens afterwards. */
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { signIn } from '../api/session.ts';
import { usePageTitle } from '../kit/page.tsx';
import { Problem } from '../kit/problem.tsx';
import { Brand } from './brand.tsx';

export function SignInPage(): ReactNode {
  usePageTitle('Sign in');
  const [key, setKey] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (key.trim() === '') return;
    setAsking(true);
    setError(null);
    try {
      await signIn(key);
    } catch (failure) {
      setError(failure);
      setAsking(false);
    }
  };
  return (
    <main className="zw-door">
      <form className="zw-door__card" onSubmit={(event) => void submit(event)}>
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

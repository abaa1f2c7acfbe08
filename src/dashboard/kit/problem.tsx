/** An error as a card: what happened, what to do next, the ids that support asks for, and a way to try again. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { failureOf, failureText } from '../api/failure.ts';
import { Copy } from './copy.tsx';
import { Icon } from './icons.tsx';
import { NextSteps } from './next-steps.tsx';

export function Problem({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}): ReactNode {
  const failure = failureOf(error);
  return (
    <section className="zw-problem" role="alert">
      <header className="row">
        <Icon name="alert" />
        <h3 className="grow">{failure.title}</h3>
        <Copy text={failureText(failure)} what="error" />
      </header>
      <p>{failure.detail}</p>
      {failure.faults.length === 0 ? null : (
        <ul className="zw-problem__list">
          {failure.faults.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <span className="mono">{path}</span> {message}
            </li>
          ))}
        </ul>
      )}
      <NextSteps lines={failure.next} />
      <footer className="row tiny soft">
        <span className="mono">{failure.code}</span>
        {failure.requestId === null ? null : (
          <span className="row row--tight">
            request <span className="mono">{failure.requestId}</span>
            <Copy text={failure.requestId} what="request id" />
          </span>
        )}
        {failure.ray === null ? null : (
          <span className="row row--tight">
            Cloudflare ray <span className="mono">{failure.ray}</span>
            <Copy text={failure.ray} what="ray id" />
          </span>
        )}
        {onRetry === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </footer>
    </section>
  );
}

/** A new connection: Cloudflare's form, filled in; the token, pasted; the test, step by step; saved when it passes. */

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { AddedConnection } from '../../../client/index.ts';
import { forgetConnections } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { type OnStep, watchAdd } from '../../api/watched.ts';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Report } from '../credential/report.tsx';
import { CredentialForm, type GivenCredential } from './credential-form.tsx';
import { TokenLinkStep } from './token-link-step.tsx';

export function NewConnectionPage(): ReactNode {
  const [profile, setProfile] = useState<'minimum' | 'full'>('full');
  const [added, setAdded] = useState<AddedConnection | null>(null);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const save = async (given: GivenCredential, onStep: OnStep): Promise<void> => {
    const answer = await watchAdd({ credential: given.credential, profile, ...given.described }, onStep);
    setAdded(answer);
    void forgetConnections(queries);
    toast(`Connected: ${answer.connection.label}`);
  };
  const readZones = async (): Promise<void> => {
    if (added === null) return;
    const job = await api.syncZones({ body: { connection: added.connection.id } });
    go(`/zones?job=${job.id}`);
  };
  return (
    <Page title="Connect an account" lead="Three steps, about a minute">
      {added === null ? (
        <>
          <TokenLinkStep profile={profile} onProfile={setProfile} />
          <section className="card stack" aria-labelledby="step-paste">
            <h2 id="step-paste">2 · Paste it here</h2>
            <CredentialForm onSubmit={save} submitLabel="Test and save" withDescription />
          </section>
        </>
      ) : (
        <section className="card stack">
          <Note tone="create" icon="check">
            <strong>{added.connection.label} is connected</strong>
            <p>The token works and is sealed in the vault. Nobody can read it from here again.</p>
          </Note>
          {added.report === null ? null : <Report report={added.report} />}
          {added.warnings.map(({ code, message }) => (
            <Note key={code} tone="risk">
              {message}
            </Note>
          ))}
          <div className="row">
            <Button onClick={() => void readZones()}>Read its zones</Button>
            <Button variant="default" onClick={() => go(`/connections/${added.connection.id}`)}>
              To the connection
            </Button>
          </div>
        </section>
      )}
    </Page>
  );
}

/** What is asked before a connection gets another credential, or goes. */
import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { Connection } from '../../../client/index.ts';
import { forgetConnections } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { watchRelink } from '../../api/watched.ts';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { toast } from '../../kit/toasts.tsx';
import { CredentialForm } from './credential-form.tsx';
import { FormLink } from './form-link.tsx';

interface DialogProps {
  readonly isOpen: boolean;
  readonly connection: Connection;
  readonly onClose: () => void;
}

export function RelinkDialog({ isOpen, connection, onClose }: DialogProps): ReactNode {
  const queries = useQueryClient();
  return (
    <Modal opened={isOpen} onClose={onClose} title={`A new credential for ${connection.label}`} size="lg">
      <div className="stack">
        <p className="small soft">
          Of the same account. Zones, history and audit stay as they are; the old credential is forgotten once
          the new one has passed its test.
        </p>
        <ProfileForm connection={connection} />
        <CredentialForm
          submitLabel="Test and replace"
          onSubmit={async ({ credential }, onStep) => {
            await watchRelink(connection.id, { credential }, onStep);
            await forgetConnections(queries);
            toast('The new credential is in use');
            onClose();
          }}
        />
      </div>
    </Modal>
  );
}

export function RemoveDialog({ isOpen, connection, onClose }: DialogProps): ReactNode {
  const [word, setWord] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [left, setLeft] = useState<readonly string[] | null>(null);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const remove = async (): Promise<void> => {
    setError(null);
    try {
      setLeft((await api.removeConnection({ connection: connection.id })).next);
    } catch (failure) {
      setError(failure);
    }
  };
  const leave = (): void => {
    onClose();
    if (left === null) return;
    go('/connections');
    void forgetConnections(queries);
  };
  return (
    <Modal opened={isOpen} onClose={leave} title={`Remove ${connection.label}`}>
      {left === null ? (
        <div className="stack">
          <p>
            The sealed secret is deleted and the connection no longer used. Its zones stay at Cloudflare as
            they are; history and audit stay here.
          </p>
          <TextInput
            label={
              <>
                Type <span className="mono">{connection.label}</span>
              </>
            }
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
            data-autofocus
          />
          {error === null ? null : <Problem error={error} />}
          <Button color="red" disabled={word !== connection.label} onClick={() => void remove()}>
            Remove it
          </Button>
        </div>
      ) : (
        <div className="stack">
          <Note tone="create" icon="check">
            <strong>Removed</strong>
            <NextSteps lines={left} />
          </Note>
          <Button onClick={leave}>To the connections</Button>
        </div>
      )}
    </Modal>
  );
}

/** Cloudflare's form for a token with all that the connection's profile needs, at its own account. */
function ProfileForm({ connection: { accountId, profile } }: Pick<DialogProps, 'connection'>): ReactNode {
  const query = { profile, ...(/^[0-9a-f]{32}$/.test(accountId) ? { accountId } : {}) };
  const { data } = useQuery({
    queryKey: ['token-link', query],
    queryFn: async ({ signal }) => (await api.linkForProfile({ query }, { signal })).link,
  });
  return <FormLink link={data ?? null} label="Make a token at Cloudflare" />;
}

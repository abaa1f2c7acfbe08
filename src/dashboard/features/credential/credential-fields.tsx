/** The fields of a credential, wherever one is given. What is typed here is sent once and kept nowhere in the browser. */
import { PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Credential } from '../../../client/index.ts';

export interface CredentialDraft {
  readonly kind: 'token' | 'key';
  readonly secret: string;
  readonly email: string;
  readonly label: string;
  readonly accountId: string;
}

const EMPTY: CredentialDraft = { kind: 'token', secret: '', email: '', label: '', accountId: '' };

export interface DraftProps {
  readonly draft: CredentialDraft;
  readonly set: (change: Partial<CredentialDraft>) => void;
}

export function useCredentialDraft(): DraftProps {
  const [draft, setDraft] = useState(EMPTY);
  return { draft, set: (change) => setDraft((before) => ({ ...before, ...change })) };
}

export function isGiven({ secret }: CredentialDraft): boolean {
  return secret.trim() !== '';
}

export function credentialOf({ kind, secret, email }: CredentialDraft): Credential {
  return kind === 'token' ? { token: secret } : { key: secret, email };
}

/** Without what was left empty. */
export function describedBy({ label, accountId }: CredentialDraft): {
  readonly label?: string;
  readonly accountId?: string;
} {
  return {
    ...(label.trim() === '' ? {} : { label: label.trim() }),
    ...(accountId.trim() === '' ? {} : { accountId: accountId.trim() }),
  };
}

export function SecretFields({ draft: { kind, secret, email }, set }: DraftProps): ReactNode {
  return (
    <>
      <PasswordInput
        label={kind === 'token' ? 'Token' : 'Global API Key'}
        description="As Cloudflare showed it, once; spaces and line ends around it do not matter"
        value={secret}
        onChange={(event) => set({ secret: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
        required
      />
      {kind === 'key' ? (
        <TextInput
          label="Email of the Cloudflare user"
          type="email"
          value={email}
          onChange={(event) => set({ email: event.currentTarget.value })}
          required
        />
      ) : null}
    </>
  );
}

export function KindChoice({ draft, set }: DraftProps): ReactNode {
  return (
    <SegmentedControl
      className="zw-narrow"
      aria-label="Kind of credential"
      value={draft.kind}
      onChange={(value) => set({ kind: value === 'key' ? 'key' : 'token' })}
      data={[
        { value: 'token', label: 'API token' },
        { value: 'key', label: 'Global API Key' },
      ]}
    />
  );
}

export function LabelField({
  draft,
  set,
  label,
  description,
}: DraftProps & { readonly label: string; readonly description: string }): ReactNode {
  return (
    <TextInput
      label={label}
      description={description}
      value={draft.label}
      onChange={(event) => set({ label: event.currentTarget.value })}
    />
  );
}

export function AccountIdField({ draft, set }: DraftProps): ReactNode {
  return (
    <TextInput
      label="Account id"
      description="Only where it cannot be found out: on the account’s overview at Cloudflare, 32 letters and digits"
      value={draft.accountId}
      onChange={(event) => set({ accountId: event.currentTarget.value })}
      spellCheck={false}
    />
  );
}

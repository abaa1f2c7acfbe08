/** The token, pasted; tried before the eyes of whoever pasted it; saved when it passes. Sent, and kept nowhere here. */
import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Client, Connected, TestReport, VisitorCredential } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import { Copy } from '../../kit/copy.tsx';
import { Note } from '../../kit/note.tsx';
import { Report, StepsUnderWay } from '../connections/report.tsx';
import { inWordsOfTheForm } from './form-words.ts';

const SPENT = ['connect-session-invalid', 'connect-session-exhausted'];

export function CredentialStep({
  client,
  asksLabel,
  onDone,
}: {
  readonly client: Client;
  readonly asksLabel: boolean;
  readonly onDone: (connected: Connected) => void;
}): ReactNode {
  const [kind, setKind] = useState<'token' | 'key'>('token');
  const [secret, setSecret] = useState('');
  const [email, setEmail] = useState('');
  const [label, setLabel] = useState('');
  const [accountId, setAccountId] = useState('');
  const [report, setReport] = useState<TestReport | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isTrying, setTrying] = useState(false);
  const send = async (): Promise<void> => {
    setTrying(true);
    setError(null);
    setReport(null);
    const body: VisitorCredential = {
      credential: kind === 'token' ? { token: secret } : { key: secret, email },
      ...(label.trim() === '' ? {} : { label: label.trim() }),
      ...(accountId.trim() === '' ? {} : { accountId: accountId.trim() }),
    };
    try {
      const tested = await client.testByLink({ body });
      setReport(tested);
      if (tested.passed) onDone(await client.saveByLink({ body }));
    } catch (thrown) {
      setError(thrown);
    }
    setTrying(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (secret.trim() !== '' && !isTrying) void send();
  };
  return (
    <form className="stack zw-connect__step" onSubmit={submit} aria-labelledby="step-paste">
      <h2 id="step-paste">2 · Paste it here</h2>
      <PasswordInput
        label={kind === 'token' ? 'Token' : 'Global API Key'}
        description="As Cloudflare showed it, once; spaces around it do not matter"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        required
      />
      {kind === 'key' ? (
        <TextInput
          label="Email of the Cloudflare user"
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          required
        />
      ) : null}
      {asksLabel ? (
        <TextInput
          label="Name for it"
          description="May stay empty: then it is called as the account is"
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
      ) : null}
      {failedAt(report) === 'account' || accountId !== '' ? (
        <TextInput
          label="Account id"
          description="On the overview of the account at Cloudflare, 32 letters and digits"
          value={accountId}
          onChange={(event) => setAccountId(event.currentTarget.value)}
          spellCheck={false}
        />
      ) : null}
      {isTrying && report === null ? <StepsUnderWay /> : null}
      {report === null ? null : (
        <div role="status">
          <Report report={report} />
        </div>
      )}
      {error === null ? null : <Refusal error={error} />}
      <Button
        type="submit"
        className="zw-connect__go"
        loading={isTrying}
        disabled={secret.trim() === ''}
        fullWidth
      >
        {report === null ? 'Test and connect' : 'Test again'}
      </Button>
      <details className="small soft">
        <summary>Another kind of credential</summary>
        <SegmentedControl
          aria-label="Kind of credential"
          value={kind}
          onChange={(value) => setKind(value === 'key' ? 'key' : 'token')}
          data={[
            { value: 'token', label: 'API token' },
            { value: 'key', label: 'Global API Key' },
          ]}
        />
        <p>A Global API Key can do everything in every account of its user. A token is the better choice.</p>
      </details>
    </form>
  );
}

function failedAt(report: TestReport | null): string | null {
  const failure = report?.['failure'] as { readonly step: string } | null | undefined;
  return failure?.step ?? null;
}

const OWN_WORDS: Readonly<Record<string, string>> = {
  'connection-duplicate':
    'This credential is connected already. Make another one where it shall be added again.',
};

/** In the words of the form: the server's name fields of a command line. */
function Refusal({ error }: { readonly error: unknown }): ReactNode {
  const { code, detail, next, requestId, ray } = failureOf(error);
  if (SPENT.includes(code))
    return (
      <Note tone="risk" icon="link">
        <div role="alert">
          <strong>{detail}</strong>
          <p>Nothing was saved. Ask whoever sent you this link for a new one.</p>
        </div>
      </Note>
    );
  const isOwn = code in OWN_WORDS;
  return (
    <Note tone="delete">
      <div role="alert" className="stack stack--tight zw-connect__refusal">
        <strong>{OWN_WORDS[code] ?? inWordsOfTheForm(detail)}</strong>
        {isOwn ? null : next.map((line) => <p key={line}>→ {inWordsOfTheForm(line)}</p>)}
        {requestId === null ? null : (
          <p className="tiny soft">
            request <span className="mono">{requestId}</span> <Copy text={requestId} what="request id" />
          </p>
        )}
        {ray === null ? null : (
          <p className="tiny soft">
            Cloudflare ray <span className="mono">{ray}</span> <Copy text={ray} what="ray id" />
          </p>
        )}
      </div>
    </Note>
  );
}

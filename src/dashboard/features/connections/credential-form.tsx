/** A pasted credential and its test. What is typed here is sent once and kept nowhere in the browser. */
import { Button, PasswordInput, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Credential, TestReport } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import type { TestStep } from '../../api/test-credential.ts';
import { Problem } from '../../kit/problem.tsx';
import { Report, StepsUnderWay } from './report.tsx';

export interface GivenCredential {
  readonly credential: Credential;
  readonly described: {
    readonly label?: string;
    readonly accountId?: string;
    readonly tags?: readonly string[];
    readonly duplicate?: boolean;
  };
}

export function CredentialForm({
  onSubmit,
  submitLabel,
  withDescription = false,
}: {
  /** Calls `onStep` as each step of the test ends, where it can; gives the report of a test that failed. */
  readonly onSubmit: (
    given: GivenCredential,
    onStep: (step: TestStep) => void,
  ) => Promise<TestReport | null | undefined>;
  readonly submitLabel: string;
  /** Asks for a label, an account id and tags, too. */
  readonly withDescription?: boolean;
}): ReactNode {
  const [kind, setKind] = useState<'token' | 'key'>('token');
  const [secret, setSecret] = useState('');
  const [email, setEmail] = useState('');
  const [label, setLabel] = useState('');
  const [accountId, setAccountId] = useState('');
  const [tags, setTags] = useState<string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [isTesting, setTesting] = useState(false);
  const [failed, setFailed] = useState<TestReport | null>(null);
  const [steps, setSteps] = useState<readonly TestStep[]>([]);
  const failure = error === null ? null : failureOf(error);
  const send = async (more: { readonly duplicate?: boolean } = {}): Promise<void> => {
    setTesting(true);
    setError(null);
    setSteps([]);
    setFailed(null);
    try {
      const tested = await onSubmit(
        {
          credential: kind === 'token' ? { token: secret } : { key: secret, email },
          described: {
            ...(label.trim() === '' ? {} : { label: label.trim() }),
            ...(accountId.trim() === '' ? {} : { accountId: accountId.trim() }),
            ...(tags.length === 0 ? {} : { tags }),
            ...more,
          },
        },
        (step) => setSteps((before) => [...before, step]),
      );
      setFailed(tested?.passed === false ? tested : null);
      if (tested?.passed !== false) setSecret('');
    } catch (thrown) {
      setError(thrown);
    }
    setTesting(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (secret !== '') void send();
  };
  const report = failed ?? (failure?.details['report'] as TestReport | undefined);
  return (
    <form className="stack" onSubmit={submit}>
      <SegmentedControl
        className="zw-narrow"
        aria-label="Kind of credential"
        value={kind}
        onChange={(value) => setKind(value === 'key' ? 'key' : 'token')}
        data={[
          { value: 'token', label: 'API token' },
          { value: 'key', label: 'Global API Key' },
        ]}
      />
      <PasswordInput
        label={kind === 'token' ? 'API token' : 'Global API Key'}
        description="As Cloudflare showed it; spaces and line ends around it do not matter"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        required
      />
      {kind === 'key' ? (
        <TextInput
          label="Email"
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          required
        />
      ) : null}
      {withDescription ? (
        <div className="zw-twocolumns">
          <TextInput
            label="Label"
            placeholder="Cloudflare Domains Integration"
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <TextInput
            label="Account id"
            placeholder="only where it cannot be found out"
            value={accountId}
            onChange={(event) => setAccountId(event.currentTarget.value)}
            spellCheck={false}
          />
          <TagsInput label="Tags" value={tags} onChange={setTags} />
        </div>
      ) : null}
      {isTesting ? <StepsUnderWay ended={steps} /> : null}
      {report === undefined || report === null ? null : <Report report={report} />}
      {error === null ? null : <Problem error={error} />}
      <div className="row">
        <Button type="submit" loading={isTesting} disabled={secret === ''}>
          {submitLabel}
        </Button>
        {failure?.code === 'connection-duplicate' ? (
          <Button variant="default" onClick={() => void send({ duplicate: true })}>
            Save it all the same
          </Button>
        ) : null}
      </div>
    </form>
  );
}

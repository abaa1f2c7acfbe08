/** The token, pasted by a customer; tried before their eyes; saved when it passes. */
import { Button } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import type { Connected } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import { watchSave } from '../../api/watched.ts';
import { Copy } from '../../kit/copy.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import {
  AccountIdField,
  credentialOf,
  describedBy,
  isGiven,
  KindChoice,
  LabelField,
  SecretFields,
  useCredentialDraft,
} from '../credential/credential-fields.tsx';
import { Report, StepsUnderWay } from '../credential/report.tsx';
import { failedAt, useTrial } from '../credential/trial.ts';
import { inWordsOfTheForm } from './form-words.ts';

const SPENT = ['connect-session-invalid', 'connect-session-exhausted', 'connect-session-over'];

export function CredentialStep({
  secret,
  asksLabel,
  onDone,
}: {
  /** Of the link. */
  readonly secret: string;
  readonly asksLabel: boolean;
  readonly onDone: (connected: Connected) => void;
}): ReactNode {
  const form = useCredentialDraft();
  const { draft } = form;
  const { isTrying, steps, report, error, run } = useTrial();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven(draft) || isTrying) return;
    const body = { credential: credentialOf(draft), ...describedBy(draft) };
    const connected = await run((onStep) => watchSave(secret, body, onStep));
    if (connected !== null) onDone(connected);
  };
  return (
    <form
      className="stack zw-connect__step"
      onSubmit={(event) => void submit(event)}
      aria-labelledby="step-paste"
    >
      <h2 id="step-paste">2 · Paste it here</h2>
      <SecretFields {...form} />
      {asksLabel ? (
        <LabelField
          {...form}
          label="Name for it"
          description="May stay empty: then it is called as the account is"
        />
      ) : null}
      {failedAt(report) === 'account' || draft.accountId !== '' ? <AccountIdField {...form} /> : null}
      {isTrying ? <StepsUnderWay ended={steps} /> : null}
      {report === null ? null : <Report report={report} />}
      {error === null ? null : <Refusal error={error} />}
      <Button
        type="submit"
        className="zw-connect__go"
        loading={isTrying}
        disabled={!isGiven(draft)}
        fullWidth
      >
        {report === null ? 'Test and connect' : 'Test again'}
      </Button>
      <details className="small soft">
        <summary>Another kind of credential</summary>
        <KindChoice {...form} />
        <p>A Global API Key can do everything in every account of its user. A token is the better choice.</p>
      </details>
    </form>
  );
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
  return (
    <Note tone="delete">
      <div role="alert" className="stack stack--tight zw-connect__refusal">
        <strong>{OWN_WORDS[code] ?? inWordsOfTheForm(detail)}</strong>
        <NextSteps lines={code in OWN_WORDS ? [] : next.map(inWordsOfTheForm)} />
        <Ids
          of={[
            ['request', requestId],
            ['Cloudflare ray', ray],
          ]}
        />
      </div>
    </Note>
  );
}

function Ids({ of }: { readonly of: readonly (readonly [name: string, id: string | null])[] }): ReactNode {
  return of.map(([name, id]) =>
    id === null ? null : (
      <p key={name} className="tiny soft">
        {name} <span className="mono">{id}</span> <Copy text={id} what={`${name} id`} />
      </p>
    ),
  );
}

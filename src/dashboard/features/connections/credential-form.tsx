/** A pasted credential and its test, for somebody who works here: with a label, tags, and what to do about a double. */
import { Button, TagsInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Credential } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import type { OnStep } from '../../api/watched.ts';
import { Problem } from '../../kit/problem.tsx';
import {
  AccountIdField,
  credentialOf,
  type DraftProps,
  describedBy,
  isGiven,
  KindChoice,
  LabelField,
  SecretFields,
  useCredentialDraft,
} from '../credential/credential-fields.tsx';
import { Report, StepsUnderWay } from '../credential/report.tsx';
import { useTrial } from '../credential/trial.ts';

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
  /** Calls `onStep` as each step of the test ends. */
  readonly onSubmit: (given: GivenCredential, onStep: OnStep) => Promise<unknown>;
  readonly submitLabel: string;
  /** Asks for a label, an account id and tags, too. */
  readonly withDescription?: boolean;
}): ReactNode {
  const form = useCredentialDraft();
  const [tags, setTags] = useState<string[]>([]);
  const { isTrying, steps, report, error, run } = useTrial();
  const send = async (more: { readonly duplicate?: boolean } = {}): Promise<void> => {
    const described = { ...describedBy(form.draft), ...(tags.length === 0 ? {} : { tags }), ...more };
    const given = { credential: credentialOf(form.draft), described };
    await run((onStep) => onSubmit(given, onStep));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isGiven(form.draft) && !isTrying) void send();
  };
  const isDouble = error !== null && failureOf(error).code === 'connection-duplicate';
  return (
    <form className="stack" onSubmit={submit}>
      <KindChoice {...form} />
      <SecretFields {...form} />
      {withDescription ? <Description {...form} tags={tags} onTags={setTags} /> : null}
      {isTrying ? <StepsUnderWay ended={steps} /> : null}
      {report === null ? null : <Report report={report} />}
      {error === null ? null : <Problem error={error} />}
      <div className="row">
        <Button type="submit" loading={isTrying} disabled={!isGiven(form.draft)}>
          {submitLabel}
        </Button>
        {isDouble ? (
          <Button variant="default" onClick={() => void send({ duplicate: true })}>
            Save it all the same
          </Button>
        ) : null}
      </div>
    </form>
  );
}

function Description({
  tags,
  onTags,
  ...form
}: DraftProps & {
  readonly tags: readonly string[];
  readonly onTags: (tags: string[]) => void;
}): ReactNode {
  return (
    <div className="zw-twocolumns">
      <LabelField {...form} label="Label" description="May stay empty: then it is called as the account is" />
      <TagsInput
        label="Tags"
        description="To find it by, and to filter its zones by"
        value={[...tags]}
        onChange={onTags}
      />
      <AccountIdField {...form} />
    </div>
  );
}

/** What a test of a credential found, step by step, as it was asked of Cloudflare. */
import type { ReactNode } from 'react';
import type { TestReport } from '../../../client/index.ts';
import type { TestStep } from '../../api/watched.ts';
import { formatSpan } from '../../kit/clock.ts';
import { Copy } from '../../kit/copy.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';

interface Step {
  readonly name: string;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
  readonly durationMs: number;
  readonly calls: number;
  readonly ray: string | null;
}

interface Failure {
  readonly message: string;
  readonly next: readonly string[];
}

const TITLES: Readonly<Record<string, string>> = {
  account: 'Find the account',
  verify: 'Ask Cloudflare whether it is alive',
  'list-zones': 'List zones',
  'read-records': 'Read records',
  rights: 'Find out what it may do',
};

/** In the order in which a test asks. */
export const STEP_NAMES: readonly string[] = ['account', 'verify', 'list-zones', 'read-records', 'rights'];

export function Report({ report }: { readonly report: NonNullable<TestReport> }): ReactNode {
  const failure = report['failure'] as Failure | null | undefined;
  return (
    <section className="stack stack--tight" aria-label="Test">
      <StepList steps={report.steps as unknown as readonly Step[]} />
      <p className="soft small">
        {report.calls} {report.calls === 1 ? 'call' : 'calls'} to Cloudflare, {formatSpan(report.durationMs)}
      </p>
      {failure === null || failure === undefined ? null : (
        <div role="alert">
          <Note tone="delete">
            <strong>{failure.message}</strong>
            <NextSteps lines={failure.next} />
          </Note>
        </div>
      )}
    </section>
  );
}

export function StepList({ steps }: { readonly steps: readonly Step[] }): ReactNode {
  return (
    <ol className="zw-steps">
      {steps.map(({ name, outcome, detail, durationMs, ray }) => (
        <li key={name} className={`is-${outcome}`}>
          <Icon name={outcome === 'ok' ? 'check' : outcome === 'failed' ? 'cancel' : 'dots'} />
          <div className="grow">
            <strong>{TITLES[name] ?? name}</strong>
            <span className="visually-hidden">: {outcome}</span>
            <p className="small soft">{detail}</p>
          </div>
          <span className="tiny soft row row--tight">
            {outcome === 'skipped' ? 'skipped' : formatSpan(durationMs)}
            {ray === null ? null : <Copy text={ray} what="Cloudflare ray id" />}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** A test that is under way: the steps that have ended, and those that are still to come. */
export function StepsUnderWay({ ended = [] }: { readonly ended?: readonly TestStep[] }): ReactNode {
  // What was left out, an account that is known, does not come any more.
  const last = Math.max(-1, ...ended.map(({ name }) => STEP_NAMES.indexOf(String(name))));
  const coming = STEP_NAMES.slice(last + 1);
  return (
    <section role="status" aria-label="Test under way">
      <StepList steps={ended as unknown as readonly Step[]} />
      <ol className="zw-steps">
        {coming.map((name, index) => (
          <li key={name} className="is-waiting">
            {index === 0 ? <span className="zw-dot" aria-hidden="true" /> : <Icon name="dots" />}
            <div className="grow">{TITLES[name] ?? name}</div>
          </li>
        ))}
      </ol>
    </section>
  );
}

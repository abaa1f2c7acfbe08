/** A test of a credential as it goes on: the steps that have ended, and how it failed. */
import { useState } from 'react';
import type { TestReport } from '../../../client/index.ts';
import { failureOf } from '../../api/failure.ts';
import type { OnStep, TestStep } from '../../api/watched.ts';

export interface Trial {
  readonly isTrying: boolean;
  readonly steps: readonly TestStep[];
  /** Of a test that failed. */
  readonly report: TestReport | null;
  /** What failed otherwise. */
  readonly error: unknown;
}

const NOTHING: Trial = { isTrying: false, steps: [], report: null, error: null };

/** `run` resolves with what the work gave, or with null when it failed; then the trial tells how. */
export function useTrial(): Trial & {
  readonly run: <Done>(work: (onStep: OnStep) => Promise<Done>) => Promise<Done | null>;
} {
  const [trial, setTrial] = useState(NOTHING);
  const run = async <Done>(work: (onStep: OnStep) => Promise<Done>): Promise<Done | null> => {
    setTrial({ ...NOTHING, isTrying: true });
    try {
      const done = await work((step) =>
        setTrial((before) => ({ ...before, steps: [...before.steps, step] })),
      );
      setTrial(NOTHING);
      return done;
    } catch (error) {
      const report = failureOf(error).details['report'] as TestReport | undefined;
      setTrial({ ...NOTHING, ...(report === undefined ? { error } : { report }) });
      return null;
    }
  };
  return { ...trial, run };
}

/** The step that failed, by name. */
export function failedAt(report: TestReport | null): string | null {
  const failure = report?.['failure'] as { readonly step: string } | null | undefined;
  return failure?.step ?? null;
}

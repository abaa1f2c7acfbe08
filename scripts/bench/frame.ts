/**
 * The frame of the benchmark. A row is one job, done by Zoneward and by its rivals against the same sandbox in the same
 * run. Whoever does it runs in a process of its own, so that its memory is its own; calls are counted by the sandbox.
 *
 * Calls and memory are judged (exit code); times depend on the machine and are shown as ratios within the run.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import type { ActorInput } from './actors/input.ts';

/** Who does a job: Zoneward, the official SDK as its guide has it, or a script tuned by hand on top of it. */
export type Doer = 'zoneward' | 'sdk' | 'tuned';

export interface Measured {
  readonly calls: number;
  readonly ms: number;
  /** Of the process, at its peak. */
  readonly rssMb: number;
  /** Not run: calls × latency on top of the time without latency. */
  readonly isComputed?: boolean;
}

/** A target that a row holds or breaks. Only calls and memory decide the exit code. */
export interface Verdict {
  readonly target: string;
  readonly held: boolean;
  readonly measured: string;
  readonly decides: boolean;
}

export interface RowResult {
  readonly name: string;
  /** Of each answer of the sandbox; null where nothing goes over HTTP. */
  readonly latencyMs: number | null;
  readonly by: Readonly<Partial<Record<Doer, Measured>>>;
  /** The fewest calls that the API allows for the job; null where there is no such number. */
  readonly callsMin: number | null;
  readonly verdicts: readonly Verdict[];
}

export interface BenchOptions {
  /** Also the rows that take minutes. */
  readonly full: boolean;
  readonly say: (text: string) => void;
}

export interface Row {
  readonly name: string;
  run(options: BenchOptions): Promise<readonly RowResult[]>;
}

/** A sandbox and a folder, for one row. */
export interface Place {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** Runs a job in a process of its own. `job` is the name of an actor's function; `input` goes to it as JSON. */
  measure(
    doer: Doer,
    job: string,
    input?: object,
  ): Promise<Measured & { readonly told: Record<string, unknown> }>;
}

/** No limit of requests: what is measured is the client, and Zoneward's own pace is taken off by a fast clock. */
export async function withPlace<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
  const sandbox = await startSandbox({ rateLimit: false, dnsPort: false, warn: () => {} });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'zoneward-bench-'));
  const epoch = Date.now();
  try {
    return await work({
      sandbox,
      folder,
      measure: async (doer, job, input = {}) => {
        const before = sandbox.counts().total;
        const setting = {
          baseUrl: sandbox.baseUrl,
          token: sandbox.tokens.full,
          accountId: sandbox.accountId,
        };
        const told = await runActor({ ...input, ...setting, doer, job, folder, epoch });
        const { ms, rssMb, ...rest } = told;
        return { calls: sandbox.counts().total - before, ms: Number(ms), rssMb: Number(rssMb), told: rest };
      },
    });
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const ACTOR_TIMEOUT_MS = 1_800_000;

/** @returns what the process printed as its last line. */
export async function runActor(input: ActorInput): Promise<Record<string, unknown>> {
  const entry = path.join(import.meta.dirname, 'actor.ts');
  const child = spawn(process.execPath, [entry, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: ACTOR_TIMEOUT_MS,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${input.doer}'s ${input.job} ended with ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
}

/** The same job with a latency that it was not run with. */
export function computed(measured: Measured, latencyMs: number): Measured {
  return { ...measured, ms: measured.ms + measured.calls * latencyMs, isComputed: true };
}

export function callsAtMost(target: string, calls: number, limit: number): Verdict {
  return { target: `${target}: ≤ ${limit} calls`, held: calls <= limit, measured: `${calls}`, decides: true };
}

export function memoryBelow(target: string, rssMb: number, limitMb: number): Verdict {
  return {
    target: `${target}: < ${limitMb} MB`,
    held: rssMb < limitMb,
    measured: `${rssMb} MB`,
    decides: true,
  };
}

/** Tests that need a program of others: they run where it is, and say so where it is not. */
import { execFile, execFileSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';

/**
 * As `test`, when the command is there. The test command installs those of `scripts/tools.ts` where it may. `probe` is
 * a line of shell that must succeed besides, for a program that lacks a part.
 */
export function testWith(
  command: string,
  name: string,
  run: (context: TestContext) => Promise<void>,
  probe = 'true',
): void {
  if (isThere(command, probe)) test(name, run);
  else console.error(`not tested, there is no ${command} here: ${name}`);
}

function isThere(command: string, probe: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command} && ${probe}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Ran {
  readonly ok: boolean;
  /** Both streams. */
  readonly output: string;
}

const TIME_LIMIT_MS = 60_000;

/** Runs a program to its end. */
export async function runTool(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const options = { timeout: TIME_LIMIT_MS, env: { ...process.env, ...env } };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, [...args], options);
    return { ok: true, output: `${stdout}${stderr}` };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { ok: false, output: `${stdout}${stderr}` };
  }
}

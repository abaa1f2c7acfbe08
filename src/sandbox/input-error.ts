/**
 * What is thrown when the sandbox itself is given something wrong: a malformed seed, an occupied port, a fault for
 * an unknown route. A command line maps it to "usage" (exit 2). Never thrown for what an API client sends.
 */
export class SandboxInputError extends Error {
  override readonly name = 'SandboxInputError';
  /** Stable, kebab-case, for programs. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * A value that must not be seen. A `Secret` prints as `[redacted]` wherever values are printed: string
 * conversion, JSON, `util.inspect`, error messages. Only `reveal` gives the value, so a search for that word
 * lists every place where a secret leaves its wrapper.
 */
const REDACTED = '[redacted]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain value. Call it at the last moment: when a header is built or a key is wrapped. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }
}

Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => REDACTED });

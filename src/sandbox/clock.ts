/**
 * The sandbox's time: it can be set, moved and scaled while it runs, so that hours of zone life or of rate windows
 * pass in seconds. Everything that the API shows (timestamps, windows, life cycles) follows it; delays of faults and
 * latency are real time.
 */

export interface TimeSource {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export interface ClockChange {
  /** Milliseconds since the Unix epoch. */
  readonly now?: number | undefined;
  readonly advanceMs?: number | undefined;
  readonly scale?: number | undefined;
}

export class SandboxClock {
  readonly #source: TimeSource;
  #sourceBase: number;
  #base: number;
  #scale = 1;
  #lastMicros = 0;

  constructor(source: TimeSource = { now: () => Date.now() }) {
    this.#source = source;
    this.#sourceBase = source.now();
    this.#base = this.#sourceBase;
  }

  now(): number {
    return this.#base + (this.#source.now() - this.#sourceBase) * this.#scale;
  }

  get scale(): number {
    return this.#scale;
  }

  /**
   * Jumps to a moment (forwards or backwards), moves by a span, and runs on at another pace: a second of the source is
   * then `scale` seconds here. All of one change happens at one instant of the source.
   */
  change({ now, advanceMs = 0, scale = this.#scale }: ClockChange): void {
    const sourceNow = this.#source.now();
    const present = this.#base + (sourceNow - this.#sourceBase) * this.#scale;
    this.#base = (now ?? present) + advanceMs;
    this.#sourceBase = sourceNow;
    this.#scale = scale;
    this.#lastMicros = 0;
  }

  /** The moment as the API writes it, never the same twice in a row while time runs forwards. */
  stamp(): string {
    const wanted = Math.floor(this.now()) * 1000 + microsWithinMs();
    const micros = wanted <= this.#lastMicros ? this.#lastMicros + 1 : wanted;
    this.#lastMicros = micros;
    return formatMicros(micros);
  }
}

function microsWithinMs(): number {
  return Math.floor(performance.now() * 1000) % 1000;
}

/** RFC 3339 in UTC with up to six digits of fraction, trailing zeros dropped. */
export function formatMicros(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const seconds = new Date(ms).toISOString().slice(0, 19);
  const fraction = String(micros - Math.floor(ms / 1000) * 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** RFC 3339 with whole seconds, as dates of tokens are written. */
export function formatSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

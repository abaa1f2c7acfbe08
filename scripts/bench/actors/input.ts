/** What an actor is told, and what it tells: its time, without the start of the process. */
export interface ActorInput {
  readonly doer: string;
  readonly job: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly accountId: string;
  readonly folder: string;
  /** When the row began, for clocks that run fast. */
  readonly epoch: number;
  /** Whose store: a fresh one is a first sync. */
  readonly home?: string;
  readonly zone?: string;
  /** So many records are changed. */
  readonly changes?: number;
  /** So many records are in the zone. */
  readonly records?: number;
  readonly changeSet?: string;
}

export type Job = (input: ActorInput) => Promise<{ readonly ms: number; readonly [more: string]: unknown }>;

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round(performance.now() - startedAt);
}

/** The address that the nth of many single changes gives to its record. */
export function nextAddress(index: number): string {
  return `198.51.${index >> 8}.${index & 255}`;
}

/** The name of a record of the benchmark's zones. */
export function hostName(index: number, records: number, zone: string): string {
  return `host-${index % records}.${zone}`;
}

/** The address that the nth changed record gets. */
export function newAddress(index: number): string {
  return `192.0.2.${index % 250}`;
}

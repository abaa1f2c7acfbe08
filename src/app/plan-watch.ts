/** Who watches a long plan: told zone by zone how far it is, and heard between two zones when it is to stop. */
export interface PlanWatch {
  readonly signal: AbortSignal;
  readonly onZone: (done: number, total: number) => void;
}

/** Before each zone. Throws the signal's reason when the plan is to stop. */
export function beforeZone(watch: PlanWatch | undefined, done: number, total: number): void {
  watch?.signal.throwIfAborted();
  // A plan of several parts counts them itself.
  if (total > 1) watch?.onZone(done, total);
}

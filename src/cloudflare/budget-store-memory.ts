/**
 * A budget kept in memory: for tests, and for a host that runs as one short-lived process (a serverless
 * function) and has no store. Processes do not see each other's calls through it; then only the server's
 * reported headers and a 429 tell of the others.
 */
import type { Clock } from '../base/clock.ts';
import type { JsonValue } from '../base/json.ts';
import type { BudgetStore } from './ports.ts';

export function createMemoryBudgetStore({ clock }: { readonly clock: Clock }): BudgetStore {
  const states = new Map<string, JsonValue>();
  return {
    update: async (key, step) => {
      const { state, result } = step(states.get(key) ?? null, clock.now());
      states.set(key, state);
      return result;
    },
  };
}

/** How many differences each zone has from what was last applied. */

const NONE: ReadonlyMap<string, number> = new Map();

export function useDriftCounts(): ReadonlyMap<string, number> {
  return NONE;
}

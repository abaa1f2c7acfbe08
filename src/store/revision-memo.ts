/**
 * What was found out about one revision of a zone: that never changes, so it is worth remembering while people type,
 * sort and turn pages. Numbers and ids only, never what a record says; the longest unused is forgotten.
 */
export interface RevisionMemo<Value> {
  /** `key` names the zone, since when it is known, the revision, and the question. */
  get(key: readonly unknown[], find: () => Promise<Value>): Promise<Value>;
}

export function openRevisionMemo<Value>(most: number): RevisionMemo<Value> {
  const kept = new Map<string, Value>();
  return {
    async get(key, find) {
      const text = JSON.stringify(key);
      const value = kept.has(text) ? (kept.get(text) as Value) : await find();
      kept.delete(text);
      kept.set(text, value);
      if (kept.size > most) kept.delete(kept.keys().next().value ?? '');
      return value;
    },
  };
}

/** The store's side of the vault in memory: for tests, and for a sandbox that forgets. */
import type { SealedRow, SealedSecretRows, VaultHeaderStore } from '../domains/connections/ports.ts';

export function memoryVaultHeader(): VaultHeaderStore {
  let text: string | null = null;
  return {
    read: async () => text,
    replace: async (previous, next) => {
      if (text !== previous) return false;
      text = next;
      return true;
    },
  };
}

/** Rows that a test or a host puts in and looks at by itself. */
export function memorySealedRows(): SealedSecretRows & { readonly rows: Map<string, SealedRow> } {
  const rows = new Map<string, SealedRow>();
  return {
    rows,
    countByKey: async () => {
      const counts: Record<string, number> = {};
      for (const { sealed } of rows.values()) counts[sealed.keyId] = (counts[sealed.keyId] ?? 0) + 1;
      return counts;
    },
    notUnder: async function* (keyId) {
      const found = [...rows.values()].filter((row) => row.sealed.keyId !== keyId);
      for (let i = 0; i < found.length; i += 2) yield found.slice(i, i + 2);
    },
    replaceWrapping: async (before, after) => {
      for (const [id, row] of rows) {
        if (row.context !== before.context || row.sealed.wrappedKey !== before.sealed.wrappedKey) continue;
        rows.set(id, { context: row.context, sealed: after });
        return true;
      }
      return false;
    },
  };
}

/** The file that was dropped on a zone, on its way to the import page. It is held by this page alone. */
import { useSyncExternalStore } from 'react';

export interface DroppedFile {
  readonly name: string;
  readonly text: string;
}

/** What the server takes. */
export const FILE_BYTES_MAX: number = 32 * 1024 * 1024;
const dropped = new Map<string, DroppedFile>();
const listeners = new Set<() => void>();

export function useDroppedFile(zone: string): DroppedFile | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => dropped.get(zone) ?? null,
  );
}

/** Throws with a sentence for people when it is no text or too large. */
export async function takeFile(zone: string, file: File): Promise<void> {
  if (file.size > FILE_BYTES_MAX) throw new Error(`${file.name} is larger than 32 MB.`);
  const text = await file.text();
  if (text.includes('\u0000')) throw new Error(`${file.name} is no text file.`);
  dropped.set(zone, { name: file.name, text });
  for (const listener of listeners) listener();
}

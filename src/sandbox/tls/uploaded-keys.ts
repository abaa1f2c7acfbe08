/**
 * Private keys that clients have uploaded. They are held in memory for the edge's handshakes and stand in no state
 * file, so after a restart the edge serves such a certificate no more; the API shows it as before.
 */

const keys = new WeakMap<object, string>();

/** Remembers the key (PEM) of a stored certificate; undefined forgets it. */
export function keepKey(certificate: object, key: string | undefined): void {
  if (key === undefined) keys.delete(certificate);
  else keys.set(certificate, key);
}

export function uploadedKey(certificate: object): string | undefined {
  return keys.get(certificate);
}

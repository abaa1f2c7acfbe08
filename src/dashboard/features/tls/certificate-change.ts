/**
 * A change of certificates on its way to its plan. Small ones stand in the address and survive a reload; files, and the
 * private key of an upload, are held by this page alone and are gone with it.
 */
import type { PlanInput } from '../../../client/index.ts';

export type CertificateChange = Extract<PlanInput, { readonly kind: 'certificates' }>['change'];

export interface CertificateDraft {
  readonly change: CertificateChange;
  /** PEM. Given to the server once more when the change is applied. */
  readonly privateKey?: string;
}

/** The latest that does not fit an address, and its number. */
let held: { readonly number: number; readonly draft: CertificateDraft } | null = null;

/** The query of the page that plans it. */
export function queryOf(draft: CertificateDraft): string {
  const { change, privateKey } = draft;
  if (privateKey === undefined && !('certificate' in change) && !('csr' in change))
    return `change=${encodeURIComponent(JSON.stringify(change))}`;
  held = { number: (held?.number ?? 0) + 1, draft };
  return `draft=${held.number}`;
}

/** Null for one that is gone, or none. */
export function draftOf(query: string): CertificateDraft | null {
  const params = new URLSearchParams(query);
  const number = params.get('draft');
  if (number !== null) return held !== null && String(held.number) === number ? held.draft : null;
  try {
    const change: unknown = JSON.parse(params.get('change') ?? 'null');
    const isChange = typeof change === 'object' && change !== null && 'kind' in change;
    // The server looks at the rest.
    return isChange ? { change: change as CertificateChange } : null;
  } catch {
    return null;
  }
}

export function forgetDraft(): void {
  held = null;
}

const WORDS: Readonly<Record<CertificateChange['kind'], string>> = {
  order: 'Order a certificate',
  restart: 'Begin a validation again',
  delete: 'Delete a certificate',
  prioritize: 'Order of own certificates',
  proofs: 'Publish what a certificate waits for',
  upload: 'Upload a certificate',
  replace: 'Replace a certificate',
  'origin-ca': 'Origin CA certificate',
  'origin-ca-revoke': 'Revoke an Origin CA certificate',
  'origin-pull-upload': 'Upload a client certificate',
  'origin-pull-delete': 'Delete a client certificate',
  'origin-pull-hostname': 'Origin pulls of a hostname',
  'hostname-add': 'Serve a hostname',
  'hostname-edit': 'Change a hostname',
  'hostname-restart': 'Begin the validation of a hostname again',
  'hostname-delete': 'Stop serving a hostname',
  'hostname-proofs': 'Publish what a hostname waits for',
};

/** A line for people. */
export function wordsOf(change: CertificateChange): string {
  const words = WORDS[change.kind];
  return 'hostname' in change ? `${words}: ${change.hostname}` : words;
}

/** Names as people type them: separated by spaces, commas or lines. */
export function namesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}

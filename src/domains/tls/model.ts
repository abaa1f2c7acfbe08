/** What a zone serves TLS with, as Cloudflare tells it: certificates of every kind, and customers' hostnames. */

/** How control over a name is proved to an authority, or to Cloudflare. */
export type Proof =
  | { readonly kind: 'txt'; readonly name: string; readonly value: string }
  /** Delegates the proof for good: renewals need nothing more. */
  | { readonly kind: 'cname'; readonly name: string; readonly target: string }
  | { readonly kind: 'http'; readonly url: string; readonly body: string }
  | { readonly kind: 'email'; readonly addresses: readonly string[] };

/** One certificate that Cloudflare serves, or is about to. */
export interface CertificatePack {
  readonly id: string;
  /** `universal`, `advanced`, `sni_custom`, … in Cloudflare's words. */
  readonly type: string;
  /** `active`, `pending_validation`, … */
  readonly status: string;
  readonly hosts: readonly string[];
  /** `google`, `lets_encrypt`, `ssl_com`, …; null where Cloudflare does not tell. */
  readonly authority: string | null;
  readonly validationMethod: string | null;
  readonly validityDays: number | null;
  /** Milliseconds; the earliest of its certificates; null before one is issued. */
  readonly expiresAt: number | null;
  /** What the certificate waits for. */
  readonly proofs: readonly Proof[];
  /** What would prove it once and for all. */
  readonly delegations: readonly Proof[];
  readonly errors: readonly string[];
}

/** A certificate of the customer's own, with its key at Cloudflare. */
export interface CustomCertificate {
  readonly id: string;
  readonly status: string;
  readonly hosts: readonly string[];
  readonly issuer: string;
  readonly expiresAt: number | null;
  readonly bundleMethod: string | null;
  /** Of several that cover a name, the highest wins. */
  readonly priority: number;
}

/** A certificate for the way from Cloudflare to the origin; no browser trusts it. */
export interface OriginCertificate {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly expiresAt: number | null;
  readonly validityDays: number | null;
  /** SHA-256 (hex) of its public key; null where the certificate cannot be read. */
  readonly keySha256: string | null;
  /** PEM. */
  readonly certificate: string | null;
}

export interface HostnameSsl {
  /** In the words of certificate packs. */
  readonly status: string;
  readonly method: string | null;
  readonly authority: string | null;
  readonly wildcard: boolean;
  readonly minTls: string | null;
  readonly expiresAt: number | null;
  readonly proofs: readonly Proof[];
  readonly errors: readonly string[];
}

/** A name of a customer that this zone serves (SSL for SaaS). */
export interface CustomHostname {
  readonly id: string;
  readonly hostname: string;
  /** `active`, `pending`, `moved`, `blocked`, … */
  readonly status: string;
  /** Null: the zone's fallback origin. */
  readonly origin: string | null;
  /** Null: no certificate was asked for. */
  readonly ssl: HostnameSsl | null;
  /** What proves that the name is the customer's. */
  readonly ownership: readonly Proof[];
  readonly errors: readonly string[];
}

/** A certificate that Cloudflare shows to origins. */
export interface OriginPullCertificate {
  readonly id: string;
  readonly level: 'zone' | 'hostname';
  readonly status: string;
  readonly issuer: string;
  /** SHA-256 (hex) of the certificate; null where it cannot be read. */
  readonly sha256: string | null;
  readonly expiresAt: number | null;
}

export interface Quota {
  readonly allocated: number;
  readonly used: number;
}

export interface FallbackOrigin {
  readonly origin: string;
  readonly status: string;
  readonly errors: readonly string[];
}

/** `_acme-challenge.example.com TXT "3f2a…"` */
export function proofText(proof: Proof): string {
  switch (proof.kind) {
    case 'txt':
      return `${proof.name} TXT ${JSON.stringify(proof.value)}`;
    case 'cname':
      return `${proof.name} CNAME ${proof.target}`;
    case 'http':
      return `${proof.url} with ${JSON.stringify(proof.body)}`;
    case 'email':
      return `an answer to the mail to ${proof.addresses.join(' or ')}`;
    default:
      return proof satisfies never;
  }
}

/** Those statuses from which nothing comes by itself any more. */
export const TIMED_OUT: RegExp = /_timed_out$/;

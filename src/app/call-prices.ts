/** What use cases cost in calls to Cloudflare, for who says so beforehand without loading them. */

/** A look at all TLS of a zone: settings, certificates, DNSSEC, hostnames. */
export const REFRESH_CALLS: number = 17;

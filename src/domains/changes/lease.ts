/** How long a process may hold a zone or a change set without renewing: enough for a request and for reading it back. */
export const LEASE_MS = 180_000;

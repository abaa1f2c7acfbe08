/** What an account has at the registrar: registrations, workflows, charges, and what its owner has set up. */

import { family } from '../state/family.ts';
import type { Account } from '../state/principals.ts';
import type { Namespace } from './extensions.ts';

export interface StoredRegistration {
  readonly domain: string;
  /** Null: not done yet; its workflow is running. */
  createdAtMs: number | null;
  expiresAtMs: number | null;
  /** Shown while it is not done yet. */
  readonly requestedAt: string;
  readonly pending: 'registration' | 'transfer' | null;
  autoRenew: boolean;
  locked: boolean;
  privacyMode: 'off' | 'redaction';
}

export type WorkflowKind = 'registration' | 'update' | 'transfer';
export type FinalState = 'succeeded' | 'failed' | 'action_required' | 'blocked';

/** How a workflow goes, decided when it starts. */
export interface Outcome {
  readonly state: FinalState;
  /** From the start to that state, in sandbox time. */
  readonly afterMs: number;
  /** For `action_required` and `blocked`: succeeds so long after; absent: never by itself. */
  readonly resumesAfterMs?: number;
  readonly error?: { readonly code: string; readonly message: string };
  readonly context?: Readonly<Record<string, unknown>>;
  /** A failure after the payment was taken. */
  readonly charged?: boolean;
}

export interface StoredWorkflow {
  readonly id: string;
  readonly domain: string;
  readonly kind: WorkflowKind;
  readonly startedAtMs: number;
  readonly years: number;
  readonly cost: string;
  /** Of an update. */
  readonly autoRenew?: boolean;
  /** Of a transfer: the expiry that it adds to. */
  readonly expiresAtMs?: number;
  readonly outcome: Outcome;
  /** Said by the world outside. */
  resolution?: {
    readonly state: 'succeeded' | 'failed';
    readonly atMs: number;
    readonly error?: Outcome['error'];
  };
  /** Its effects are done. */
  done: boolean;
}

/** Money that was taken. Never undone. */
export interface Charge {
  readonly domain: string;
  readonly kind: 'registration' | 'transfer' | 'renewal';
  readonly amount: string;
  readonly currency: 'USD';
  readonly years: number;
  readonly at: string;
  readonly workflowId: string | null;
}

export interface Book {
  registrations: StoredRegistration[];
  workflows: StoredWorkflow[];
  charges: Charge[];
}

export function bookOf(account: Account, namespace: Namespace): Book {
  const name = namespace === 'live' ? 'registrar' : 'registrar_sandbox';
  return family<Book>(account.bag, name, () => ({ registrations: [], workflows: [], charges: [] }));
}

/** Whether an account has ever had anything at the registrar. */
export function hasBook(account: Account): boolean {
  return account.bag['registrar'] !== undefined;
}

/** What the account's owner has set up in the dashboard, and what the registrar lets it do. */
export interface RegistrarAccount {
  readonly defaultContact: boolean;
  readonly paymentMethod: boolean;
  readonly domainsMax: number;
  /** Refused for fraud, payment or velocity. */
  readonly temporarilyBlocked: boolean;
}

/** 500 by the documentation of October 2026; older texts say 100. */
const DOMAINS_MAX = 500;

const BAG = 'registrar_account';

export function registrarAccount(account: Account): RegistrarAccount {
  return family<RegistrarAccount>(account.bag, BAG, () => ({
    defaultContact: true,
    paymentMethod: true,
    domainsMax: DOMAINS_MAX,
    temporarilyBlocked: false,
  }));
}

export function setRegistrarAccount(account: Account, change: Partial<RegistrarAccount>): void {
  account.bag[BAG] = { ...registrarAccount(account), ...change };
}

/**
 * Provisioning: a domain brought from a name to live, step by step. Durable: every step has its state, reason, next
 * steps and time in the store, so it goes on for days without a process that holds it, and may be repeated safely.
 *
 * ```
 * register → zone → nameservers → activation → records → tls → dnssec → verify → (live)
 * ```
 *
 * Invariants: what is made is noted as meant before it is sent and as made afterwards, so `deprovision` removes
 * exactly what was added and nothing that was there before. A step that waits blocks those after it.
 */
import type { AccountId, Branded, ChangeSetId, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import type { Principal } from '../audit/model.ts';
import type { PurchaseId } from '../registrar/model.ts';

export type ProvisioningId = Branded<string, 'ProvisioningId'>;

export const STEP_NAMES = [
  'register',
  'zone',
  'nameservers',
  'activation',
  'records',
  'tls',
  'dnssec',
  'verify',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** `waiting`: on the world, looked at again by itself. `action`: on a person. `failed`: tried again when told to. */
export type StepState = 'todo' | 'waiting' | 'action' | 'failed' | 'skipped' | 'done';

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  /** A sentence for people. */
  readonly reason: string;
  readonly next: readonly string[];
  /** When the state last changed; null while it never ran. */
  readonly at: number | null;
}

/** What was wanted. */
export interface ProvisioningWish {
  /** Null: the name is registered somewhere already. */
  readonly register: { readonly purchaseId: PurchaseId } | null;
  /** A zone file or document, as it was given; null: no records. */
  readonly records: {
    readonly file: string;
    readonly text: string;
    /** Told by the file itself when absent. */
    readonly format?: 'bind' | 'octodns' | 'document';
    /** Words of guard rails that its plan may lift. */
    readonly allow: readonly string[];
  } | null;
  /** Templates for the zone, in order, after the file. */
  readonly templates?: readonly WantedTemplate[];
  /** A baseline of TLS settings, by name; null: what Cloudflare gives a new zone. */
  readonly tls?: string | null;
  /** Signs the zone, and waits until the parent vouches for it. */
  readonly dnssec?: boolean;
  /** Resolvers asked by `verify` beside the zone's own nameservers. */
  readonly resolvers: readonly string[];
}

export interface WantedTemplate {
  readonly file: string;
  readonly text: string;
  readonly host: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly groups: readonly string[] | null;
}

/** What a change set of a provisioning is for: the nth template, the TLS baseline, DNSSEC. */
export type AddedKind = `template ${number}` | 'tls' | 'dnssec';

/** What this provisioning made, and so may take away. */
export interface Added {
  /** `meant`: written down before the request; whether it landed is looked up. */
  readonly zone: {
    readonly state: 'none' | 'meant' | 'made' | 'found' | 'removed';
    readonly meantAt: number | null;
  };
  readonly changeSetId: ChangeSetId | null;
  /** Whether the change set was taken back. */
  readonly recordsTakenBack: boolean;
  /** The change sets beside that of the file, in the order in which they were made. */
  readonly others?: readonly {
    readonly kind: AddedKind;
    readonly changeSetId: ChangeSetId;
    readonly takenBack: boolean;
  }[];
}

export type ProvisioningState = 'going' | 'live' | 'removing' | 'removed';

export interface Provisioning {
  readonly id: ProvisioningId;
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly domain: DomainName;
  readonly state: ProvisioningState;
  readonly wish: ProvisioningWish;
  readonly steps: readonly Step[];
  readonly zoneId: ZoneId | null;
  readonly nameServers: readonly string[];
  readonly added: Added;
  readonly author: Principal;
  readonly createdAt: number;
  readonly dueAt: number | null;
  readonly version: number;
}

/** The first step that holds the others up; null when there is none. */
export function holdingStep({ steps }: Pick<Provisioning, 'steps'>): Step | null {
  return steps.find(({ state }) => state !== 'done' && state !== 'skipped') ?? null;
}

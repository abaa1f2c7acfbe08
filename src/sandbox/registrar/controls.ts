/**
 * The registrar in the hands of tests: what registries hold, how workflows go, what the account's owner has set up;
 * and the charges, which prove that nothing was bought twice. Also the registrar's part of a seed.
 */
import { SandboxInputError } from '../input-error.ts';
import { checkShape, is, listOf, type Shape } from '../shape.ts';
import type { Account } from '../state/principals.ts';
import type { World } from '../state/world.ts';
import {
  bookOf,
  type Charge,
  hasBook,
  type Outcome,
  type RegistrarAccount,
  type StoredRegistration,
  type StoredWorkflow,
  setRegistrarAccount,
  type WorkflowKind,
} from './books.ts';
import { parseDomain } from './extensions.ts';
import { type Registry, registryOf } from './registry.ts';
import { addYears } from './renewal.ts';
import { isFinal, scriptKey, scriptOf, settle, type WorkflowState, workflowState } from './workflows.ts';

export interface ScriptedOutcome extends Partial<Outcome> {
  /** Default every domain that has no outcome of its own. */
  readonly domain?: string;
  readonly kind?: WorkflowKind;
}

export interface SeededRegistration {
  readonly domain: string;
  /** Id or name; default the sandbox's own. */
  readonly account?: string;
  /** RFC 3339; default in a year. */
  readonly expiresOn?: string;
  readonly autoRenew?: boolean;
  readonly locked?: boolean;
}

export interface RegistrarUpdate extends Partial<Registry> {
  readonly outcomes?: readonly ScriptedOutcome[];
  /** Of the sandbox's own account. */
  readonly account?: Partial<RegistrarAccount>;
  readonly registrations?: readonly SeededRegistration[];
}

export interface RegistrarView {
  readonly registrations: readonly StoredRegistration[];
  readonly workflows: readonly (StoredWorkflow & { readonly state: WorkflowState })[];
  readonly charges: readonly Charge[];
}

const KINDS: readonly WorkflowKind[] = ['registration', 'update', 'transfer'];
const STATES = ['succeeded', 'failed', 'action_required', 'blocked'] as const;
const DEFAULT_AFTER_MS = 3000;

function bad(message: string): SandboxInputError {
  return new SandboxInputError('bad-registrar', message);
}

const UPDATE_SHAPE: Shape = {
  taken: listOf(is.text),
  premium: listOf(is.text),
  foreign: is.object,
  outcomes: listOf(is.object),
  account: is.object,
  registrations: listOf(is.object),
};
const FOREIGN_SHAPE: Shape = {
  locked: is.flag,
  authCode: is.text,
  recent: is.flag,
  held: is.flag,
  unreachable: is.flag,
  expiresOn: is.moment,
};
const OUTCOME_SHAPE: Shape = {
  domain: is.text,
  kind: is.text,
  state: is.text,
  afterMs: is.anything,
  resumesAfterMs: is.number,
  error: is.object,
  context: is.object,
  charged: is.flag,
};
const ACCOUNT_SHAPE: Shape = {
  defaultContact: is.flag,
  paymentMethod: is.flag,
  domainsMax: is.count,
  temporarilyBlocked: is.flag,
};
const REGISTRATION_SHAPE: Shape = {
  domain: is.text,
  account: is.text,
  expiresOn: is.anything,
  autoRenew: is.flag,
  locked: is.flag,
};

function checkUpdate(update: RegistrarUpdate): void {
  const check = (value: unknown, shape: Shape, what: string): void =>
    checkShape(value, shape, { code: 'bad-registrar', what });
  check(update, UPDATE_SHAPE, 'The registrar');
  for (const [name, domain] of Object.entries(update.foreign ?? {})) {
    check(domain, FOREIGN_SHAPE, `The registrar's foreign ${name}`);
  }
  for (const outcome of update.outcomes ?? []) check(outcome, OUTCOME_SHAPE, 'An outcome of the registrar');
  if (update.account !== undefined) check(update.account, ACCOUNT_SHAPE, "The registrar's account");
  for (const item of update.registrations ?? []) {
    check(item, REGISTRATION_SHAPE, 'A registration of the registrar');
    if (item.domain === undefined) throw bad('A registration of the registrar needs a domain.');
  }
}

export class RegistrarControls {
  readonly #world: World;
  readonly #accountId: string;

  constructor(world: World, accountId: string) {
    this.#world = world;
    this.#accountId = accountId;
    world.onTick(() => this.#catchUp());
  }

  /** Registrations that are done by now have their zones, also when nobody asks the registrar. */
  #catchUp(): void {
    for (const account of this.#world.accounts.values()) {
      if (hasBook(account)) settle({ world: this.#world, account, namespace: 'live' });
    }
  }

  /** Everything of an account (default the sandbox's own), with what is due done. */
  view(account?: string): RegistrarView {
    const found = this.#account(account);
    settle({ world: this.#world, account: found, namespace: 'live' });
    const { registrations, workflows, charges } = bookOf(found, 'live');
    return {
      registrations,
      workflows: workflows.map((item) => ({ ...item, state: workflowState(this.#world, item) })),
      charges,
    };
  }

  /** Money taken so far. */
  charges(account?: string): readonly Charge[] {
    return this.view(account).charges;
  }

  update(update: RegistrarUpdate): void {
    checkUpdate(update);
    const registry = registryOf(this.#world);
    for (const name of [
      ...(update.taken ?? []),
      ...(update.premium ?? []),
      ...Object.keys(update.foreign ?? {}),
    ]) {
      if (parseDomain(name)?.name !== name) throw bad(`${name} is no domain that can be registered.`);
    }
    registry.taken = [...new Set([...registry.taken, ...(update.taken ?? [])])];
    registry.premium = [...new Set([...registry.premium, ...(update.premium ?? [])])];
    registry.foreign = { ...registry.foreign, ...update.foreign };
    for (const outcome of update.outcomes ?? []) this.#script(outcome);
    if (update.account !== undefined) setRegistrarAccount(this.#account(), update.account);
    for (const item of update.registrations ?? []) this.#plant(item);
    this.#world.changed();
  }

  #script({ domain = '*', kind = 'registration', ...outcome }: ScriptedOutcome): void {
    const { state = 'succeeded', afterMs = DEFAULT_AFTER_MS } = outcome;
    if (!STATES.includes(state)) throw bad(`No workflow ends as ${String(state)}.`);
    if (!KINDS.includes(kind)) throw bad(`There is no workflow of kind ${String(kind)}.`);
    if (!(afterMs >= 0)) throw bad('afterMs must be a number of at least 0.');
    scriptOf(this.#world)[scriptKey(kind, domain)] = { ...outcome, state, afterMs };
  }

  #plant(seed: SeededRegistration): void {
    const name = parseDomain(seed.domain)?.name;
    if (name === undefined) throw bad(`${seed.domain} is no domain that can be registered.`);
    const { registrations } = bookOf(this.#account(seed.account), 'live');
    if (registrations.some((item) => item.domain === name)) throw bad(`${name} is registered twice.`);
    const now = this.#world.clock.now();
    const expiresAtMs = seed.expiresOn === undefined ? addYears(now, 1) : Date.parse(seed.expiresOn);
    if (Number.isNaN(expiresAtMs)) throw bad(`${String(seed.expiresOn)} is no moment.`);
    registrations.push({
      domain: name,
      createdAtMs: Math.min(now, addYears(expiresAtMs, -1)),
      expiresAtMs,
      requestedAt: new Date(now).toISOString(),
      pending: null,
      autoRenew: seed.autoRenew ?? false,
      locked: seed.locked ?? true,
      privacyMode: 'redaction',
    });
  }

  /** Ends the running workflow of a domain now: somebody confirmed, a third party answered. */
  resolve(
    domain: string,
    end: { readonly state: 'succeeded' | 'failed'; readonly error?: Outcome['error'] },
  ): void {
    if (end.state !== 'succeeded' && end.state !== 'failed')
      throw bad('A workflow ends as succeeded or failed.');
    for (const account of this.#world.accounts.values()) {
      for (const namespace of ['live', 'sandbox'] as const) {
        const running = bookOf(account, namespace).workflows.find(
          (item) => item.domain === domain && !isFinal(workflowState(this.#world, item)),
        );
        if (running === undefined) continue;
        running.resolution = { ...end, atMs: this.#world.clock.now() };
        settle({ world: this.#world, account, namespace });
        return;
      }
    }
    throw bad(`No workflow is running for ${domain}.`);
  }

  #account(wanted: string = this.#accountId): Account {
    for (const account of this.#world.accounts.values()) {
      if (account.id === wanted || account.name === wanted) return account;
    }
    throw bad(`There is no account ${wanted}.`);
  }
}

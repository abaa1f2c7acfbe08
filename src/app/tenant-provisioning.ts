/** Domains brought up and taken down, for one tenant: the ports of provisioning joined to the rest of the engine. */
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { type DomainName, toUnicode } from '../dns/name.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Provisioning, ProvisioningId, WantedTemplate } from '../domains/provisioning/model.ts';
import {
  beginProvisioning,
  carryOn,
  type ProvisionPorts,
  takeDown,
} from '../domains/provisioning/provision.ts';
import { hasLapsed, type Purchase } from '../domains/registrar/model.ts';
import { readRegistrable } from '../domains/registrar/offer.ts';
import type { BaselineName } from '../plan/baselines.ts';
import { type BulkInput, type BulkReport, provisionAll } from './bulk-provision.ts';
import { parseDnsServer } from './config.ts';
import type { Context } from './context.ts';
import { provisionPorts } from './provision-ports.ts';
import { type SourceText, wishOf } from './read-source.ts';
import { findPackTemplate } from './template-files.ts';
import type { TenantChanges } from './tenant-changes.ts';
import type { TenantReach } from './tenant-reach.ts';
import { type RegisterInput, reachRegistrar, type TenantRegistrar } from './tenant-registrar.ts';
import type { TemplateReference, TemplateRequest, TenantTemplates } from './tenant-templates.ts';
import type { TenantTls } from './tenant-tls.ts';

export interface ProvisionInput {
  readonly connection?: string;
  /** Buys the name first. See `TenantRegistrar.register`. */
  readonly register?: RegisterInput;
  /** Records, and settings where it is a zone document. */
  readonly source?: SourceText;
  /** Words of the guard rails that the plan of the records may lift. */
  readonly allow?: readonly string[];
  /** Templates for the zone, in order, after the records of `source`. */
  readonly templates?: readonly ProvisionTemplate[];
  /** A baseline of TLS settings: `modern`, `strict`. */
  readonly tls?: BaselineName;
  /** Signs the zone, and waits until the parent vouches for it. */
  readonly dnssec?: boolean;
  /** Resolvers that are asked beside the zone's own nameservers whether the records are there. */
  readonly resolvers?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface ProvisionTemplate extends Omit<TemplateRequest, 'connection' | 'omitUnsupported'> {
  readonly template: TemplateReference;
}

export interface TenantProvisioning {
  /** Begins, or carries on with what was begun for the domain; then what is given here is not looked at again. */
  provision(domain: string, input?: ProvisionInput): Promise<Provisioning>;
  /** Every domain of a list, some at a time. See `provisionAll`. */
  bulk(list: SourceText, input: BulkInput): Promise<readonly BulkReport[]>;
  /** As stored; asks nothing. Throws `provisioning-unknown` (not-found). */
  status(domain: string): Promise<Provisioning>;
  list(limit?: number, before?: string): Promise<readonly Provisioning[]>;
  /** Carries on with one, a worker's way. */
  carryOn(id: ProvisioningId, options?: { readonly signal?: AbortSignal }): Promise<Provisioning>;
  /** Removes exactly what was added. Needs `allow: ['zone-delete']` where that is a zone. */
  deprovision(
    domain: string,
    options?: { readonly allow?: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<Provisioning>;
}

const LIST_MAX = 50;
/** Purchases of one name that are looked through for one that counts. */
const PURCHASES_MAX = 50;

export function tenantProvisioning(
  context: Context,
  tenantId: TenantId,
  parts: {
    readonly reach: TenantReach;
    readonly changes: TenantChanges;
    readonly registrar: TenantRegistrar;
    readonly templates: TenantTemplates;
    readonly tls: TenantTls;
  },
): TenantProvisioning {
  const { reach, registrar } = parts;
  const { provisionings } = context.store;
  const { principal } = context;
  const acting = (signal?: AbortSignal): { principal: string; call: CallOptions } => ({
    principal,
    call: { lane: 'apply', ...(signal === undefined ? {} : { signal }) },
  });
  const portsFor = async ({ connectionId }: Pick<Provisioning, 'connectionId'>): Promise<ProvisionPorts> =>
    provisionPorts(context, tenantId, { ...parts, linked: await reach.linkedById(connectionId) });
  const stored = async (text: string): Promise<Provisioning> => {
    const { name } = readRegistrable(text);
    const found = await provisionings.current(tenantId, name);
    if (found !== null) return found;
    throw new ZonewardError(`${toUnicode(name)} is not provisioned here`, {
      code: 'provisioning-unknown',
      kind: 'not-found',
      next: [`zoneward provision ${toUnicode(name)}`],
    });
  };
  /**
   * A name that an earlier call bought, and could not write down what for, is not bought again. Bought is what was
   * ordered at the same registrar, for the same account, and is held there still: not a name of the test registrar, nor
   * one that lapsed since.
   */
  const buyOnce = async (
    text: string,
    register: RegisterInput,
    target: { readonly connection?: string },
  ): Promise<Purchase> => {
    const { name } = readRegistrable(text);
    const wanted = { ...target, ...register };
    const { registrar: port, place, call } = await reachRegistrar(context, reach, wanted);
    const bought = (await context.store.purchases.list(tenantId, { domain: name }, PURCHASES_MAX)).find(
      ({ state, accountId, namespace }) =>
        state === 'registered' && accountId === place.accountId && namespace === place.namespace,
    );
    const held = bought === undefined ? null : await port.get(place, name, call);
    if (bought !== undefined && held !== null && !hasLapsed(held)) return bought;
    return registrar.register(text, wanted);
  };
  const goOn = async (provisioning: Provisioning, signal?: AbortSignal): Promise<Provisioning> => {
    try {
      return await carryOn(await portsFor(provisioning), provisioning, acting(signal));
    } catch (error) {
      // Somebody else carries it on: where it stands is what there is to tell.
      const current = isMoved(error) ? await provisionings.get(tenantId, provisioning.id) : null;
      if (current === null) throw error;
      return current;
    }
  };
  /** Its purchase goes on, after an approval say, or another one takes its place when it came to nothing. */
  const goOnBuying = async (known: Provisioning, register: RegisterInput): Promise<Provisioning> => {
    const isBought = known.steps.some(({ name, state }) => name === 'register' && state === 'done');
    if (known.wish.register === null || isBought) return known;
    const { id: purchaseId } = await buyOnce(known.domain, register, { connection: known.connectionId });
    if (purchaseId === known.wish.register.purchaseId) return known;
    const next = {
      ...known,
      wish: { ...known.wish, register: { purchaseId } },
      version: known.version + 1,
    };
    await provisionings.advance(next, []);
    return next;
  };
  const provision: TenantProvisioning['provision'] = async (text, input = {}) => {
    const { name: domain } = readRegistrable(text);
    const known = await provisionings.current(tenantId, domain);
    if (known?.state === 'removing') throw beingRemoved(known);
    if (known !== null) {
      const standing = input.register === undefined ? known : await goOnBuying(known, input.register);
      return goOn(standing, input.signal);
    }
    const target = input.connection === undefined ? {} : { connection: input.connection };
    // Judged before anything is bought or made.
    const wanted = await readWish(domain, input, parts.templates);
    const { place, connection } = await reachRegistrar(context, reach, target);
    const bought = input.register === undefined ? null : await buyOnce(text, input.register, target);
    const wish: Provisioning['wish'] = {
      ...wanted,
      register: bought === null ? null : { purchaseId: bought.id },
    };
    const ids = { tenantId, connectionId: connection.id, accountId: place.accountId };
    const begun = await beginProvisioning(
      { store: provisionings, clock: context.clock, random: context.random },
      { ...ids, domain, wish, principal },
    );
    return goOn(begun, input.signal);
  };
  return {
    provision,
    bulk: (list, input) => provisionAll({ provision }, list, input),
    status: stored,
    list: (limit = LIST_MAX, before) =>
      provisionings.list(tenantId, limit, before as ProvisioningId | undefined),
    carryOn: async (id, options = {}) => {
      const found = await provisionings.get(tenantId, id);
      if (found === null) throw new Error(`bug: there is no provisioning ${id}`);
      return goOn(found, options.signal);
    },
    deprovision: async (text, { allow = [], signal } = {}) => {
      const found = await stored(text);
      return takeDown(await portsFor(found), found, { ...acting(signal), allow });
    },
  };
}

/** What is wanted, read and judged. Throws `InvalidInputError` for a file, a template or a variable that cannot be. */
async function readWish(
  domain: DomainName,
  input: ProvisionInput,
  templates: TenantTemplates,
): Promise<Omit<Provisioning['wish'], 'register'>> {
  const { source, allow = [], resolvers = [], tls, dnssec } = input;
  for (const address of resolvers) parseDnsServer(address, '--resolver');
  if (source !== undefined) wishOf(source, domain);
  const wanted: WantedTemplate[] = [];
  for (const { template, host = '', variables = {}, groups } of input.templates ?? []) {
    const text = typeof template === 'string' ? await findPackTemplate(template) : template;
    await templates.check(text, domain, { host, variables, ...(groups === undefined ? {} : { groups }) });
    wanted.push({ file: text.file, text: text.text, host, variables, groups: groups ?? null });
  }
  return {
    records: source === undefined ? null : { ...source, allow },
    templates: wanted,
    tls: tls ?? null,
    dnssec: dnssec ?? false,
    resolvers,
  };
}

function isMoved(error: unknown): boolean {
  return isZonewardError(error) && error.code === 'provisioning-moved';
}

function beingRemoved({ domain }: Provisioning): ZonewardError {
  return new ZonewardError(`${toUnicode(domain)} is being taken down`, {
    code: 'provisioning-removing',
    kind: 'conflict',
    next: [`zoneward provision deprovision ${toUnicode(domain)}`],
  });
}

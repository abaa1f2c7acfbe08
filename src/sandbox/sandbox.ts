/** A running sandbox as its owner holds it: addresses, credentials, and hands on the world behind them. */

import type { Behaviour, PlanName } from './constants.ts';
import { type FamilyUpdate, updateFamilies } from './control/families.ts';
import type { Fault, FaultState } from './control/faults.ts';
import { foreignEdit } from './control/foreign.ts';
import type { Core } from './http/dispatch.ts';
import type { RatePolicy, RateState } from './http/rate-limit.ts';
import type { RequestCounts, RequestEntry } from './http/request-log.ts';
import { SandboxInputError } from './input-error.ts';
import { checkRateLimit } from './options.ts';
import type { RecordBody } from './records/build.ts';
import { toAscii } from './records/names.ts';
import type { DnsRecord } from './records/record.ts';
import { RegistrarControls } from './registrar/controls.ts';
import { checkShape, is, listOf, orElse, type Shape } from './shape.ts';
import type { AuditEntry } from './state/audit.ts';
import {
  type Home,
  plantSeed,
  plantToken,
  plantZone,
  type SandboxSeed,
  setFindings,
  type TokenSeed,
  ZONE_STATE_SHAPE,
  type ZoneSeed,
} from './state/seed.ts';
import { type WorldSnapshot, zoneSnapshot } from './state/world.ts';
import type { Delegation, Zone, ZoneFields, ZoneStatus } from './state/zone.ts';
import { edgeHost } from './tls/edge.ts';
import { trustedRoots } from './tls/issued.ts';

export interface ZoneRef {
  readonly id: string;
  readonly name: string;
  readonly nameServers: readonly string[];
}

export interface SandboxCredentials {
  /** User-owned, with every permission. */
  readonly full: string;
  /** User-owned: reads zones, records and settings, writes nothing. */
  readonly readOnly: string;
  /** Account-owned, with every permission of zones and account. */
  readonly account: string;
}

export interface ZoneUpdate extends FamilyUpdate {
  readonly plan?: PlanName;
  readonly recordQuota?: number | null;
  /** Nameservers seen at the registrar. */
  readonly delegation?: Delegation;
  readonly status?: Exclude<ZoneStatus, 'deleted'>;
  readonly scanFindings?: readonly RecordBody[];
}

export interface ClockUpdate {
  /** RFC 3339 or milliseconds since the epoch. */
  readonly now?: string | number;
  readonly advanceMs?: number;
  /** Seconds here per second of the source. */
  readonly scale?: number;
}

const CLOCK_SHAPE: Shape = { now: is.anything, advanceMs: is.anything, scale: is.anything };
const UPDATE_SHAPE: Shape = { ...ZONE_STATE_SHAPE, recordQuota: orElse(is.count, is.none) };
const EDIT_SHAPE: Shape = Object.fromEntries(
  ['deletes', 'patches', 'puts', 'posts'].map((key) => [key, listOf(is.object)]),
);

/** The parts that `startSandbox` puts together. */
export interface SandboxParts {
  readonly core: Core;
  readonly home: Home;
  readonly credentials: SandboxCredentials;
  readonly plan: PlanName;
  /** Writes the state file now, when there is one. */
  readonly flush: () => Promise<void>;
}

/** What can be done to a running sandbox, in the process or over the control path. */
export class SandboxControls {
  readonly #parts: SandboxParts;
  /** Registries, workflows, charges. */
  readonly registrar: RegistrarControls;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
    this.registrar = new RegistrarControls(parts.core.world, parts.home.accountId);
  }

  get #core(): Core {
    return this.#parts.core;
  }

  get accountId(): string {
    return this.#parts.home.accountId;
  }

  get userId(): string {
    return this.#parts.home.userId;
  }

  /** User and account tokens that the sandbox starts with. */
  get tokens(): SandboxCredentials {
    return this.#parts.credentials;
  }

  /** The legacy credential of the sandbox's user. */
  get globalKey(): { readonly email: string; readonly key: string } {
    const user = this.#core.world.user(this.userId);
    return { email: user?.email ?? '', key: user?.globalKey ?? '' };
  }

  /** Adds accounts, zones, tokens, and what the registrar has. */
  seed(seed: SandboxSeed): void {
    const zones = Array.isArray(seed?.zones)
      ? seed.zones.map((zone: ZoneSeed) => this.#withPlan(zone))
      : seed?.zones;
    plantSeed(this.#core.world, this.#parts.home, zones === undefined ? seed : { ...seed, zones });
    if (seed.registrar !== undefined) this.registrar.update(seed.registrar);
  }

  /** Adds one zone, active unless said otherwise. */
  seedZone(
    name: string,
    records: readonly RecordBody[] = [],
    more: Omit<ZoneSeed, 'name' | 'records'> = {},
  ): ZoneRef {
    const zone = plantZone(this.#core.world, this.#parts.home, this.#withPlan({ ...more, name, records }));
    this.#core.world.changed();
    return refOf(zone);
  }

  #withPlan(zone: ZoneSeed): ZoneSeed {
    return { plan: this.#parts.plan, ...zone };
  }

  /** Makes a token without asking anyone. */
  createToken(seed: TokenSeed): { readonly id: string; readonly value: string } {
    const token = plantToken(this.#core.world, this.#parts.home, seed);
    return { id: token.id, value: token.secret };
  }

  zones(): readonly ZoneFields[] {
    return [...this.#core.world.zones.values()].map((zone) => zone.fields);
  }

  /** A zone by id or name. Throws `SandboxInputError` when there is none. */
  zone(idOrName: string): ZoneFields {
    return this.#zone(idOrName).fields;
  }

  /** The records of a zone, oldest first. */
  records(idOrName: string): readonly DnsRecord[] {
    return zoneSnapshot(this.#zone(idOrName)).records;
  }

  /** Everything, as the state file holds it. A copy by reference: do not change it. */
  state(): WorldSnapshot {
    return this.#core.world.snapshot();
  }

  audit(): readonly AuditEntry[] {
    return this.#core.world.audit.all();
  }

  /** Requests in order of arrival; with `since`, those with a higher number. */
  requests(since = 0): readonly RequestEntry[] {
    return this.#core.log.entries(since);
  }

  counts(): RequestCounts {
    return this.#core.log.counts();
  }

  clearRequests(): void {
    this.#core.log.clear();
  }

  /** Arms a fault; gives its number. */
  setFault(fault: Fault): number {
    return this.#core.faults.add(fault);
  }

  faults(): readonly FaultState[] {
    return this.#core.faults.list();
  }

  clearFaults(): void {
    this.#core.faults.clear();
  }

  /** Milliseconds since the epoch, by the sandbox's clock. */
  now(): number {
    return this.#core.world.clock.now();
  }

  /** At least one of the three. */
  setClock(update: ClockUpdate): void {
    const { clock } = this.#core.world;
    checkShape(update, CLOCK_SHAPE, { code: 'bad-clock', what: 'A clock update' });
    if (Object.keys(update).length === 0)
      throw new SandboxInputError('bad-clock', 'A clock update needs now, advanceMs or scale.');
    const { now, advanceMs, scale } = update;
    const moment = typeof now === 'string' ? Date.parse(now) : now;
    if (moment !== undefined && !Number.isFinite(moment))
      throw new SandboxInputError('bad-clock', `${String(now)} is no moment.`);
    if (advanceMs !== undefined && !Number.isFinite(advanceMs))
      throw new SandboxInputError('bad-clock', 'advanceMs must be a number.');
    if (scale !== undefined && !(Number.isFinite(scale) && scale >= 0))
      throw new SandboxInputError('bad-clock', 'scale must be a number of at least 0.');
    clock.change({ now: moment, advanceMs, scale });
    this.#core.world.tick();
  }

  setLatency(ms: number): void {
    if (!(ms >= 0)) throw new SandboxInputError('bad-option', 'latency must be a number of at least 0.');
    this.#core.latencyMs = ms;
  }

  /** Another rate policy from now on, everybody with a fresh window; `false` for none. */
  setRateLimit(policy: RatePolicy | false): void {
    checkRateLimit(policy);
    this.#core.limiter.setPolicy(policy === false ? undefined : policy);
  }

  /** Budgets of everybody seen so far. */
  budgets(): readonly RateState[] {
    return this.#core.limiter.states();
  }

  /** Traffic of others on a budget; default the sandbox user's. */
  spendBudget(count: number, key: string = `user:${this.userId}`): void {
    if (!is.count.test(count)) throw new SandboxInputError('bad-option', `count must be ${is.count.words}.`);
    this.#core.limiter.spendForeign(key, count);
  }

  updateZone(idOrName: string, update: ZoneUpdate): void {
    const zone = this.#zone(idOrName);
    const { fields } = zone;
    checkShape(update, UPDATE_SHAPE, { code: 'bad-option', what: 'A zone update' });
    if (update.scanFindings !== undefined) setFindings(this.#core.world, zone, update.scanFindings);
    if (update.plan !== undefined) fields.plan = update.plan;
    if (update.recordQuota !== undefined) fields.recordQuota = update.recordQuota ?? undefined;
    if (update.delegation !== undefined) fields.delegation = update.delegation;
    if (update.status !== undefined) fields.status = update.status;
    updateFamilies(this.#core.world, zone, update);
    this.#core.world.changed();
  }

  /** Writes of somebody at the dashboard: a batch body, in the audit log as theirs, in no request log. */
  foreignEdit(idOrName: string, body: RecordBody): void {
    checkShape(body, EDIT_SHAPE, { code: 'bad-control', what: 'An edit' });
    foreignEdit(this.#core.world, this.#zone(idOrName), body);
  }

  /**
   * The certificate that the edge serves for a host name, PEM with its authority's behind it; undefined when it has
   * none, or does not stand before that name. With `tls` a handshake for the name gets the same.
   */
  edgeCertificate(host: string): string | undefined {
    const { world } = this.#core;
    world.tick();
    return edgeHost(world, host)?.certificate?.chain;
  }

  /** PEM of the simulated public authorities that have issued something, for a client that is to trust the edge. */
  edgeAuthorities(): string {
    return trustedRoots(this.#core.world);
  }

  /** How long entries stay invisible to audit queries, in sandbox time. */
  setAuditDelay(ms: number): void {
    if (!is.number.test(ms)) throw new SandboxInputError('bad-option', `delayMs must be ${is.number.words}.`);
    this.#core.world.audit.delayMs = ms;
  }

  get behaviour(): Behaviour {
    return this.#core.world.behaviour;
  }

  /** Has the state file written before it resolves. */
  flush(): Promise<void> {
    return this.#parts.flush();
  }

  #zone(idOrName: string): Zone {
    const { world } = this.#core;
    const name = toAscii(idOrName.replace(/\.$/, '')) ?? idOrName;
    const zone = world.zone(idOrName) ?? world.zonesNamed(name)[0];
    if (zone === undefined) throw new SandboxInputError('unknown-zone', `There is no zone ${idOrName}.`);
    return zone;
  }
}

export function refOf(zone: Zone): ZoneRef {
  return { id: zone.id, name: zone.shownName, nameServers: zone.fields.nameServers };
}

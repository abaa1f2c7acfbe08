/** SSL/TLS, zone settings and DNSSEC of a tenant: look, plan. Plans are applied and undone like those of records. */
import { isZonewardError, type ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { InvalidInputError, type Parsed } from '../base/problem.ts';
import { parseZoneDocument } from '../dns/zone-document.ts';
import { type CalendarEntry, inOrder, type TlsCalendar } from '../domains/tls/calendar.ts';
import { type DnssecProgress, rememberDnssec } from '../domains/tls/dnssec-memory.ts';
import { planWithSettings, settingsAlone } from '../domains/tls/plan-settings.ts';
import { isMoving, type TlsSnapshot } from '../domains/tls/snapshot.ts';
import type { TlsFinding } from '../domains/tls/tls-report.ts';
import type { Zone } from '../domains/zones/model.ts';
import { BASELINES, type BaselineName } from '../plan/baselines.ts';
import { readDesiredSettings, readSettingWords } from '../plan/desired-settings.ts';
import type { DesiredSetting, SettingState } from '../plan/setting-change.ts';
import type { SettingDomain } from '../plan/setting-domain.ts';
import { findSetting, nameOfSetting, SETTINGS, type SettingSpec } from '../plan/settings-catalogue.ts';
import type { Context, LinkedConnection } from './context.ts';
import { beforeZone } from './plan-watch.ts';
import { settingsPorts } from './settings-plans.ts';
import type { Planned } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';
import {
  dnssecStanding,
  lookAtAll,
  lookAtCertificates,
  lookAtDnssec,
  lookAtTls,
  remember,
} from './tls-looks.ts';

export interface TlsRequest {
  readonly connection?: string;
  readonly signal?: AbortSignal;
}

export interface DnssecRequest extends TlsRequest {
  /** Milliseconds. */
  readonly waitMs?: number;
  /** Told of each look after which it goes on waiting. */
  readonly onLook?: (seen: DnssecProgress) => void;
}

export interface ZoneSetting {
  readonly name: string;
  readonly setting: string;
  /** What people call it. */
  readonly title: string;
  /** What it may be. */
  readonly domain: SettingDomain;
  /** Null where it could not be read; then why. */
  readonly state: SettingState | null;
  readonly error: ZonewardError | null;
}

export interface TlsView {
  readonly zone: Zone;
  readonly findings: readonly TlsFinding[];
}

/** What programs are told of `tls show`, by the command line and over HTTP. */
export interface TlsJson {
  readonly zone: { readonly id: string; readonly name: string };
  /** The same as in `zone`. */
  readonly zoneId: string;
  readonly zoneName: string;
  readonly findings: readonly TlsFinding[];
}

export function tlsToJson({ zone: { facts }, findings }: TlsView): TlsJson {
  const { id, name } = facts;
  return { zone: { id, name }, zoneId: id, zoneName: name, findings };
}

/** A zone's TLS as it was last seen. Zeros where nobody looked yet. */
export interface TlsOverview {
  readonly zone: Zone;
  /** Milliseconds of the last look at its certificates, and at its verdicts; null before the first. */
  readonly readAt: number | null;
  readonly findingsAt: number | null;
  readonly bad: number;
  readonly couldBeBetter: number;
  readonly certificates: number;
  /** Certificates that are under way. */
  readonly moving: number;
  readonly nextExpiry: number | null;
}

/** What settings are wanted: words (`mode=strict`), a baseline by name, or a file with `tls:` and `settings:`. */
export type SettingsWish =
  | { readonly words: readonly string[] }
  | { readonly baseline: BaselineName }
  | { readonly file: string; readonly text: string };

export interface TenantTls {
  /** Every TLS setting, certificate, DNSSEC and CAA of a zone with a verdict: 12 calls, all at the same time. */
  show(zone: string, request?: TlsRequest): Promise<TlsView>;
  /** Settings by name; without names, all that the catalogue knows: one call for each. Throws for an unknown name. */
  settings(zone: string, names: readonly string[], request?: TlsRequest): Promise<readonly ZoneSetting[]>;
  /** Plans settings over one or many zones. Throws `InvalidInputError` for a wish that cannot be. */
  plan(zones: readonly string[], wish: SettingsWish, request?: TlsRequest): Promise<Planned>;
  /**
   * Where DNSSEC stands: at Cloudflare, at the parent, and what comes next. With `waitMs` it looks again until nothing
   * is waited for, or for so long.
   */
  dnssec(zone: string, request?: DnssecRequest): Promise<DnssecProgress>;
  /** When the certificates of these zones end: six calls for each zone, or with `stored` none, as they were last seen. */
  calendar(
    zones: readonly string[],
    request?: TlsRequest & { readonly stored?: boolean },
  ): Promise<TlsCalendar>;
  /** Every zone as it was last seen, with how long ago. Asks Cloudflare nothing. */
  list(request?: TlsRequest): Promise<readonly TlsOverview[]>;
  /**
   * Looks at these zones now, with `REFRESH_CALLS` calls each; from then on the worker follows them: daily, and each minute
   * what is under way. A zone that cannot be looked at keeps none of the others from it. Throws when `signal` aborts.
   */
  refresh(zones: readonly string[], request?: RefreshRequest): Promise<Refreshed>;
}

export interface RefreshRequest extends TlsRequest {
  readonly onZone?: (done: number, total: number) => void;
}

export interface Refreshed {
  readonly zones: number;
  /** Those that could not be looked at. */
  readonly failures: readonly { readonly zone: string; readonly error: ZonewardError }[];
}

/** Zones that are asked at the same time; the budget paces them. */
const IN_FLIGHT = 8;
/** Between two looks at DNSSEC while it is waited for. */
export const LOOK_AGAIN_MS = 10_000;

export function tenantTls(context: Context, tenantId: TenantId, reach: TenantReach): TenantTls {
  const linked = async (
    reference: string,
    { connection }: TlsRequest,
  ): Promise<{ readonly zone: Zone } & LinkedConnection> => {
    const zone = await reach.zone(reference, connection);
    return { zone, ...(await reach.linkedTo(zone, connection)) };
  };

  return {
    show: async (reference, request = {}) => {
      const { zone, cloudflare } = await linked(reference, request);
      const seen = await lookAtTls(context, cloudflare, zone, callOptions(request));
      await remember(context, tenantId, zone, seen);
      return { zone, findings: seen.findings };
    },
    list: async (request = {}) => {
      const via =
        request.connection === undefined
          ? {}
          : { connectionId: (await reach.connection(request.connection)).id };
      const zones = await context.store.mirror.listZones(tenantId, via);
      const seen = new Map((await context.store.tlsSnapshots.list(tenantId)).map((one) => [one.zoneId, one]));
      return zones
        .filter(({ facts }) => facts.status !== 'deleted')
        .map((zone) => overviewOf(zone, seen.get(zone.facts.id)));
    },
    refresh: async (references, { onZone = () => {}, ...request } = {}) => {
      const failures: Refreshed['failures'][number][] = [];
      let done = 0;
      await eachInOrder(references, async (reference) => {
        try {
          request.signal?.throwIfAborted();
          const { zone, cloudflare } = await linked(reference, request);
          const seen = await lookAtAll(context, cloudflare, zone, callOptions(request));
          await remember(context, tenantId, zone, seen);
        } catch (error) {
          if (request.signal?.aborted === true || !isZonewardError(error)) throw error;
          failures.push({ zone: reference, error });
        }
        done += 1;
        onZone(done, references.length);
      });
      return { zones: references.length, failures };
    },
    settings: async (reference, names, request = {}) => {
      const specs = names.length === 0 ? SETTINGS : names.map(specOf);
      const keys = specs.map(({ key }) => key);
      const { zone, cloudflare } = await linked(reference, request);
      const read = await cloudflare.settings.readSettings(zone.facts.id, keys, callOptions(request));
      return specs.map((spec) => ({
        name: nameOfSetting(spec),
        setting: spec.key,
        title: spec.title,
        domain: spec.domain,
        state: read.states.get(spec.key) ?? null,
        error: read.failures.get(spec.key) ?? null,
      }));
    },
    plan: async (references, wish, request = {}) => {
      const { desired, source } = desiredOf(wish);
      let connection: Planned['connection'] | null = null;
      let done = 0;
      const zones = await eachInOrder(references, async (reference) => {
        beforeZone(context.planWatch, done++, references.length);
        const found = await linked(reference, request);
        if (connection !== null && connection.id !== found.connection.id) throw severalConnections();
        connection = found.connection;
        const ports = settingsPorts(context, found.cloudflare);
        return planWithSettings(ports, found.zone, desired, settingsAlone(ports, found.zone, source));
      });
      const through = connection ?? (await reach.connection(request.connection));
      return { connection: through, zones, conflicts: [], summary: source, undoes: null };
    },
    dnssec: async (reference, request = {}) => {
      const { zone, cloudflare } = await linked(reference, request);
      const look = () => lookAtDnssecNow(context, cloudflare, zone, request);
      const { clock } = context;
      const endsAt = clock.now() + (request.waitMs ?? 0);
      let seen = await look();
      while (seen.waitsFor !== null && clock.now() < endsAt) {
        request.onLook?.(seen);
        await clock.sleep(Math.min(LOOK_AGAIN_MS, endsAt - clock.now()), request.signal);
        seen = await look();
      }
      return seen;
    },
    calendar: async (references, request = {}) => {
      if (request.stored === true) return storedCalendar(context, tenantId, { reach, references, request });
      const unreadable: TlsCalendar['unreadable'][number][] = [];
      const lists = await eachInOrder(references, async (reference): Promise<CalendarEntry[]> => {
        const { zone, cloudflare } = await linked(reference, request);
        try {
          const certificates = await lookAtCertificates(cloudflare, zone.facts.id, callOptions(request));
          const { readAt } = await remember(context, tenantId, zone, { certificates });
          return certificates.map((pack) => ({ zone, pack, readAt: readAt ?? context.clock.now() }));
        } catch (error) {
          if (!isZonewardError(error) || error.kind !== 'permission') throw error;
          unreadable.push({ zone, error });
          return [];
        }
      });
      return { entries: inOrder(lists.flat()), unreadable, neverRead: [] };
    },
  };
}

/** As it was last seen: the snapshots are read once, however many zones are meant. */
async function storedCalendar(
  { store }: Pick<Context, 'store'>,
  tenantId: TenantId,
  {
    reach,
    references,
    request,
  }: { readonly reach: TenantReach; readonly references: readonly string[]; readonly request: TlsRequest },
): Promise<TlsCalendar> {
  const zones = await eachInOrder(references, (reference) => reach.zone(reference, request.connection));
  const seen = new Map((await store.tlsSnapshots.list(tenantId)).map((one) => [one.zoneId, one]));
  const neverRead: Zone[] = [];
  const entries = zones.flatMap((zone): CalendarEntry[] => {
    const { readAt = null, certificates = [] } = seen.get(zone.facts.id) ?? {};
    if (readAt === null) {
      neverRead.push(zone);
      return [];
    }
    return certificates.map((pack) => ({ zone, pack, readAt }));
  });
  return { entries: inOrder(entries), unreadable: [], neverRead };
}

async function lookAtDnssecNow(
  context: Context,
  cloudflare: LinkedConnection['cloudflare'],
  zone: Zone,
  request: TlsRequest,
): Promise<DnssecProgress> {
  const seen = await lookAtDnssec(context, cloudflare, zone, callOptions(request));
  const { dnssec } = await remember(context, zone.tenantId, zone, { dnssec: seen });
  const memory = dnssec ?? rememberDnssec(zone.facts.name, undefined, seen, context.clock.now());
  return dnssecStanding(context, zone, seen, memory);
}

function callOptions(request: TlsRequest) {
  return { lane: 'interactive', ...signalOf(request) } as const;
}

function signalOf({ signal }: TlsRequest): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function overviewOf(zone: Zone, seen: TlsSnapshot | undefined): TlsOverview {
  const findings = seen?.findings ?? [];
  const certificates = seen?.certificates ?? [];
  const count = (verdict: TlsFinding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const ends = certificates.flatMap(({ expiresAt }) => expiresAt ?? []);
  return {
    zone,
    readAt: seen?.readAt ?? null,
    findingsAt: seen?.findingsAt ?? null,
    bad: count('bad'),
    couldBeBetter: count('could-be-better'),
    certificates: certificates.length,
    moving: certificates.filter(isMoving).length,
    nextExpiry: ends.length === 0 ? null : Math.min(...ends),
  };
}

function desiredOf(wish: SettingsWish): {
  readonly desired: readonly DesiredSetting[];
  readonly source: string;
} {
  if ('baseline' in wish) return { desired: BASELINES[wish.baseline], source: `baseline ${wish.baseline}` };
  if ('words' in wish) {
    const what = `set ${wish.words.join(' ')}`;
    return { desired: orThrow(readSettingWords(wish.words), 'These settings cannot be set'), source: what };
  }
  return { desired: baselineOf(wish.text, wish.file), source: `baseline ${wish.file}` };
}

/** A baseline file is a zone document without a zone and without records. */
function baselineOf(text: string, file: string): readonly DesiredSetting[] {
  const refuse = `${file} cannot be used; nothing was written`;
  // A name is asked of every document; the baseline is for any zone.
  const document = orThrow(parseZoneDocument(text, { file, zone: 'baseline.invalid' as never }), refuse);
  const desired = orThrow(readDesiredSettings(document.located ?? {}), refuse, file);
  if (document.records.length > 0 || desired.length === 0) {
    const message = 'a baseline has settings under tls: or settings:, and no records';
    throw new InvalidInputError(`${refuse}.`, [
      { code: 'baseline-invalid', severity: 'error', message, position: { file } },
    ]);
  }
  return desired;
}

function orThrow<T>(parsed: Parsed<T>, refuse: string, file?: string): T {
  if (parsed.ok) return parsed.value;
  const where = file === undefined ? {} : { file };
  const problems = parsed.problems.map((problem) =>
    problem.position === undefined ? problem : { ...problem, position: { ...where, ...problem.position } },
  );
  throw new InvalidInputError(`${refuse}.`, problems);
}

function specOf(name: string): SettingSpec {
  const spec = findSetting(name);
  if (spec !== undefined) return spec;
  // The reader of words knows what may have been meant.
  orThrow(readSettingWords([`${name}=`]), 'There is no such setting');
  throw new Error(`no setting ${name}, and no word about it`);
}

function severalConnections(): InvalidInputError {
  return new InvalidInputError('One change set goes through one connection.', [
    {
      code: 'several-connections',
      severity: 'error',
      message: 'these zones belong to several connections',
      next: 'Plan the zones of each connection by themselves: --connection LABEL',
    },
  ]);
}

/** Some at the same time, results in the order of the input. */
async function eachInOrder<In, Out>(
  inputs: readonly In[],
  work: (input: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Map<number, Out>();
  const queue = [...inputs.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results.set(next[0], await work(next[1]));
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, inputs.length) }, worker));
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}

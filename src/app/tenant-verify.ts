/** `zones verify` for one tenant: the wanted, the held and the seen brought together. Reads only. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { RecordFields } from '../dns/record.ts';
import { setsOf } from '../domains/verify/expectations.ts';
import { isVerified, type Verification } from '../domains/verify/model.ts';
import { SETS_MAX, verifyZone } from '../domains/verify/verify-zone.ts';
import { completeFields } from '../plan/diff.ts';
import { compilePatterns } from '../plan/name-pattern.ts';
import { collect } from './collect.ts';
import { CLOUDFLARE_BASE_URL, type Config, parseDnsServer } from './config.ts';
import type { Context } from './context.ts';
import { openDnsAsker } from './dns-asker.ts';
import { type SourceText, wishOf } from './read-source.ts';
import type { TenantReach } from './tenant-reach.ts';
import type { TenantTls } from './tenant-tls.ts';

export interface VerifyRequest {
  readonly connection?: string;
  /** What is wanted; absent: the zone as it was last known here. */
  readonly source?: SourceText;
  /** Only names like these: `www`, `*.dev`. */
  readonly only?: readonly string[];
  /** Addresses with an optional port. Absent: ZONEWARD_RESOLVERS, else three public ones. */
  readonly resolvers?: readonly string[];
  /** Looks again until all is well, for so long. 0: one look. */
  readonly waitMs?: number;
  /** Told of every look but the last. */
  readonly onLook?: (verification: Verification) => void;
  readonly signal?: AbortSignal;
}

export interface TenantVerify {
  /** Throws `InvalidInputError` for a source that cannot be used, `verify-too-large` (input) for too many sets, `verify-nothing` (input). */
  verify(zone: string, request?: VerifyRequest): Promise<Verification>;
}

/** Cloudflare, Google, Quad9. */
const PUBLIC_RESOLVERS: readonly string[] = ['1.1.1.1', '8.8.8.8', '9.9.9.9'];
const LOOK_AGAIN_MIN_MS = 5_000;
const LOOK_AGAIN_MAX_MS = 60_000;

export function tenantVerify(
  context: Context,
  tenantId: TenantId,
  { reach, tls }: { readonly reach: TenantReach; readonly tls: Pick<TenantTls, 'dnssec'> },
): TenantVerify {
  const { clock, config } = context;
  const asker = openDnsAsker(config);
  const look = async (reference: string, request: VerifyRequest): Promise<Verification> => {
    const { connection, source, signal } = request;
    const zone = await reach.zone(reference, connection);
    const linked = await reach.linkedTo(zone, connection);
    const { cloudflare } = linked;
    const { id, name } = zone.facts;
    const call = { lane: 'interactive' as const, ...(signal === undefined ? {} : { signal }) };
    const wish = source === undefined ? null : wishOf(source, name);
    // Before the reading, which brings the mirror up to date.
    const known = wish === null ? await collect(context.store.mirror.records(tenantId, id)) : [];
    const facts = await cloudflare.zones.getZone(id, call);
    const reading = await context.readZone(linked, id, call);
    const inside = namesOf(request.only, name);
    const held = reading.records.map(({ fields }) => fields).filter(inside);
    const last = known.length === 0 ? held : known.map(({ record }) => record.fields);
    const wanted = (wish === null ? last : wish.desired.records.map(completeFields)).filter(inside);
    if (request.only !== undefined && held.length === 0 && wanted.length === 0)
      throw nothingNamed(request.only);
    refuseLarge(setsOf(held).length);
    const found = await verifyZone(
      { asker },
      {
        zone: name,
        status: facts.status,
        nameServers: isWorld(config) ? facts.nameServers : [],
        resolvers: resolversOf(config, request.resolvers),
        source: source?.file ?? 'the zone as it was last known',
        wanted,
        held,
        complete: wish === null || wish.scope.kind === 'zone',
        at: clock.now(),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    const dnssec = await tls
      .dnssec(id, request.connection === undefined ? {} : { connection: request.connection })
      .catch(unreadable);
    return { ...found, dnssec, calls: reading.calls + 2 };
  };
  return {
    verify: async (reference, request = {}) => {
      const until = clock.now() + (request.waitMs ?? 0);
      for (;;) {
        const seen = await look(reference, request);
        const pauseMs = pauseOf(seen);
        if (isVerified(seen) || clock.now() + pauseMs > until) return seen;
        request.onLook?.(seen);
        await clock.sleep(pauseMs, request.signal);
      }
    },
  };
}

/** The soonest moment at which something may have been forgotten. */
export function pauseOf({ records }: Verification): number {
  const waits = records.flatMap(({ waitSeconds }) => waitSeconds ?? []);
  const soonest = waits.length === 0 ? LOOK_AGAIN_MIN_MS : Math.min(...waits) * 1_000;
  return Math.max(LOOK_AGAIN_MIN_MS, Math.min(LOOK_AGAIN_MAX_MS, soonest));
}

function unreadable(error: unknown): null {
  if (error instanceof ZonewardError && error.kind === 'permission') return null;
  throw error;
}

function namesOf(
  only: readonly string[] | undefined,
  zone: RecordFields['name'],
): (record: Pick<RecordFields, 'name'>) => boolean {
  if (only === undefined) return () => true;
  const isMeant = compilePatterns(only, zone);
  return ({ name }) => isMeant(name);
}

/** Beside a sandbox without a DNS server, nobody in the world knows its names. */
export function isWorld({ baseUrl, dnsServer }: Pick<Config, 'baseUrl' | 'dnsServer'>): boolean {
  return dnsServer !== null || baseUrl === CLOUDFLARE_BASE_URL;
}

export function resolversOf(
  config: Pick<Config, 'baseUrl' | 'dnsServer' | 'resolvers'>,
  asked: readonly string[] | undefined,
): readonly string[] {
  for (const address of asked ?? []) parseDnsServer(address, '--resolver');
  const usual = config.baseUrl === CLOUDFLARE_BASE_URL && config.dnsServer === null ? PUBLIC_RESOLVERS : [];
  return asked ?? config.resolvers ?? usual;
}

/** All of nothing is as wanted: said so, a misspelled name would pass for a good zone. */
function nothingNamed(only: readonly string[]): ZonewardError {
  return new ZonewardError(`No record is named ${only.join(' or ')}, neither wanted nor held`, {
    code: 'verify-nothing',
    kind: 'input',
    next: ['Check the spelling; @ is the zone itself, *.dev all names below dev.'],
  });
}

function refuseLarge(sets: number): void {
  if (sets <= SETS_MAX) return;
  throw new ZonewardError(`The zone has ${sets} sets of records; ${SETS_MAX} are verified at once`, {
    code: 'verify-too-large',
    kind: 'input',
    next: ['Verify some of its names: --only www --only "*.shop"'],
  });
}

/** From what a person typed (a label, a zone's name, nothing at all) to the one thing that is meant. */
import { ZonewardError } from '../base/errors.ts';
import { isCloudflareId, type TenantId } from '../base/ids.ts';
import { InvalidInputError } from '../base/problem.ts';
import { type DomainName, parseName, toUnicode } from '../dns/name.ts';
import { distance } from '../dns/suggest.ts';
import type { Connection } from '../domains/connections/model.ts';
import { credentialFromEnvironment, ENVIRONMENT_NAMES } from '../domains/connections/parse-credential.ts';
import type { ZoneFilter } from '../domains/zones/list-ports.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Context } from './context.ts';
import { discoverNow } from './discover.ts';
import { environmentConnection } from './environment-connection.ts';

/**
 * The connection that `reference` (an id or a label) names; without one, the only connection, or else the one that
 * the environment describes. Throws `connection-unknown`, `connection-ambiguous`, `connection-missing`.
 */
export async function resolveConnection(
  context: Context,
  tenantId: TenantId,
  reference: string | undefined,
): Promise<Connection> {
  const saved = await context.store.connections.list(tenantId);
  if (reference !== undefined) {
    const found = saved.find((one) => one.id === reference || one.label === reference);
    if (found !== undefined) return found;
    if (reference.startsWith('env:')) return connectionOfEnvironment(context, tenantId, { reference, saved });
    throw new ZonewardError(`There is no connection "${reference}"`, {
      code: 'connection-unknown',
      kind: 'not-found',
      next:
        saved.length === 0 ? ['zoneward connections add'] : saved.map((one) => `--connection "${one.label}"`),
    });
  }
  const [only, ...others] = saved;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    throw new ZonewardError(`There are ${saved.length} connections; say which one`, {
      code: 'connection-ambiguous',
      kind: 'input',
      next: saved.map((one) => `--connection "${one.label}"`),
    });
  }
  return connectionFromEnvironment(context, tenantId);
}

/**
 * What was done through the environment's credential goes on through it; when it is not set any more, through the
 * saved connection of the same account.
 */
function connectionOfEnvironment(
  context: Context,
  tenantId: TenantId,
  known: { readonly reference: string; readonly saved: readonly Connection[] },
): Connection {
  const heir = known.saved.find((one) => known.reference === `env:${one.accountId}`) ?? known.saved[0];
  if (hasEnvironmentCredential(context) || heir === undefined)
    return connectionFromEnvironment(context, tenantId);
  return heir;
}

/** Which zones somebody sees: read by one of these connections, one of these ids; without either, all. */
export type SeenZones = Pick<ZoneFilter, 'readers' | 'zoneIds'>;

function hasEnvironmentCredential({ environment }: Context): boolean {
  return [ENVIRONMENT_NAMES.token, ENVIRONMENT_NAMES.key].some((name) => (environment[name] ?? '') !== '');
}

function connectionFromEnvironment(context: Context, tenantId: TenantId): Connection {
  if (!hasEnvironmentCredential(context)) {
    throw new ZonewardError(
      'There is no connection yet, and the environment holds no Cloudflare credential',
      {
        code: 'connection-missing',
        kind: 'credentials',
        next: [
          'zoneward connections add',
          `or set ${ENVIRONMENT_NAMES.token} and ${ENVIRONMENT_NAMES.accountId}`,
          'or try it without an account: zoneward demo',
        ],
      },
    );
  }
  const parsed = credentialFromEnvironment(context.environment);
  if (!parsed.ok)
    throw new InvalidInputError('The credential in the environment is not valid.', parsed.problems);
  return environmentConnection(tenantId, parsed.value, context.clock.now());
}

/**
 * The zone that `reference` (an id or a name, in Unicode or not) names. Looks in the mirror first; a zone that is
 * not there is looked for at Cloudflare once, through `connection`.
 */
export async function resolveZone(
  context: Context,
  tenantId: TenantId,
  reference: string,
  connection: () => Promise<Connection>,
): Promise<Zone> {
  const known = await findZone(context, tenantId, reference);
  if (known !== null) return known;
  await discoverNow(context, await context.link(await connection()));
  const found = await findZone(context, tenantId, reference);
  if (found !== null) return found;
  throw await zoneUnknown(context, tenantId, reference);
}

/** From the mirror. A zone that is not among the seen is not there. */
export async function findZone(
  context: Context,
  tenantId: TenantId,
  reference: string,
  seen: SeenZones = {},
): Promise<Zone | null> {
  if (isCloudflareId(reference)) {
    const zone = await context.store.mirror.getZone(tenantId, reference as Zone['facts']['id']);
    return zone !== null && isSeen(zone, seen) ? zone : null;
  }
  const name = zoneName(reference);
  const zones = await context.store.mirror.listZones(tenantId, { name });
  const present = zones.filter((zone) => zone.facts.status !== 'deleted' && isSeen(zone, seen));
  const [only, ...others] = present;
  if (others.length === 0) return only ?? null;
  throw new ZonewardError(`${reference} exists in ${present.length} accounts; say which by its id`, {
    code: 'zone-ambiguous',
    kind: 'input',
    next: present.map((zone) => `${zone.facts.id}  (account ${zone.facts.accountName})`),
  });
}

function zoneName(text: string): DomainName {
  const parsed = parseName(text);
  if (parsed.ok) return parsed.value;
  throw new InvalidInputError(`This is not a zone's name: ${text}`, parsed.problems);
}

function isSeen({ facts, connectionId }: Zone, { readers, zoneIds }: SeenZones): boolean {
  return (zoneIds?.includes(facts.id) ?? true) && (readers?.includes(connectionId) ?? true);
}

const SUGGESTIONS_MAX = 5;
/** Looked at on either side of where the name would stand, however many zones there are. */
const NEIGHBOURS_MAX = 100;

/** Names the seen zones that are nearest to what was written. */
export async function zoneUnknown(
  context: Context,
  tenantId: TenantId,
  reference: string,
  seen: SeenZones = {},
): Promise<ZonewardError> {
  const names = await neighbours(
    context,
    tenantId,
    isCloudflareId(reference) ? '' : zoneName(reference),
    seen,
  );
  const shown = names.slice(0, SUGGESTIONS_MAX).map(toUnicode).join(', ');
  return new ZonewardError(`There is no zone ${reference} in the accounts that your connections see`, {
    code: 'zone-unknown',
    kind: 'not-found',
    next:
      names.length === 0
        ? ['zoneward zones sync']
        : [
            `Known zones: ${shown}${names.length > SUGGESTIONS_MAX ? ', … (zoneward zones list)' : ''}`,
            'If it is at Cloudflare, give the connection a token that reaches it.',
          ],
  });
}

/** Names of zones that stand around a name in the order of names, those with the fewest slips first. */
async function neighbours(
  { store }: Context,
  tenantId: TenantId,
  name: string,
  seen: SeenZones,
): Promise<DomainName[]> {
  const after = { value: name, zoneId: '' as Zone['facts']['id'] };
  const [before, behind] = await Promise.all(
    [true, false].map((descending) =>
      store.zoneList.list(tenantId, seen, { order: 'name', descending, after, limit: NEIGHBOURS_MAX }),
    ),
  );
  const present = [...(before ?? []), ...(behind ?? [])].filter(({ facts }) => facts.status !== 'deleted');
  const slips = new Map(present.map(({ facts }) => [facts.name, distance(name, facts.name)]));
  // Names of which both are infinitely far are in their order.
  return [...slips]
    .sort(([one, far], [other, further]) => far - further || (one < other ? -1 : 1))
    .map(([one]) => one);
}

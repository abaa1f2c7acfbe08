/** Customers' hostnames (SSL for SaaS) of a tenant's zones: looked at, and changed by plans. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { CustomHostname, FallbackOrigin, Quota } from '../domains/tls/model.ts';
import {
  draftHostname,
  draftHostnameEdit,
  draftHostnameRemoval,
  draftHostnameRestart,
  type HostnameView,
  type HostnameWish,
  hostnameView,
} from '../domains/tls/objects/custom-hostname.ts';
import type { Drafted } from '../domains/tls/objects/order-certificate.ts';
import type { Context } from './context.ts';
import {
  type LookedAt,
  type ObjectRequestOptions,
  objectPlanner,
  type PlannedProofs,
  type ProofsRequest,
  planProofs,
} from './object-plans.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface ListedHostname {
  readonly hostname: CustomHostname;
  readonly view: HostnameView;
}

export interface ZoneHostnames {
  readonly zone: string;
  readonly quota: Quota;
  readonly fallback: FallbackOrigin | null;
  readonly hostnames: readonly ListedHostname[];
}

/** Hostnames are named by their name or their id. */
export interface TenantHostnames {
  list(zone: string, request?: ObjectRequestOptions): Promise<ZoneHostnames>;
  show(zone: string, hostname: string, request?: ObjectRequestOptions): Promise<ListedHostname>;
  planAdd(
    zone: string,
    hostname: string,
    wish?: HostnameWish,
    request?: ObjectRequestOptions,
  ): Promise<Planned>;
  planEdit(
    zone: string,
    hostname: string,
    wish: HostnameWish,
    request?: ObjectRequestOptions,
  ): Promise<Planned>;
  planRestart(zone: string, hostname: string, request?: ObjectRequestOptions): Promise<Planned>;
  planDelete(zone: string, hostname: string, request?: ObjectRequestOptions): Promise<Planned>;
  /** Publishes what it waits for, where the customer's zone is the tenant's too. */
  planProofs(zone: string, hostname: string, request?: ProofsRequest): Promise<PlannedProofs>;
}

export function tenantHostnames(
  context: Context,
  tenantId: TenantId,
  { reach, plans }: { readonly reach: TenantReach; readonly plans: Pick<TenantPlans, 'planDrafts'> },
): TenantHostnames {
  const planner = objectPlanner(context, reach);
  const planOne = (
    zone: string,
    hostname: string,
    what: { readonly verb: string; readonly request: ObjectRequestOptions | undefined },
    draft: (one: CustomHostname, place: LookedAt) => Drafted,
  ): Promise<Planned> =>
    planner.plan(
      zone,
      { source: `${what.verb} hostname ${hostname}`, reads: 1 },
      async (place) => draft(await hostnameOf(place, hostname), place),
      what.request,
    );
  return {
    list: async (reference, request) => {
      const { name, zoneId, cloudflare, call } = await planner.at(reference, request);
      const [hostnames, quota, fallback] = await Promise.all([
        cloudflare.tls.customHostnames(zoneId, call),
        cloudflare.tls.hostnameQuota(zoneId, call),
        cloudflare.tls.fallbackOrigin(zoneId, call),
      ]);
      const listed = hostnames.map((hostname) => ({
        hostname,
        view: hostnameView(name, hostname, fallback),
      }));
      return { zone: name, quota, fallback, hostnames: listed };
    },
    show: async (reference, text, request) => {
      const place = await planner.at(reference, request);
      const [hostname, fallback] = await Promise.all([
        hostnameOf(place, text),
        place.cloudflare.tls.fallbackOrigin(place.zoneId, place.call),
      ]);
      return { hostname, view: hostnameView(place.name, hostname, fallback) };
    },
    planAdd: (reference, text, wish = {}, request) =>
      planner.plan(
        reference,
        { source: `add hostname ${text}`, reads: 3 },
        async ({ name, zoneId, cloudflare, call }) => {
          const [existing, quota, fallback] = await Promise.all([
            cloudflare.tls.customHostnames(zoneId, call),
            cloudflare.tls.hostnameQuota(zoneId, call),
            cloudflare.tls.fallbackOrigin(zoneId, call),
          ]);
          return draftHostname(text, wish, { zone: name, existing, quota, fallback });
        },
        request,
      ),
    planEdit: (reference, text, wish, request) =>
      planOne(reference, text, { verb: 'edit', request }, (one, { name }) =>
        draftHostnameEdit(name, one, wish),
      ),
    planRestart: (reference, text, request) =>
      planOne(reference, text, { verb: 'restart', request }, draftHostnameRestart),
    planDelete: (reference, text, request) =>
      planOne(reference, text, { verb: 'delete', request }, draftHostnameRemoval),
    planProofs: async (reference, text, request = {}) => {
      const place = await planner.at(reference, request);
      const { ownership, ssl } = await hostnameOf(place, text);
      const proofs = [...ownership.slice(0, 1), ...(ssl?.proofs ?? [])];
      return planProofs({ context, tenantId, reach, plans }, proofs, request);
    },
  };
}

const ID = /^[0-9a-f-]{32,36}$/;

async function hostnameOf(
  { name, zoneId, cloudflare, call }: LookedAt,
  text: string,
): Promise<CustomHostname> {
  const wanted = text.trim().toLowerCase().replace(/\.$/, '');
  const filter = ID.test(wanted) ? {} : { hostname: wanted };
  const all = await cloudflare.tls.customHostnames(zoneId, { ...call, ...filter });
  const one = all.find(({ id, hostname }) => id === wanted || hostname === wanted);
  if (one !== undefined) return one;
  throw new ZonewardError(`${name} has no custom hostname ${text}`, {
    code: 'hostname-unknown',
    kind: 'not-found',
    next: [`zoneward tls hostnames list ${name}`],
  });
}

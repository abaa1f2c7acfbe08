/**
 * A tenant behind a server, in the shape of the facade, for `--server`. It has what reading, planning, applying,
 * undoing, certificates, registering, provisioning and verifying need; what it does not have says so.
 */

import type { Tenant } from '../../app/open-zoneward.ts';
import type { Moment, Zone, ZoneAdvice } from '../../app/re-exports.ts';
import { allPages, type Client, waitForJob, type ZoneWithAdvice } from '../../client/index.ts';
import { remoteCertificates, remoteHostnames } from './remote-certificates.ts';
import { ofJob, remoteChanges } from './remote-changes.ts';
import { remoteConnectSessions } from './remote-connect-sessions.ts';
import { asked, notOnServer } from './remote-error.ts';
import { eventOf, milliseconds, recordOf, revisionOf, zoneOf } from './remote-models.ts';
import { remoteProvisioning } from './remote-provisioning.ts';
import { remoteRegistrar } from './remote-registrar.ts';
import { remoteTemplates } from './remote-templates.ts';
import { remoteTls } from './remote-tls.ts';
import { remoteVerify } from './remote-verify.ts';
import { remoteWebhooks } from './remote-webhooks.ts';
import { remoteZoneLife } from './remote-zone-life.ts';

const PAGE = 500;

export function remoteTenant(client: Client, name: string): Tenant {
  const { changes, planned } = remoteChanges(client);
  const rooms: Readonly<Record<string, object>> = {
    zones: only('zones', remoteZones(client, name)),
    changes: only('changes', changes),
    audit: only('audit', remoteAudit(client)),
    webhooks: remoteWebhooks(client),
    registrar: remoteRegistrar(client),
    provisioning: only('provisioning', remoteProvisioning(client)),
    templates: only('templates', remoteTemplates(client, planned)),
    connectSessions: remoteConnectSessions(client),
    tls: only('tls', remoteTls(client, planned)),
    certificates: only('certificates', remoteCertificates(client, planned)),
    hostnames: only('hostnames', remoteHostnames(client, planned)),
  };
  return new Proxy(rooms, {
    // A promise of a tenant must not be taken for one itself.
    get: (has, room) => (room === 'then' ? undefined : (Reflect.get(has, room) ?? only(String(room), {}))),
  }) as unknown as Tenant;
}

/** The given methods; every other one is refused with what was asked. */
function only(room: string, methods: object): object {
  return new Proxy(methods, {
    get: (has, key) =>
      Reflect.has(has, key)
        ? Reflect.get(has, key)
        : () => Promise.reject(notOnServer(`${room}: ${String(key)}`)),
  });
}

type Zones = Pick<
  Tenant['zones'],
  | 'list'
  | 'get'
  | 'known'
  | 'advice'
  | 'records'
  | 'history'
  | 'find'
  | 'export'
  | 'sync'
  | 'discover'
  | 'verify'
  | 'create'
  | 'activate'
  | 'pause'
  | 'unpause'
  | 'delete'
>;

function remoteZones(client: Client, name: string): Partial<Zones> {
  const advices = new WeakMap<Zone, ZoneAdvice>();
  const seen = ({ advice, ...view }: ZoneWithAdvice): Zone => {
    const zone = zoneOf(view, name);
    advices.set(zone, { ...advice, deletesAt: milliseconds(advice.deletesAt) } as ZoneAdvice);
    return zone;
  };
  const get = async (reference: string): Promise<Zone> =>
    seen(await asked(client.getZone({ zone: reference })));
  return {
    ...remoteZoneLife(client, { get, seen }),
    list: async ({ connection } = {}) => {
      const zones: Zone[] = [];
      const via = connection === undefined ? {} : { connection };
      const pages = allPages((cursor) =>
        asked(
          client.listZones({ query: { limit: PAGE, ...via, ...(cursor === undefined ? {} : { cursor }) } }),
        ),
      );
      for await (const view of pages) zones.push(zoneOf(view, name));
      return zones;
    },
    get,
    known: get,
    advice: (zone) => {
      const advice = advices.get(zone);
      if (advice === undefined) throw notOnServer('advice on a zone from elsewhere');
      return advice;
    },
    records: async (zone, moment = { kind: 'latest' }) => {
      const records: { record: ReturnType<typeof recordOf>; lineageId: never }[] = [];
      let revision = 0;
      const pages = allPages(async (cursor) => {
        const query = { limit: PAGE, ...momentOf(moment), ...(cursor === undefined ? {} : { cursor }) };
        const page = await asked(client.listRecords({ zone, query }));
        revision = page.revision;
        return page;
      });
      for await (const view of pages) records.push({ record: recordOf(view), lineageId: '' as never });
      return { revision, records };
    },
    history: async (reference, limit = PAGE) => {
      const zone = await get(reference);
      const { items } = await asked(
        client.listRevisions({ zone: reference, query: { limit: Math.min(limit, PAGE) } }),
      );
      return { zone, revisions: items.map(revisionOf) };
    },
    export: async (zone, format, moment = { kind: 'latest' }) => ({
      text: await asked(client.exportZone({ zone, query: { format, ...momentOf(moment) } })),
      losses: [],
    }),
    sync: async (zone) => {
      const job = await waitForJob(client, (await asked(client.syncZone({ zone }))).id);
      if (job.state !== 'done') throw ofJob(job.error);
      return { ...job.result, serial: null } as never;
    },
    verify: remoteVerify(client),
  };
}

function momentOf(moment: Moment): { readonly revision?: number; readonly at?: string } {
  if (moment.kind === 'latest') return {};
  return moment.kind === 'revision'
    ? { revision: moment.revision }
    : { at: new Date(moment.at).toISOString() };
}

function remoteAudit(client: Client): Pick<Tenant['audit'], 'list' | 'verify'> {
  return {
    list: async ({ kind, zoneId, changeSetId, since, until } = {}, limit = PAGE) => {
      const query = {
        limit: Math.min(limit, PAGE),
        ...(kind === undefined ? {} : { kind }),
        ...(zoneId === undefined ? {} : { zone: zoneId }),
        ...(changeSetId === undefined ? {} : { changeSet: changeSetId }),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
        ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      };
      return (await asked(client.listAuditEvents({ query }))).items.map(eventOf);
    },
    verify: async () => (await asked(client.verifyAudit({}))) as never,
  };
}

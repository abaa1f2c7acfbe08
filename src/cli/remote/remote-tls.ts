/** SSL/TLS, settings and DNSSEC of a tenant behind a server: looked at and planned there; waited for from here. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  calendarInOrder,
  type DnssecProgress,
  type Zone,
  type ZoneSetting,
  ZonewardError,
} from '../../app/re-exports.ts';
import { LOOK_AGAIN_MS, type TenantTls, type TlsRequest } from '../../app/tenant-tls.ts';
import type * as api from '../../client/index.ts';
import type { Client } from '../../client/index.ts';
import { CancelledError } from '../errors.ts';
import { namedFile } from './file-names.ts';
import { jobEnd, ofJob, type RemotePlanner } from './remote-changes.ts';
import { asked } from './remote-error.ts';
import { milliseconds } from './remote-models.ts';

/** So many ids are an address that every proxy takes. */
const ZONES_AT_ONCE = 100;

export function remoteTls(client: Client, planned: RemotePlanner): TenantTls {
  return {
    show: async (zone, request = {}) => {
      const { findings, ...view } = await asked(
        client.showTls({ zone, query: viaOf(request) }, signalOf(request)),
      );
      return { zone: zoneNamed(view), findings };
    },
    list: async (request = {}) => {
      const { items } = await asked(client.listTls({ query: viaOf(request) }, signalOf(request)));
      return items.map(({ zoneId, zoneName, ...one }) => ({
        ...one,
        zone: zoneNamed({ zoneId, zoneName }),
        readAt: milliseconds(one.readAt),
        findingsAt: milliseconds(one.findingsAt),
        nextExpiry: milliseconds(one.nextExpiry),
      }));
    },
    refresh: async (zones, { onZone, ...request } = {}) => {
      const started = await asked(client.refreshTls({ body: { zones: [...zones], ...viaOf(request) } }));
      const { state, result, error } = await jobEnd(client, started.id, {
        ...signalOf(request),
        onJob: ({ progress }) => {
          const { done, total } = Object(progress) as { readonly done?: number; readonly total?: number };
          if (done !== undefined && total !== undefined) onZone?.(done, total);
        },
      });
      if (state === 'cancelled')
        throw new CancelledError('Stopped; the zones that were looked at are remembered.');
      if (state !== 'done') throw ofJob(error);
      const failures = (result as unknown as RefreshResult).failures.map(({ zoneId, code, message }) => ({
        zone: zoneId,
        error: new ZonewardError(message, { code, kind: 'temporary' }),
      }));
      return { zones: zones.length, failures };
    },
    settings: async (zone, names, request = {}) => {
      const query = { ...viaOf(request), ...(names.length === 0 ? {} : { names: names.join(',') }) };
      return (await asked(client.listSettings({ zone, query }, signalOf(request)))).items.map(settingOf);
    },
    plan: (zones, wish, request = {}) => {
      const { file, ...wanted } = { file: undefined, ...wish };
      const named = file === undefined ? {} : namedFile(file);
      return planned({ kind: 'settings', zones, ...wanted, ...named, ...viaOf(request) });
    },
    dnssec: async (zone, { waitMs = 0, onLook, ...request } = {}) => {
      const until = Date.now() + waitMs;
      for (;;) {
        const seen = progressOf(
          await asked(client.showDnssec({ zone, query: viaOf(request) }, signalOf(request))),
        );
        const leftMs = until - Date.now();
        if (seen.waitsFor === null || leftMs <= 0) return seen;
        onLook?.(seen);
        await sleep(Math.min(LOOK_AGAIN_MS, leftMs), undefined, signalOf(request));
      }
    },
    calendar: async (zones, { stored = false, ...request } = {}) => {
      const parts: api.CertificateCalendar[] = [];
      for (let at = 0; at < zones.length; at += ZONES_AT_ONCE) {
        const named = zones.slice(at, at + ZONES_AT_ONCE).join(',');
        const query = { ...viaOf(request), zones: named, refresh: !stored };
        parts.push(await asked(client.certificateCalendar({ query }, signalOf(request))));
      }
      return {
        entries: calendarInOrder(parts.flatMap(({ items }) => items.map(entryOf))),
        unreadable: parts.flatMap(({ unreadable }) =>
          unreadable.map((one) => ({ zone: zoneNamed(one), error: faultOf(one) })),
        ),
        neverRead: parts.flatMap(({ neverRead }) => neverRead.map(zoneNamed)),
      };
    },
  };
}

interface RefreshResult {
  readonly failures: readonly { readonly zoneId: string; readonly code: string; readonly message: string }[];
}

/** As much of a zone as its TLS speaks of. */
function zoneNamed({ zoneId, zoneName }: { readonly zoneId: string; readonly zoneName: string }): Zone {
  return { facts: { id: zoneId, name: zoneName } } as unknown as Zone;
}

function entryOf({ certificate, readAt, ...zone }: api.CertificateCalendar['items'][number]) {
  const pack = { ...certificate, expiresAt: milliseconds(certificate.expiresAt) };
  return { zone: zoneNamed(zone), pack, readAt: Date.parse(readAt) };
}

function settingOf({
  allowed,
  value,
  editable,
  modifiedOn,
  error,
  ...names
}: api.SettingList['items'][number]) {
  return {
    ...names,
    domain: allowed,
    state: editable === null ? null : { value, editable, modifiedOn, received: {} },
    error: error === null ? null : faultOf(error),
    // Brands are given here, at the border.
  } as unknown as ZoneSetting;
}

interface Fault {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly next: readonly string[];
}

function faultOf({ code, kind, message, next }: Fault): ZonewardError {
  return new ZonewardError(message, { code, kind: kind as ZonewardError['kind'], next });
}

function progressOf({ since, until, parent, ...view }: api.Dnssec): DnssecProgress {
  return {
    ...view,
    since: Date.parse(since),
    until: milliseconds(until),
    parent: {
      askedAt: milliseconds(parent.askedAt),
      dsSeenAt: milliseconds(parent.dsSeenAt),
      dsTtlSeconds: parent.dsTtlSeconds,
      dsGoneAt: milliseconds(parent.dsGoneAt),
    },
  } as DnssecProgress;
}

export function viaOf({ connection }: Pick<TlsRequest, 'connection'>): { readonly connection?: string } {
  return connection === undefined ? {} : { connection };
}

export function signalOf({ signal }: Pick<TlsRequest, 'signal'>): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

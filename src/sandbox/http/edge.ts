/**
 * The edge on the sandbox's own port: a handshake for a proxied name gets that name's certificate, and a request for
 * it the answer of a proxy. There is no origin behind it, so the answer is 522, but what the zone's settings do at the
 * edge is there: the versions of TLS, the redirect to HTTPS, HSTS.
 */
import { isIP } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { API_PREFIX } from '../constants.ts';
import { newRay } from '../ids.ts';
import { settingValue } from '../settings/zone-settings.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { edgeHost } from '../tls/edge.ts';
import type { RawRequest } from './call.ts';
import type { Verdict } from './dispatch.ts';
import type { Reply } from './envelope.ts';

/** Names under which the API itself is asked. */
const API_HOSTS: ReadonlySet<string> = new Set(['localhost', 'api.cloudflare.com']);

export interface EdgeDoor {
  /** What a handshake for a name is to use; `refused` when the edge has no certificate; undefined: not the edge's. */
  handshake(name: string): SecureContextOptions | 'refused' | undefined;
  /** Whether a name's zone takes connections of a TLS version, as Node names it. */
  takesVersion(name: string, version: string): boolean;
  /** The answer to a request for a proxied host; undefined: not the edge's. */
  answer(request: RawRequest, secure: boolean): Verdict | undefined;
}

export function edgeDoor(world: World): EdgeDoor {
  return {
    handshake(name) {
      if (isApiHost(name)) return undefined;
      world.tick();
      const found = edgeHost(world, name);
      if (found === undefined) return undefined;
      const { certificate } = found;
      if (certificate === undefined) return 'refused';
      return { cert: certificate.chain, key: certificate.key };
    },
    takesVersion(name, version) {
      const found = isApiHost(name) ? undefined : edgeHost(world, name);
      return found === undefined || isTaken(world, found.zone, version);
    },
    answer(request, secure) {
      if (request.url === API_PREFIX || request.url.startsWith(`${API_PREFIX}/`)) return undefined;
      const host = (request.headers['host'] ?? '').replace(/:\d+$/, '');
      if (isApiHost(host)) return undefined;
      world.tick();
      const found = edgeHost(world, host);
      return found === undefined
        ? undefined
        : answerOf(world, found.zone, { host, url: request.url, secure });
    },
  };
}

function isApiHost(host: string): boolean {
  return host === '' || API_HOSTS.has(host) || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

const VERSIONS: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const SETTING_VALUES: readonly string[] = ['1.0', '1.1', '1.2', '1.3'];

function isTaken(world: World, zone: Zone, version: string): boolean {
  const lowest = SETTING_VALUES.indexOf(String(settingValue(world, zone, 'min_tls_version')));
  if (version === 'TLSv1.3' && settingValue(world, zone, 'tls_1_3') === 'off') return false;
  return VERSIONS.indexOf(version) >= lowest;
}

function answerOf(
  world: World,
  zone: Zone,
  asked: { readonly host: string; readonly url: string; readonly secure: boolean },
): Verdict {
  const ray = newRay();
  const headers = { Server: 'cloudflare', 'CF-Ray': ray };
  if (!asked.secure && settingValue(world, zone, 'always_use_https') === 'on') {
    const location = `https://${asked.host}${asked.url}`;
    return {
      kind: 'reply',
      reply: page(301, 'Moved Permanently', ray),
      headers: { ...headers, Location: location },
    };
  }
  const reply = page(522, `${asked.host} | 522: Connection timed out`, ray);
  return {
    kind: 'reply',
    reply,
    headers: { ...headers, ...(asked.secure ? strictTransport(world, zone) : {}) },
  };
}

function page(status: number, title: string, ray: string): Reply {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1>\r\n<!-- ${ray} -->\r\n</body>\r\n</html>\r\n`;
  return { status, body, contentType: 'text/html' };
}

interface Hsts {
  readonly enabled: boolean;
  readonly max_age: number;
  readonly include_subdomains: boolean;
  readonly preload: boolean;
  readonly nosniff: boolean;
}

function strictTransport(world: World, zone: Zone): Record<string, string> {
  const { strict_transport_security: hsts } = settingValue(world, zone, 'security_header') as {
    strict_transport_security: Hsts;
  };
  if (!hsts.enabled) return {};
  const parts = [
    `max-age=${hsts.max_age}`,
    ...(hsts.include_subdomains ? ['includeSubDomains'] : []),
    ...(hsts.preload ? ['preload'] : []),
  ];
  return {
    'Strict-Transport-Security': parts.join('; '),
    ...(hsts.nosniff ? { 'X-Content-Type-Options': 'nosniff' } : {}),
  };
}

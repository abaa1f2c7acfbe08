/** Endpoints of a tenant: added, edited, given a new secret, turned off and on, removed. Each with its audit event. */
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { newId, type TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { InvalidInputError, type Problem } from '../../base/problem.ts';
import type { Secret } from '../../base/secret.ts';
import { suggest } from '../../dns/suggest.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { SecretContext, Vault } from '../connections/ports.ts';
import { knownFilters } from './announce.ts';
import type { EndpointId, WebhookEndpoint } from './model.ts';
import type { Messenger, WebhookStore } from './ports.ts';
import { newSecret } from './sign.ts';

export const ENDPOINTS_MAX = 20;
const URL_LENGTH_MAX = 2_048;
const DESCRIPTION_LENGTH_MAX = 256;
const HOUR_MS = 3_600_000;
/** How long the secret before goes on signing. */
export const OVERLAP_DEFAULT_MS: number = 24 * HOUR_MS;
const OVERLAP_MAX_MS = 14 * 24 * HOUR_MS;

export interface EndpointPorts {
  readonly store: WebhookStore;
  readonly vault: Vault;
  readonly messenger: Pick<Messenger, 'refusal'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface EndpointTarget {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly principal: Principal;
}

export interface EndpointWish {
  readonly url: string;
  readonly description?: string;
  /** Null or absent: all. */
  readonly types?: readonly string[] | null;
}

/** The only moment at which the secret is there to be shown. */
export interface EndpointWithSecret {
  readonly endpoint: WebhookEndpoint;
  readonly secret: Secret;
}

/** Throws `InvalidInputError` and `webhooks-too-many` (conflict). */
export async function addEndpoint(
  ports: EndpointPorts,
  wish: EndpointWish,
  { tenantId, principal }: Omit<EndpointTarget, 'id'>,
): Promise<EndpointWithSecret> {
  refuseProblems(checkWish(ports, wish));
  const at = ports.clock.now();
  const endpoint: WebhookEndpoint = {
    id: newId<EndpointId>('whk', ports),
    tenantId,
    url: wish.url.trim(),
    description: wish.description?.trim() ?? '',
    types: wish.types ?? null,
    disabled: null,
    secretVersion: 1,
    previousSecretUntil: null,
    failingSince: null,
    holdUntil: null,
    createdAt: at,
    createdBy: principal,
    version: 1,
  };
  const secret = newSecret(ports.random);
  const sealed = await ports.vault.seal(secretContext(endpoint, 1), secret);
  const event = endpointEvent(endpoint, 'added', { at, principal, summary: `takes ${filterText(endpoint)}` });
  await ports.store.create(endpoint, sealed, ENDPOINTS_MAX, [event]);
  return { endpoint, secret };
}

/** What is not given stays. `enabled` turns it off by hand, and on again whatever turned it off. */
export async function editEndpoint(
  ports: EndpointPorts,
  target: EndpointTarget,
  edit: Partial<EndpointWish> & { readonly enabled?: boolean },
): Promise<WebhookEndpoint> {
  const endpoint = await getEndpoint(ports.store, target.tenantId, target.id);
  refuseProblems(checkWish(ports, { ...edit, url: edit.url ?? endpoint.url }));
  const at = ports.clock.now();
  const { enabled = endpoint.disabled === null } = edit;
  const next: WebhookEndpoint = {
    ...endpoint,
    url: edit.url?.trim() ?? endpoint.url,
    description: edit.description?.trim() ?? endpoint.description,
    types: edit.types === undefined ? endpoint.types : edit.types,
    disabled: enabled ? null : (endpoint.disabled ?? { reason: 'by-hand', at }),
    ...(enabled && endpoint.disabled !== null ? { failingSince: null, holdUntil: null } : {}),
    version: endpoint.version + 1,
  };
  const by = { at, principal: target.principal };
  const events = [
    endpointEvent(next, 'edited', { ...by, summary: `takes ${filterText(next)}` }),
    ...(next.disabled !== null && endpoint.disabled === null ? [disabledEvent(next, by)] : []),
    ...(next.disabled === null && endpoint.disabled !== null
      ? [endpointEvent(next, 'enabled', { ...by, summary: 'takes messages again' })]
      : []),
  ];
  await ports.store.update(next, null, events);
  return next;
}

/**
 * Makes a new secret. Both sign until the old one's time is over, so that the receiver changes over without a gap; of
 * a secret that is in strange hands, give `overlapMs: 0`.
 */
export async function rotateSecret(
  ports: EndpointPorts,
  target: EndpointTarget,
  { overlapMs = OVERLAP_DEFAULT_MS }: { readonly overlapMs?: number } = {},
): Promise<EndpointWithSecret> {
  if (!Number.isInteger(overlapMs) || overlapMs < 0 || overlapMs > OVERLAP_MAX_MS)
    throw new ZonewardError('The old secret signs on for 0 to 14 days.', {
      code: 'webhook-overlap-invalid',
      kind: 'input',
      next: ['Give 24h, 7d; or 0s to end it at once.'],
    });
  const endpoint = await getEndpoint(ports.store, target.tenantId, target.id);
  const at = ports.clock.now();
  const secretVersion = endpoint.secretVersion + 1;
  const next: WebhookEndpoint = {
    ...endpoint,
    secretVersion,
    previousSecretUntil: overlapMs === 0 ? null : at + overlapMs,
    version: endpoint.version + 1,
  };
  const secret = newSecret(ports.random);
  const sealed = await ports.vault.seal(secretContext(next, secretVersion), secret);
  const summary = overlapMs === 0 ? 'has a new secret' : 'has a new secret; the old one signs on for a while';
  await ports.store.update(next, sealed, [
    endpointEvent(next, 'secret-rotated', { at, principal: target.principal, summary }),
  ]);
  return { endpoint: next, secret };
}

export async function removeEndpoint(
  ports: Pick<EndpointPorts, 'store' | 'clock'>,
  target: EndpointTarget,
): Promise<WebhookEndpoint> {
  const endpoint = await getEndpoint(ports.store, target.tenantId, target.id);
  const by = { at: ports.clock.now(), principal: target.principal };
  const event = endpointEvent(endpoint, 'removed', { ...by, summary: 'is removed, its secrets are deleted' });
  if (await ports.store.remove(target.tenantId, endpoint.id, [event])) return endpoint;
  throw endpointUnknown(target.id);
}

/** Throws `webhook-unknown` (not-found). */
export async function getEndpoint(
  store: Pick<WebhookStore, 'get'>,
  tenantId: TenantId,
  id: string,
): Promise<WebhookEndpoint> {
  const endpoint = await store.get(tenantId, id as EndpointId);
  if (endpoint !== null) return endpoint;
  throw endpointUnknown(id);
}

function endpointUnknown(id: string): ZonewardError {
  return new ZonewardError(`There is no webhook ${id.slice(0, 64)}`, {
    code: 'webhook-unknown',
    kind: 'not-found',
    next: ['zoneward webhooks list'],
  });
}

/** Opens the secrets that sign at `now`, the present one first. */
export async function openSecrets(
  ports: { readonly store: Pick<WebhookStore, 'secrets'>; readonly vault: Pick<Vault, 'open'> },
  endpoint: WebhookEndpoint,
  now: number,
): Promise<readonly Secret[]> {
  const pair = await ports.store.secrets(endpoint.tenantId, endpoint.id);
  if (pair === null) throw endpointUnknown(endpoint.id);
  const { current, previous } = pair;
  const still = previous !== null && (endpoint.previousSecretUntil ?? 0) > now;
  return Promise.all(
    [current, ...(still ? [previous] : [])].map((sealed) =>
      ports.vault.open(secretContext(endpoint, sealed.version), sealed),
    ),
  );
}

/** What an endpoint's secret is bound to. Secrets of connections and of endpoints lie in one table, by their owner's id. */
function secretContext({ tenantId, id }: WebhookEndpoint, version: number): SecretContext {
  return { tenantId, connectionId: id as string as SecretContext['connectionId'], field: 'webhook', version };
}

interface By {
  readonly at: number;
  readonly principal: Principal;
}

/** The address may be a secret in itself, so it stays out: its host is told. */
function endpointEvent(
  endpoint: WebhookEndpoint,
  verb: string,
  { at, principal, summary, ...more }: By & { readonly summary: string; readonly payload?: JsonObject },
): NewEvent {
  const host = new URL(endpoint.url).hostname;
  return {
    kind: `webhook.${verb}`,
    at,
    principal,
    summary: `webhook ${endpoint.id} (${host}) ${summary}`,
    payload: {
      webhookId: endpoint.id,
      host,
      types: endpoint.types === null ? null : [...endpoint.types],
      ...more.payload,
    },
  };
}

export function disabledEvent(endpoint: WebhookEndpoint, by: By): NewEvent {
  const reason = endpoint.disabled?.reason ?? 'by-hand';
  const why = {
    gone: 'it answered 410 Gone',
    failing: 'every attempt failed for days',
    'by-hand': 'turned off by hand',
  }[reason];
  return endpointEvent(endpoint, 'disabled', {
    ...by,
    summary: `takes no messages any more: ${why}`,
    payload: { reason },
  });
}

function filterText({ types }: WebhookEndpoint): string {
  return types === null ? 'all events' : types.join(', ');
}

function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInputError('The webhook is not valid.', problems);
}

function checkWish(
  { messenger }: Pick<EndpointPorts, 'messenger'>,
  { url, description = '', types }: EndpointWish,
): readonly Problem[] {
  const fault = (code: string, subject: string, message: string, next?: string): Problem => ({
    code,
    severity: 'error',
    subject,
    message,
    ...(next === undefined ? {} : { next }),
  });
  const known = knownFilters();
  const refusal = url.length > URL_LENGTH_MAX ? 'it is too long' : messenger.refusal(url.trim());
  const unknown = (types ?? []).filter((type) => !known.includes(type));
  return [
    ...(refusal === null
      ? []
      : [
          fault(
            'webhook-url-refused',
            'url',
            `This address cannot be posted to: ${refusal}.`,
            'Give a public https address; for a receiver in a network of your own, set ZONEWARD_WEBHOOK_ALLOW (127.0.0.0/8 for this machine).',
          ),
        ]),
    ...(description.length <= DESCRIPTION_LENGTH_MAX
      ? []
      : [
          fault(
            'webhook-description-long',
            'description',
            `A description has at most ${DESCRIPTION_LENGTH_MAX} characters.`,
          ),
        ]),
    ...(types?.length === 0
      ? [
          fault(
            'webhook-types-empty',
            'types',
            'With no type, nothing would be sent.',
            'Leave it out for all.',
          ),
        ]
      : []),
    ...unknown.map((type) => {
      const near = suggest(type, known);
      const next = near === undefined ? 'docs/webhooks.md lists them.' : `Did you mean ${near}?`;
      return fault('webhook-type-unknown', 'types', `There is no event type "${type.slice(0, 64)}".`, next);
    }),
  ];
}

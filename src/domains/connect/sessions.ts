/**
 * Connect sessions, made, recognised, used up, revoked. The secret is written `zwc_<id>.<chance>` and kept as its SHA-256
 * alone; it belongs behind the `#` of a link, which browsers send to nobody.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { type AccountId, type ConnectionId, newId, type TenantId, type ZoneId } from '../../base/ids.ts';
import { InvalidInputError, type Problem } from '../../base/problem.ts';
import { Secret } from '../../base/secret.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import { checkDescriptors, type Metadata } from '../connections/descriptors.ts';
import type { Profile } from '../connections/model.ts';
import type { Brand, ConnectSession, ConnectSessionId } from './model.ts';
import type { ConnectSessionStore, EndSession } from './ports.ts';

const MINUTE_MS = 60_000;
const LASTS_DEFAULT_MS: number = 30 * MINUTE_MS;
export const LASTS_MIN_MS: number = MINUTE_MS;
export const LASTS_MAX_MS: number = 7 * 24 * 60 * MINUTE_MS;
/** Credentials that one session may try: enough for every slip of a person, too few for a search. */
const TRIES_MAX = 20;
const SECRET_BYTES = 32;
const TOKEN = /^zwc_([0-9a-z]{26})\.([A-Za-z0-9_-]{43})$/;
const NAME_LENGTH_MAX = 80;
const URL_LENGTH_MAX = 2_048;

export interface ConnectPorts {
  readonly store: ConnectSessionStore;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewConnectSession {
  readonly profile?: Profile;
  readonly label?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  readonly accountId?: AccountId;
  readonly zoneIds?: readonly ZoneId[];
  /** The connection that is to be given a new credential. */
  readonly relink?: ConnectionId;
  readonly returnUrl?: string;
  readonly brand?: {
    readonly name: string;
    readonly logoUrl?: string | null;
    readonly colour?: string | null;
  };
  /** Default: half an hour. */
  readonly lastsMs?: number;
}

export interface MadeConnectSession {
  readonly session: ConnectSession;
  /** The only moment at which it is there to be shown. */
  readonly secret: Secret;
  /** The whole link, where it is known by whoever made it. */
  readonly url?: string;
}

/** Throws `InvalidInputError`. */
export async function createConnectSession(
  ports: ConnectPorts,
  input: NewConnectSession,
  of: { readonly tenantId: TenantId; readonly principal: Principal },
): Promise<MadeConnectSession> {
  const problems = checkNew(input);
  if (problems.length > 0) throw new InvalidInputError('The connect session is not valid.', problems);
  const at = ports.clock.now();
  const session: ConnectSession = {
    id: newId<ConnectSessionId>('cns', ports),
    tenantId: of.tenantId,
    createdAt: at,
    createdBy: of.principal,
    expiresAt: at + (input.lastsMs ?? LASTS_DEFAULT_MS),
    profile: input.profile ?? 'minimum',
    label: input.label?.trim() ?? null,
    tags: input.tags ?? [],
    metadata: input.metadata ?? {},
    accountId: input.accountId ?? null,
    zoneIds: input.zoneIds ?? [],
    relink: input.relink ?? null,
    returnUrl: input.returnUrl ?? null,
    brand: brandOf(input),
    tries: 0,
    used: null,
    revokedAt: null,
    version: 1,
  };
  const chance = Buffer.from(ports.random.bytes(SECRET_BYTES)).toString('base64url');
  const text = `zwc_${session.id.replace(/^cns_/, '')}.${chance}`;
  const event = sessionEvent(session, 'created', { at, principal: of.principal });
  await ports.store.create(session, hashOf(text), [event]);
  return { session, secret: new Secret(text) };
}

/** The session that `text` opens now; null for one that is unknown, wrong, over, used or revoked, without saying which. */
export async function recogniseConnectSession(
  ports: ConnectPorts,
  text: string,
): Promise<ConnectSession | null> {
  const [, idPart] = TOKEN.exec(text) ?? [];
  const stored = idPart === undefined ? null : await ports.store.find(`cns_${idPart}` as ConnectSessionId);
  const wanted = Buffer.from(stored?.secretHash ?? hashOf(''), 'hex');
  const matches = timingSafeEqual(Buffer.from(hashOf(text), 'hex'), wanted);
  return stored !== null && matches && isOpen(stored.session, ports.clock.now()) ? stored.session : null;
}

function isOpen({ used, revokedAt, expiresAt }: ConnectSession, now: number): boolean {
  return used === null && revokedAt === null && expiresAt > now;
}

/** Counts a credential that is about to be tried. Throws `connect-session-exhausted` (conflict). */
export async function countTry(ports: ConnectPorts, session: ConnectSession): Promise<ConnectSession> {
  if (session.tries >= TRIES_MAX)
    throw new ZonewardError(`With this link ${TRIES_MAX} credentials were tried; it takes no more.`, {
      code: 'connect-session-exhausted',
      kind: 'conflict',
      next: ['Ask for a new link.'],
    });
  const counted = { ...session, tries: session.tries + 1, version: session.version + 1 };
  await ports.store.update(counted, []);
  return counted;
}

/**
 * Nothing can be done with it from now on. For `ConnectSessionStore.endingWith`: the session was open when the visitor
 * came, and may have been used or revoked while the credential was tested. Throws `connect-session-over` (conflict).
 */
export function endByUse({ clock }: Pick<ConnectPorts, 'clock'>): EndSession {
  return (session, connectionId) => {
    const at = clock.now();
    if (!isOpen(session, at)) throw sessionOver(session);
    const used = { ...session, used: { at, connectionId }, version: session.version + 1 };
    return { session: used, events: [sessionEvent(used, 'used', { at, principal: session.id })] };
  };
}

function sessionOver({ used }: ConnectSession): ZonewardError {
  const why = used === null ? 'was revoked or ran out' : 'was used';
  return new ZonewardError(`The link ${why} while the credential was being tested; nothing was saved.`, {
    code: 'connect-session-over',
    kind: 'conflict',
    next: ['Ask for a new link.'],
  });
}

/** Throws `connect-session-unknown` (not-found). One that has ended already stays as it is. */
export async function revokeConnectSession(
  ports: ConnectPorts,
  target: { readonly tenantId: TenantId; readonly id: string; readonly principal: Principal },
): Promise<ConnectSession> {
  const session = await getConnectSession(ports, target.tenantId, target.id);
  const at = ports.clock.now();
  if (!isOpen(session, at)) return session;
  const revoked = { ...session, revokedAt: at, version: session.version + 1 };
  await ports.store.update(revoked, [sessionEvent(revoked, 'revoked', { at, principal: target.principal })]);
  return revoked;
}

export async function getConnectSession(
  { store }: Pick<ConnectPorts, 'store'>,
  tenantId: TenantId,
  id: string,
): Promise<ConnectSession> {
  const found = await store.find(id as ConnectSessionId);
  if (found !== null && found.session.tenantId === tenantId) return found.session;
  throw new ZonewardError(`There is no connect session ${id.slice(0, 64)}`, {
    code: 'connect-session-unknown',
    kind: 'not-found',
    next: ['zoneward connect-sessions list'],
  });
}

export function stateOf(session: ConnectSession, now: number): 'open' | 'used' | 'revoked' | 'expired' {
  if (session.used !== null) return 'used';
  if (session.revokedAt !== null) return 'revoked';
  return session.expiresAt > now ? 'open' : 'expired';
}

function sessionEvent(
  session: ConnectSession,
  verb: string,
  by: { readonly at: number; readonly principal: Principal },
): NewEvent {
  const { id, relink, profile, label, used } = session;
  const connectionId = used?.connectionId ?? relink;
  return {
    kind: `connect-session.${verb}`,
    ...by,
    ...(connectionId === null ? {} : { connectionId }),
    summary: `connect session ${id}: ${verb}`,
    payload: { sessionId: id, profile, label, relink, expiresAt: session.expiresAt },
  };
}

function brandOf({ brand }: NewConnectSession): Brand | null {
  if (brand === undefined) return null;
  return {
    name: brand.name.trim(),
    logoUrl: brand.logoUrl ?? null,
    colour: brand.colour?.toLowerCase() ?? null,
  };
}

function checkNew(input: NewConnectSession): readonly Problem[] {
  const fault = (subject: string, message: string): Problem => ({
    code: 'connect-session-invalid',
    severity: 'error',
    subject,
    message,
  });
  const { lastsMs = LASTS_DEFAULT_MS, brand, returnUrl } = input;
  const lasts = Number.isInteger(lastsMs) && lastsMs >= LASTS_MIN_MS && lastsMs <= LASTS_MAX_MS;
  const name = brand?.name.trim().length ?? 1;
  return [
    ...checkDescriptors(input),
    ...(lasts ? [] : [fault('lasts', 'A connect session lasts from a minute to seven days.')]),
    ...(returnUrl === undefined || isPageUrl(returnUrl)
      ? []
      : [fault('returnUrl', 'The return URL must be an https URL; http is for localhost alone.')]),
    ...(name >= 1 && name <= NAME_LENGTH_MAX
      ? []
      : [fault('brand.name', `The name of a brand has 1 to ${NAME_LENGTH_MAX} characters.`)]),
    ...(brand?.logoUrl == null || isPageUrl(brand.logoUrl)
      ? []
      : [fault('brand.logoUrl', 'The logo must be at an https URL.')]),
    ...(brand?.colour == null || /^#[0-9a-f]{6}$/i.test(brand.colour)
      ? []
      : [fault('brand.colour', 'The colour is written #rrggbb.')]),
  ];
}

/** What a browser may be sent to. */
function isPageUrl(text: string): boolean {
  const url = text.length <= URL_LENGTH_MAX && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

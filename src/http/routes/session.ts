/** Signing in to the dashboard, and out of it. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, json, keyEndpoint, openEndpoint } from '../endpoint.ts';
import { HttpError } from '../problem.ts';
import { endedCookie, sessionCookie } from '../session-cookie.ts';
import { sessionShape, sessionView } from '../shapes/session.ts';

const tag = 'session';
const secret = z.string().min(1).max(256);
/** `zwk_` and the id of a key, or of a link the beginning of its chance: what several guesses share. */
const SHARED_LENGTH = 30;

const signIn = openEndpoint({
  method: 'post',
  path: '/v1/session',
  operationId: 'signIn',
  tag,
  summary: 'Sign in with an API key, or with a link that `zoneward serve` printed; the answer sets a cookie',
  scope: null,
  body: z
    .strictObject({
      apiKey: secret.optional().openapi({ writeOnly: true }),
      link: secret.optional().openapi({
        description: 'What stands after the `#` of the link; it works once',
        writeOnly: true,
      }),
    })
    .refine((one) => (one.apiKey === undefined) !== (one.link === undefined), 'is an apiKey or a link')
    .openapi('SignIn'),
  throttleBy: ({ apiKey, link }) => (apiKey ?? link ?? '').slice(0, SHARED_LENGTH),
  answers: { status: 201, description: 'The session', schema: sessionShape },
  handle: async ({ zoneward, isSecure }, { body: { apiKey, link = '' } }) => {
    const started = await zoneward.signIns.start(apiKey === undefined ? { link } : { apiKey });
    if (started === null) throw refused(apiKey === undefined);
    const { session } = started;
    const cookie = sessionCookie(started.secret.reveal(), { isSecure, endsAt: session.endsAt });
    const view = sessionView(zoneward, { key: session.key, session, tenant: session.key.tenantId });
    return json(view, 201, { 'set-cookie': cookie });
  },
});

function refused(isLink: boolean): HttpError {
  if (isLink)
    return new HttpError(401, 'sign-in-link-invalid', 'This link was used already, or is too old.', {
      next: ['Sign in with an API key, or start `zoneward serve --open` for a new link.'],
    });
  return new HttpError(401, 'api-key-invalid', 'This API key is not known, has expired or was revoked.', {
    next: ['zoneward api-keys create --label NAME --scope read'],
  });
}

const whoAmI = keyEndpoint({
  method: 'get',
  path: '/v1/session',
  operationId: 'whoAmI',
  tag,
  summary: 'Whose key this is, what it may do, and what it talks to',
  scope: null,
  answers: { status: 200, description: 'The session', schema: sessionShape },
  handle: async ({ zoneward, holder, tenantNamed }) => {
    const tenant = holder.key.tenantId ?? tenantNamed ?? null;
    return json(sessionView(zoneward, { ...holder, tenant }));
  },
});

const signOut = keyEndpoint({
  method: 'delete',
  path: '/v1/session',
  operationId: 'signOut',
  tag,
  summary: 'End the session that the cookie carries',
  scope: null,
  answers: { status: 204, description: 'It has ended' },
  handle: async ({ zoneward, session, isSecure }) => {
    if (session !== null) await zoneward.signIns.end(session);
    return { kind: 'empty', headers: { 'set-cookie': endedCookie(isSecure) } };
  },
});

export const SESSION_ENDPOINTS: readonly Endpoint[] = [signIn, whoAmI, signOut];

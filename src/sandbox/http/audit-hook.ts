/** The one place where a write becomes an audit entry. */
import type { Caller } from '../auth/caller.ts';
import { AUDIT_BODY_CHARS_MAX } from '../constants.ts';
import { type AuditActor, auditBody } from '../state/audit.ts';
import type { Call } from './call.ts';
import type { Reply } from './envelope.ts';

/** Writes the entry of a write that reached its handler, whether it was refused there or not. */
export function recordAudit(call: Call, done: { reply: Reply; auditId: string; ray: string }): void {
  const { world, route, auditNote } = call;
  const { audit } = route;
  if (audit === undefined) return;
  const { reply } = done;
  const caller = call.callerOrUndefined;
  const zone = call.zoneOrUndefined;
  const account = zone?.accountId ?? call.accountOrUndefined?.id;
  const { request } = call;
  const userAgent = request.headers['user-agent'];
  const requestBody =
    request.body.length > AUDIT_BODY_CHARS_MAX ? undefined : auditBody(request.body.toString());
  const responseBody = auditBody(reply.body);
  world.audit.add({
    id: done.auditId,
    at: world.clock.stamp(),
    atMs: world.clock.now(),
    result: reply.status < 400 ? 'success' : 'failure',
    action: audit.action,
    actor: actorOf(caller),
    product: audit.product,
    resourceType: audit.type,
    ...(auditNote.resourceId === undefined ? {} : { resourceId: auditNote.resourceId }),
    ...(account === undefined ? {} : { accountId: account }),
    ...(zone === undefined ? {} : { zoneId: zone.id, zoneName: zone.name }),
    ...(auditNote.before === undefined ? {} : { before: auditNote.before }),
    ...(auditNote.after === undefined ? {} : { after: auditNote.after }),
    ...(requestBody === undefined ? {} : { request: requestBody }),
    ...(responseBody === undefined ? {} : { response: responseBody }),
    raw: {
      method: request.method,
      uri: request.url,
      status: reply.status,
      ray: done.ray,
      ...(userAgent === undefined ? {} : { userAgent }),
    },
  });
  world.changed();
}

function actorOf(caller: Caller | undefined): AuditActor {
  if (caller === undefined) return { type: 'system', context: 'system' };
  return {
    type: caller.user === undefined ? 'account' : 'user',
    context: caller.kind === 'global-key' ? 'api_key' : 'api_token',
    ip: caller.ip,
    ...(caller.user === undefined ? {} : { id: caller.user.id, email: caller.user.email }),
    ...(caller.user === undefined && caller.owner !== undefined ? { id: caller.owner.id } : {}),
    ...(caller.token === undefined ? {} : { tokenId: caller.token.id, tokenName: caller.token.name }),
  };
}

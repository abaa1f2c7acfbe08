/** Connect sessions of a tenant behind a server. The link is the server's own: it knows where people reach it. */

import type { TenantConnectSessions } from '../../app/connect-sessions.ts';
import { type ConnectSession, Secret } from '../../app/re-exports.ts';
import type * as api from '../../client/index.ts';
import type { Client } from '../../client/index.ts';
import { asked } from './remote-error.ts';
import { milliseconds } from './remote-models.ts';

export function remoteConnectSessions(client: Client): TenantConnectSessions {
  return {
    create: async ({ lastsMs, accountId: _, ...input }) => {
      const body = {
        ...(input as api.NewConnectSession),
        ...(lastsMs === undefined ? {} : { lastsSeconds: Math.round(lastsMs / 1_000) }),
      };
      const { url, ...view } = await asked(client.createConnectSession({ body }));
      if (url === null) throw new Error('bug: a new link is in the first answer');
      return { session: sessionOf(view), secret: new Secret(new URL(url).hash.slice(1)), url };
    },
    list: async () => (await asked(client.listConnectSessions({}))).items.map(sessionOf),
    get: async (id) => sessionOf(await asked(client.getConnectSession({ id }))),
    revoke: async (id) => sessionOf(await asked(client.revokeConnectSession({ id }))),
  };
}

function sessionOf({ state: _, usedAt, connectionId, ...view }: api.ConnectSession): ConnectSession {
  return {
    ...view,
    createdAt: Date.parse(view.createdAt),
    expiresAt: Date.parse(view.expiresAt),
    revokedAt: milliseconds(view.revokedAt),
    used: usedAt === null ? null : { at: Date.parse(usedAt), connectionId },
    // Brands are given here, at the border.
  } as unknown as ConnectSession;
}

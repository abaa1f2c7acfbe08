/** A zone verified by a server, which asks the DNS from where it stands; looked at again from here. */

import { setTimeout as sleep } from 'node:timers/promises';
import { isVerified, type Verification } from '../../app/re-exports.ts';
import { pauseOf, type TenantVerify } from '../../app/tenant-verify.ts';
import type { Client } from '../../client/index.ts';
import { fileName } from './file-names.ts';
import { asked } from './remote-error.ts';

export function remoteVerify(client: Client): TenantVerify['verify'] {
  return async (zone, { source, only, resolvers, waitMs = 0, onLook, signal } = {}) => {
    const body = {
      ...(source === undefined ? {} : { ...source, file: fileName(source.file) }),
      ...(only === undefined ? {} : { only: [...only] }),
      ...(resolvers === undefined ? {} : { resolvers: [...resolvers] }),
    };
    const options = signal === undefined ? {} : { signal };
    const until = Date.now() + waitMs;
    for (;;) {
      const { verified: _, at, ...found } = await asked(client.verifyZone({ zone, body }, options));
      const seen = { ...found, at: Date.parse(at) } as unknown as Verification;
      const pauseMs = pauseOf(seen);
      if (isVerified(seen) || Date.now() + pauseMs > until) return seen;
      onLook?.(seen);
      await sleep(pauseMs, undefined, options);
    }
  };
}

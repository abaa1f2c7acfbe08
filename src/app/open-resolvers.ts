/** Resolvers that somebody names from outside: this machine asks none for them that only its own network reaches. */
import { ZonewardError } from '../base/errors.ts';
import { createAddressGuard } from '../outbound/address-guard.ts';
import { type Config, parseDnsServer } from './config.ts';

/** Throws `dns-server-invalid` or `resolver-refused` (input). The operator's own resolvers pass, and allowed ranges. */
export function refuseInnerResolvers(
  { resolvers, webhookAllow }: Pick<Config, 'resolvers' | 'webhookAllow'>,
  named: readonly string[],
): void {
  const guard = createAddressGuard(webhookAllow);
  for (const address of named) {
    const server = parseDnsServer(address, 'the resolver');
    if (server === null || resolvers?.includes(address) === true || guard.isOpen(server.host)) continue;
    throw new ZonewardError(`The resolver ${address} is not reachable from everywhere, so it is not asked`, {
      code: 'resolver-refused',
      kind: 'input',
      next: [
        'Name a public resolver, such as 1.1.1.1.',
        'Whoever runs the server can let it through: ZONEWARD_RESOLVERS',
      ],
    });
  }
}

/** The vault's keys over HTTP, for the operator: looked at. They are changed on the machine that holds them. */
import { type Endpoint, json, keyEndpoint } from '../endpoint.ts';
import { requireOperator } from '../holder.ts';
import { vaultKeyListShape, vaultKeyView } from '../shapes/vault-keys.ts';

const list = keyEndpoint({
  method: 'get',
  path: '/v1/vault/keys',
  operationId: 'listVaultKeys',
  tag: 'vault',
  summary: 'Every key that is known, at hand, or that a secret stands under',
  scope: 'admin',
  answers: { status: 200, description: 'The keys', schema: vaultKeyListShape },
  handle: async ({ zoneward: { keys }, holder }) => {
    requireOperator(holder);
    const [place, status] = await Promise.all([keys.place(), keys.status()]);
    return json({ place, items: status.map(vaultKeyView) });
  },
});

export const VAULT_KEY_ENDPOINTS: readonly Endpoint[] = [list];

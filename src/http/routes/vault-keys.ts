/**
 * The vault's keys over HTTP, for the operator: looked at, added, promoted, retired, and secrets brought under the present
 * one. A key itself is never in an answer. A key that this process makes lies where its keys are; the other processes must
 * have it before it is promoted.
 */
import { z } from '@hono/zod-openapi';
import { isZonewardError } from '../../app/re-exports.ts';
import type { VaultKeys } from '../../app/vault-admin.ts';
import { type Endpoint, json, keyEndpoint } from '../endpoint.ts';
import { requireOperator } from '../holder.ts';
import { HttpError } from '../problem.ts';
import { rewrapShape, vaultKeyListShape, vaultKeyView } from '../shapes/vault-keys.ts';

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
    return json(await shown(keys));
  },
});

async function shown(keys: VaultKeys) {
  const [place, status] = await Promise.all([keys.place(), keys.status()]);
  return { place, items: status.map(vaultKeyView) };
}

/** A key that is not there is a failure of ours where a secret needs it, and a slip where somebody names it. */
async function asked(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isZonewardError(error) || error.kind !== 'internal') throw error;
    throw new HttpError(422, error.code, error.message, { next: error.next });
  }
}

const keyId = z.string().min(1).max(255);

const add = keyEndpoint({
  method: 'post',
  path: '/v1/vault/keys',
  operationId: 'addVaultKey',
  tag: 'vault',
  summary:
    'Make a key where the keys are, or register one that is there by its id; nothing is sealed with it yet',
  scope: 'admin',
  body: z.strictObject({ id: keyId.optional() }).openapi('NewVaultKey'),
  answers: { status: 201, description: 'The keys as they are now', schema: vaultKeyListShape },
  handle: async ({ zoneward: { keys }, holder }, { body }) => {
    requireOperator(holder);
    await asked(keys.add(body.id));
    return json(await shown(keys), 201);
  },
});

function change(verb: 'promote' | 'retire', summary: string): Endpoint {
  return keyEndpoint({
    method: 'post',
    path: `/v1/vault/keys/{id}/${verb}`,
    operationId: `${verb}VaultKey`,
    tag: 'vault',
    summary,
    scope: 'admin',
    params: z.strictObject({ id: keyId }),
    answers: { status: 200, description: 'The keys as they are now', schema: vaultKeyListShape },
    handle: async ({ zoneward: { keys }, holder }, { params }) => {
      requireOperator(holder);
      if (!(await keys.status()).some(({ id }) => id === params.id))
        throw new HttpError(404, 'vault-key-unknown', 'There is no such key.');
      await asked(keys[verb](params.id));
      return json(await shown(keys));
    },
  });
}

const rewrap = keyEndpoint({
  method: 'post',
  path: '/v1/vault/rewrap',
  operationId: 'rewrapVault',
  tag: 'vault',
  summary: 'Bring every secret under the present key; broken off, it is simply asked for again',
  scope: 'admin',
  answers: { status: 200, description: 'What was done', schema: rewrapShape },
  handle: async ({ zoneward: { keys }, holder, signal }) => {
    requireOperator(holder);
    return json(await keys.rewrap({ signal }));
  },
});

export const VAULT_KEY_ENDPOINTS: readonly Endpoint[] = [
  list,
  add,
  change('promote', 'Make a registered key the one that seals; every process must hold it by now'),
  change(
    'retire',
    'Take a key out of use, and destroy it where that is possible; refused while anything stands under it',
  ),
  rewrap,
];

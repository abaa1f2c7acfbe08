/**
 * Four eyes: who approves is not who asked. What counts is who answers for a principal, not which of their keys they
 * hold: somebody who may make keys would otherwise approve their own work with a second one.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { Principal } from '../audit/model.ts';
import type { ApiKeyId } from './model.ts';
import type { ApiKeyStore } from './ports.ts';

export interface Owners {
  /** Who answers for a principal: of an API key its owner, of anybody else themselves. */
  ownerOf(principal: Principal): Promise<string>;
}

export function openOwners(store: Pick<ApiKeyStore, 'find'>): Owners {
  return {
    ownerOf: async (principal) => {
      const stored = principal.startsWith('key_') ? await store.find(principal as ApiKeyId) : null;
      return stored?.key.owner ?? principal;
    },
  };
}

/** Throws `approver-is-author` (permission). `what`: a change set, a purchase. */
export async function refuseOwnApproval(
  owners: Owners,
  who: { readonly author: Principal; readonly approver: Principal },
  what: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const [author, approver] = await Promise.all([owners.ownerOf(who.author), owners.ownerOf(who.approver)]);
  if (author !== approver) return;
  const isSame = who.author === who.approver;
  throw new ZonewardError(
    isSame
      ? `${what} cannot be approved by its author`
      : `${what} cannot be approved by its author's other key`,
    {
      code: 'approver-is-author',
      kind: 'permission',
      next: [
        'Ask someone else to approve it.',
        ...(isSame
          ? []
          : ['Keys of different people are made on the machine: zoneward api-keys create --owner NAME']),
      ],
      details: { author: who.author, ...details },
    },
  );
}

/** Taking back what was changed of certificates and hostnames: exactly where that can be, and told where it cannot. */
import type { JsonObject } from '../../../base/json.ts';
import type { Problem } from '../../../base/problem.ts';
import type { ObjectChange } from '../../../plan/object-change.ts';
import type { ObjectDraft } from '../../../plan/plan-objects.ts';
import type { OperationOutcome } from '../../changes/model.ts';
import type { CustomHostname } from '../model.ts';
import type { ObjectState } from '../ports.ts';
import { orderDraft } from './custom-certificate.ts';
import { editDraft } from './custom-hostname.ts';
import type { Drafted } from './order-certificate.ts';
import { pullDraft } from './origin-pulls.ts';

export interface UndoneObject {
  readonly change: ObjectChange;
  readonly outcome: OperationOutcome;
  /** As it is now; undefined where it is gone. */
  readonly now: ObjectState | undefined;
  /** The same as a hostname, where it is one. */
  readonly hostname?: CustomHostname;
}

/** In reverse order. What cannot be brought back is a warning; the rest of the undo goes on. */
export function draftObjectsUndo(undone: readonly UndoneObject[]): Drafted {
  const drafts: ObjectDraft[] = [];
  const problems: Problem[] = [];
  for (const one of undone.toReversed()) {
    const back = backOf(one);
    if (back === null) continue;
    if ('code' in back) problems.push(back);
    else drafts.push(back);
  }
  return { drafts, problems };
}

function backOf(undone: UndoneObject): ObjectDraft | Problem | null {
  const { change, outcome, now } = undone;
  switch (change.action) {
    case 'delete':
      return cannot(change, 'it was deleted, and Cloudflare gives back neither certificates nor ids');
    case 'create':
      // Gone already is as good as taken back.
      return now === undefined ? null : removal(change, outcome, now);
    case 'update':
      return now === undefined ? cannot(change, 'it is gone') : updateBack(undone, now);
    default:
      return change.action satisfies never;
  }
}

function removal(change: ObjectChange, { recordId }: OperationOutcome, now: ObjectState): ObjectDraft {
  if (change.resource === 'origin-pull-hostname') return pullDraft(now.id, now.facts, null);
  const level =
    change.resource === 'origin-pull-certificate' ? { level: now.facts['level'] ?? 'zone' } : null;
  return {
    resource: change.resource,
    action: 'delete',
    objectId: recordId ?? now.id,
    title: change.title,
    before: now.facts,
    after: null,
    body: level,
    guards: [
      {
        code: `${change.resource}-delete`,
        message: `taking ${change.title} back deletes it${change.resource === 'origin-certificate' ? ' (revokes it)' : ''}; what relies on it stops working`,
        override: WORDS[change.resource] ?? 'certificate-delete',
        irreversible: true,
      },
    ],
  };
}

const WORDS: Readonly<Record<string, string>> = {
  'origin-certificate': 'origin-ca-revoke',
  'custom-hostname': 'hostname-delete',
};

function updateBack({ change, hostname }: UndoneObject, now: ObjectState): ObjectDraft | Problem | null {
  const { resource, before, after } = change;
  if (before === null || after === null) return null;
  switch (resource) {
    case 'custom-certificate-order':
      return orderDraft(now.id, texts(now.facts['order']), texts(before['order']));
    case 'custom-hostname':
      if (hostname === undefined || 'timed_out' in before)
        return cannot(change, 'a restarted validation goes on');
      return editDraft(hostname, after as Flat, before as Flat);
    case 'origin-pull-hostname':
      return pullDraft(now.id, now.facts, before);
    case 'custom-certificate':
      return cannot(change, 'the certificate that was there before, and its key, nobody has any more');
    default:
      return cannot(change, 'a restarted validation goes on');
  }
}

type Flat = Readonly<Record<string, string | boolean | null>>;

function texts(value: JsonObject[string] | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function cannot({ title }: ObjectChange, why: string): Problem {
  return { code: 'undo-impossible', severity: 'warning', message: `${title} cannot be taken back: ${why}` };
}

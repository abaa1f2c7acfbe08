/** What a change set's state means for people: in words, and in what they can do. */
import type { ChangeSet, Job } from '../../../client/index.ts';

export type ChangeAction = 'apply' | 'approve' | 'cancel' | 'resume' | 'undo';

type State = Pick<ChangeSet, 'status' | 'approval' | 'undoneBy' | 'undoneInPart'>;

/** While it is being applied nothing else can be done with it. */
export function actionsOf(
  { status, approval, undoneBy, undoneInPart }: State,
  isFollowed: boolean,
): readonly ChangeAction[] {
  if (isFollowed) return [];
  const waits = approval.required && approval.grant === null;
  switch (status) {
    case 'planned':
      return waits ? ['cancel', 'approve'] : ['cancel', 'apply'];
    case 'approved':
      return ['cancel', 'apply'];
    case 'interrupted':
      return ['cancel', 'resume'];
    case 'unknown':
    case 'applying':
      return ['resume'];
    case 'applied':
    case 'partly-applied':
      return undoneBy === null || undoneInPart ? ['undo'] : [];
    case 'failed':
    case 'cancelled':
      return [];
    default:
      return status satisfies never;
  }
}

export interface StatusWords {
  readonly tone: 'plain' | 'create' | 'risk' | 'delete' | 'unknown';
  readonly text: string;
  readonly next: string;
}

export function explainStatus({
  status,
  approval,
  undoneBy,
  undoneInPart,
  undoes,
}: State & Pick<ChangeSet, 'undoes'>): StatusWords {
  const waits = approval.required && approval.grant === null;
  switch (status) {
    case 'planned':
      return waits
        ? {
            tone: 'risk',
            text: 'It is stored, and waits for the approval of someone else.',
            next: 'Send them this page; an author cannot approve their own.',
          }
        : { tone: 'plain', text: 'It is stored, and not applied.', next: '' };
    case 'approved':
      return { tone: 'plain', text: 'It is approved, and not applied.', next: '' };
    case 'applying':
      return {
        tone: 'unknown',
        text: 'It is being applied, or was when its process ended.',
        next: 'If nothing moves, resume it: what was sent is looked up first, and nothing is done twice.',
      };
    case 'applied':
      if (undoneBy !== null && undoneInPart)
        return {
          tone: 'risk',
          text: 'It was applied, and taken back in part.',
          next: 'Undo takes back the rest.',
        };
      if (undoneBy !== null)
        return { tone: 'plain', text: 'It was applied, and taken back since.', next: '' };
      return undoes === null
        ? { tone: 'create', text: 'Applied. Every change is at Cloudflare.', next: '' }
        : { tone: 'create', text: 'Taken back. Every record is as it was before.', next: '' };
    case 'partly-applied':
      return {
        tone: 'risk',
        text: 'A part was applied; the rest was refused or moved. The table tells which.',
        next: 'Undo takes back what was applied; or edit what was refused and plan again.',
      };
    case 'failed':
      return {
        tone: 'delete',
        text: 'Nothing was written.',
        next: 'The table tells why; edit and plan again.',
      };
    case 'interrupted':
      return {
        tone: 'risk',
        text: 'It was stopped between two requests. What was sent is known.',
        next: 'Resume goes on with the rest.',
      };
    case 'cancelled':
      return { tone: 'plain', text: 'It was called off.', next: '' };
    case 'unknown':
      return {
        tone: 'unknown',
        text: 'A request was sent and no answer came; Cloudflare could not be read since, so it is not known what landed.',
        next: 'Find out, as soon as Cloudflare answers. Nothing is sent twice.',
      };
    default:
      return status satisfies never;
  }
}

/** How far a job is: a sentence, and a share of 1. */
export function progressOf(job: Job | null): { readonly text: string; readonly share: number } {
  if (job === null) return { text: 'Waiting for the first word…', share: 0.05 };
  if (job.state === 'queued') return { text: 'Waiting for a worker…', share: 0.05 };
  const { kind, done, total, heldBy } = (job.progress ?? {}) as {
    readonly kind?: string;
    readonly done?: number;
    readonly total?: number;
    readonly heldBy?: string;
  };
  const share = total === undefined || total === 0 ? 0.1 : 0.1 + (0.9 * (done ?? 0)) / total;
  switch (kind) {
    case 'waiting-for-lock':
      return { text: `Waiting: ${heldBy ?? 'somebody else'} is changing this zone…`, share: 0.05 };
    case 'reading':
      return { text: 'Reading the zone…', share: 0.1 };
    case 'sending':
      return { text: `Sending: ${done ?? 0} of ${total ?? '?'} done…`, share };
    case 'landed':
      return { text: `${done ?? 0} of ${total ?? '?'} done…`, share };
    default:
      return { text: kind === undefined ? 'Applying…' : `${kind.replaceAll('-', ' ')}…`, share };
  }
}

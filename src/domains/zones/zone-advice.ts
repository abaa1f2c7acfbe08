/**
 * What a zone's status means for the person who owns it: what to do next, and how long Cloudflare waits before it
 * deletes the zone (cloudflare-api §3.3: a pending Free zone after 28 days, a moved one after 7; paid zones stay).
 */
import type { Zone, ZoneFacts } from './model.ts';

const DAY_MS = 86_400_000;
/** Free zones only. Documented, last looked up 2026-10. */
export const PENDING_DAYS_MAX = 28;
export const MOVED_DAYS_MAX = 7;

export interface ZoneAdvice {
  /** `act`: a person must do something; `wait`: Cloudflare must; `gone`: nothing can be done here. */
  readonly state: 'fine' | 'wait' | 'act' | 'gone';
  /** A sentence for people. */
  readonly message: string;
  /** Steps, most useful first. */
  readonly next: readonly string[];
  /** The nameservers to set at the registrar; empty when they are set. */
  readonly nameServersToSet: readonly string[];
  /** When Cloudflare deletes the zone; null when it does not, or the plan or the beginning is not known. */
  readonly deletesAt: number | null;
  /** Whole days left until then, 0 when it may happen at any moment. */
  readonly daysLeft: number | null;
}

/** What the mirror knows of a zone: its status is worth as much as somebody can still see it. */
export function adviseOnMirror(
  { facts, freshness }: Pick<Zone, 'facts' | 'freshness'>,
  now: number,
): ZoneAdvice {
  const { unreadable } = freshness;
  if (unreadable === null || facts.status === 'deleted') return adviseOnZone(facts, now);
  const since = new Date(unreadable.since).toISOString().slice(0, 16).replace('T', ' ');
  if (unreadable.reason === 'records-refused')
    return advice(
      'act',
      `${facts.status}, and out of reach since ${since}Z: no connection may read its records; they are shown as they were`,
      [
        'At Cloudflare, give the token "DNS Read" or "DNS Write" for this zone.',
        'Then read it: `zones sync`.',
      ],
    );
  return advice(
    'act',
    `${facts.status} when it was last seen, and out of reach since ${since}Z: no connection sees it any more`,
    [
      'At Cloudflare, give the token "Zone Read" and "DNS Read" for this zone, or connect a credential that sees it; then `zones sync`.',
      'If it was deleted there, or moved to another account, nothing is to be done: its history is kept here.',
    ],
  );
}

/**
 * @param statusSince when the zone took on its status, where that was observed. Without it, a moved zone is judged
 * by `modifiedOn`, which is not before the move, so the true deadline may be earlier.
 */
export function adviseOnZone(facts: ZoneFacts, now: number, statusSince?: number): ZoneAdvice {
  switch (facts.status) {
    case 'active':
      return facts.paused
        ? advice('act', 'active but paused: Cloudflare answers DNS and proxies nothing', [
            'When its traffic should go through Cloudflare again: `zones unpause`.',
          ])
        : advice('fine', 'Cloudflare answers for it', []);
    case 'initializing':
      return advice('act', 'set up in the dashboard and not finished: no plan chosen yet', [
        'Finish the set-up in the Cloudflare dashboard.',
      ]);
    case 'pending':
      return adviseOnPending(facts, now);
    case 'moved':
      return adviseOnMoved(facts, now, statusSince);
    case 'deleted':
      return advice('gone', 'no longer in the account; its history is kept here', [
        'To use it again, create the zone anew: Cloudflare assigns new nameservers.',
      ]);
    default:
      return facts.status satisfies never;
  }
}

function adviseOnPending(facts: ZoneFacts, now: number): ZoneAdvice {
  if (facts.type !== 'full') {
    const verb = facts.type === 'partial' ? 'Publish the verification TXT record' : 'Finish the set-up';
    return advice('act', `pending, a zone of type ${facts.type}`, [
      `${verb} as the dashboard shows it for this zone.`,
    ]);
  }
  const deadline = deadlineOf(facts, now, time(facts.createdOn), PENDING_DAYS_MAX);
  return {
    ...advice('act', `pending: waiting for its nameservers at the registrar${before(facts, deadline)}`, [
      ...nameServerSteps(facts),
      `Then \`zoneward zones activate ${facts.name}\` (at most once an hour on Free).`,
    ]),
    nameServersToSet: facts.nameServers,
    ...deadline,
  };
}

function adviseOnMoved(facts: ZoneFacts, now: number, statusSince: number | undefined): ZoneAdvice {
  const deadline = deadlineOf(facts, now, statusSince ?? time(facts.modifiedOn), MOVED_DAYS_MAX);
  return {
    ...advice(
      'act',
      `moved: the registrar no longer names Cloudflare's nameservers${before(facts, deadline)}`,
      [...nameServerSteps(facts), 'Or, if the move was meant, export the zone and let it go.'],
    ),
    nameServersToSet: facts.nameServers,
    ...deadline,
  };
}

function nameServerSteps(facts: ZoneFacts): string[] {
  if (facts.nameServers.length === 0) return [];
  const instead =
    facts.originalNameServers.length === 0 ? '' : ` instead of ${facts.originalNameServers.join(', ')}`;
  return [
    `At the registrar of ${facts.name}, set the nameservers ${facts.nameServers.join(', ')}${instead}.`,
  ];
}

type Deadline = Pick<ZoneAdvice, 'deletesAt' | 'daysLeft'>;

function deadlineOf(facts: ZoneFacts, now: number, since: number | null, daysMax: number): Deadline {
  if (since === null || (facts.planTier !== null && facts.planTier !== 'free')) {
    return { deletesAt: null, daysLeft: null };
  }
  const deletesAt = since + daysMax * DAY_MS;
  return { deletesAt, daysLeft: Math.max(0, Math.floor((deletesAt - now) / DAY_MS)) };
}

function before(facts: ZoneFacts, { daysLeft }: Deadline): string {
  if (daysLeft === null) return '';
  const condition = facts.planTier === null ? ', if it is on the Free plan' : '';
  if (daysLeft === 0) return `; Cloudflare may delete it at any moment${condition}`;
  return `; Cloudflare deletes it in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}${condition}`;
}

function time(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function advice(state: ZoneAdvice['state'], message: string, next: readonly string[]): ZoneAdvice {
  return { state, message, next, nameServersToSet: [], deletesAt: null, daysLeft: null };
}
